"""What is known of every class on every picture; pure."""

from __future__ import annotations

import numpy as np

from unify.core.types import CategoryLists, SourceLabels, State


def resolve_states(
    labels: SourceLabels,
    class_of_category: np.ndarray,
    labeled: np.ndarray,
    kept: np.ndarray,
    lost: np.ndarray,
) -> np.ndarray:
    """The state per picture and class.

    A class of ``labeled`` is labeled on every picture; in a federated file only where every category that maps to it
    was searched: it has boxes and is exhaustive, or is verified absent. Otherwise a class with boxes is incomplete and
    one without is unknown. An object whose place was lost makes its class incomplete: absence cannot be trusted there.

    Args:
        labels: P pictures with N boxes of K categories.
        class_of_category: int32 [K]; class id, 0 where the category is left out.
        labeled: bool [C]; classes the batch was searched for.
        kept: bool [N]; boxes that come into the dataset.
        lost: bool [N]; boxes whose place is unknown.

    Returns:
        uint8 [P, C]; `State`.
    """
    num_pictures, num_classes = len(labels.file_names), len(labeled)
    state = np.full((num_pictures, num_classes), State.UNKNOWN, np.uint8)
    owner = np.repeat(np.arange(num_pictures), np.diff(labels.box_offsets))
    columns = class_of_category[labels.box_category] - 1
    if labels.verified_absent is None:
        state[:, labeled] = State.LABELED
    else:
        _mark_searched(state, labels, class_of_category, owner)
        state[:, ~labeled] = State.UNKNOWN
    found = state[owner[kept], columns[kept]]
    state[owner[kept], columns[kept]] = np.maximum(found, State.INCOMPLETE)
    state[owner[lost], columns[lost]] = State.INCOMPLETE
    return state


def _mark_searched(
    state: np.ndarray, labels: SourceLabels, class_of_category: np.ndarray, box_owner: np.ndarray
) -> None:
    """Mark classes labeled where all their categories were searched, incomplete where one is known not to be."""
    num_categories = len(class_of_category)
    positive = box_owner * num_categories + labels.box_category
    absent = _pair_keys(labels.verified_absent, num_categories)
    not_exhaustive = _pair_keys(labels.not_exhaustive, num_categories)
    searched = np.unique(np.concatenate([positive, absent]))

    pictures, columns = _to_class_pairs(searched, class_of_category)
    categories_of = np.bincount(class_of_category[class_of_category > 0] - 1, minlength=state.shape[1])
    pairs, num_searched = np.unique(pictures * state.shape[1] + columns, return_counts=True)
    whole = pairs[num_searched == categories_of[pairs % state.shape[1]]]
    state.reshape(-1)[whole] = State.LABELED

    # Last, because one category that is not exhaustive takes its class with it.
    state[_to_class_pairs(not_exhaustive, class_of_category)] = State.INCOMPLETE


def _pair_keys(lists: CategoryLists, num_categories: int) -> np.ndarray:
    """int64; picture * K + category of every entry."""
    owner = np.repeat(np.arange(len(lists.offsets) - 1), np.diff(lists.offsets))
    return owner * num_categories + lists.values


def _to_class_pairs(pair_keys: np.ndarray, class_of_category: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Picture and class column of (picture, category) keys; categories that are left out fall away."""
    pictures, categories = np.divmod(pair_keys, len(class_of_category))
    class_ids = class_of_category[categories]
    return pictures[class_ids > 0], class_ids[class_ids > 0] - 1
