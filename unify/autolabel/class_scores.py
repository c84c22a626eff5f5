"""Classes of answers: from the model's names, numbers or columns of scores to the declared classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from unify.autolabel.classes import NAMELESS, OTHER, ClassTable
from unify.autolabel.contract import Breach, NotFinite, as_array, wrong_shape
from unify.core.predictions import ScoreKind
from unify.errors import did_you_mean, shorten

TOP_K = 8  # classes kept of a box's list: the rest adds nothing to entropy that a ranking would feel


def read_classes(given: Any, key: str, shape: tuple[int, ...], table: ClassTable) -> np.ndarray:
    """int32 of ``shape``: indices of declared classes, negative where the class is not wanted.

    Raises:
        Breach: they are of another shape, no classes, or not declared.
        NotFinite: they are numbers that are not finite.
    """
    values = as_array(given, key)
    if values.size == 0 and 0 in shape:
        return np.zeros(shape, np.int32)
    if values.shape != shape:
        raise wrong_shape(key, values.shape, shape)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise NotFinite(key)
    if values.dtype.kind in "UO":
        return _from_names(values, table)
    if values.dtype.kind not in "iuf" or (values != np.floor(values)).any():
        got = shorten([str(value) for value in values.ravel().tolist()], 3)
        raise Breach(f"answered '{key}' that are no classes", got=got, advice="numbers")
    return _from_numbers(values.astype(np.int64), table)


def _from_names(values: np.ndarray, table: ClassTable) -> np.ndarray:
    names = [str(name) for name in values.ravel().tolist()]
    unknown = next((name for name in names if name not in table.by_name), None)
    if unknown is not None:
        known = list(table.by_name)
        near = did_you_mean(unknown, known)
        fix = f"{near} Otherwise map it, class_map: {{{unknown}: {table.declared[0]}}}, or list it in class_names"
        what = "answered a class that it does not declare"
        raise Breach(what, got=f"'{unknown}'", expected=f"one of {shorten(known)}", fix=fix.lstrip())
    return np.array([table.by_name[name] for name in names], np.int32).reshape(values.shape)


def _from_numbers(values: np.ndarray, table: ClassTable) -> np.ndarray:
    last = len(table.by_number) - 1
    nameless = (values == -1) | ((values > last) & table.open_ended)
    outside = values[((values < 0) | (values > last)) & ~nameless]
    if len(outside):
        what = "answered the number of a class that it does not declare"
        raise Breach(what, got=str(outside[0]), expected=f"0 to {last}", advice="numbers")
    return np.where(nameless, np.int32(NAMELESS), table.by_number[np.where(nameless, 0, values)])


def declared_scores(columns: np.ndarray, table: ClassTable, score_kind: ScoreKind) -> tuple[np.ndarray, np.ndarray]:
    """Scores of the declared classes, and of the strongest class that is not wanted.

    Several classes of the model that become one: the largest of independent scores, the sum of exclusive ones.

    Args:
        columns: float32 [N, M].

    Returns:
        float32 [N, D] and float32 [N].
    """
    targets = _targets_of_columns(columns.shape[1], table, score_kind)
    combine = np.max if score_kind == ScoreKind.SIGMOID else np.sum
    wanted = np.zeros((len(columns), len(table.declared)), np.float32)
    for index in range(len(table.declared)):
        if (targets == index).any():
            wanted[:, index] = combine(columns[:, targets == index], axis=1)
    # A sum may round over one.
    return np.minimum(wanted, 1), columns[:, targets == OTHER].max(axis=1, initial=0)


def _targets_of_columns(columns: int, table: ClassTable, score_kind: ScoreKind) -> np.ndarray:
    targets = table.by_number
    if columns == len(targets) + 1 and score_kind == ScoreKind.SOFTMAX_BACKGROUND:
        return np.append(targets, np.int32(NAMELESS))  # background is the last
    if columns < len(targets) or (columns > len(targets) and not table.open_ended):
        what = f"answered scores of {columns} classes"
        expected = f"{len(targets)}, one for each class of the model"
        raise Breach(what, expected=expected, fix="name all classes of the model in 'class_names', in its order")
    return np.pad(targets, (0, columns - len(targets)), constant_values=NAMELESS)


def strongest(wanted: np.ndarray, rival: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Score and class of each box, float32 [N] and int32 [N]; `OTHER` where a class that is not wanted is stronger."""
    classes = wanted.argmax(axis=1).astype(np.int32)
    scores = wanted.max(axis=1)
    return scores, np.where(rival > scores, np.int32(OTHER), classes)


def top_k(wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The `TOP_K` likeliest classes of float32 [N, D] and their scores; -1 and 0 where nothing is left."""
    order = np.argsort(-wanted, axis=1, kind="stable")[:, :TOP_K]
    scores = np.take_along_axis(wanted, order, axis=1)
    return np.where(scores > 0, order, -1).astype(np.int32), scores


def listed_scores(classes: np.ndarray, scores: np.ndarray, num_classes: int) -> np.ndarray:
    """float32 [N, D] of a list of classes, int32 [N, K] (negative: not wanted), and float32 [N, K]."""
    wanted = np.zeros((len(classes), num_classes), np.float32)
    rows, places = np.nonzero(classes >= 0)
    np.maximum.at(wanted, (rows, classes[rows, places]), scores[rows, places])
    return wanted
