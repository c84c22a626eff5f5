"""What a loss takes from the manifest of a unified dataset, as plain numbers that go into its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from unify.train.losses.shapes import value_error


def class_balance(
    manifest: Mapping[str, Any], split: str = "train", gamma: float = 0.5, cap: float = 10.0
) -> tuple[float, ...]:
    """Class weights against unequal coverage: min(pi_c^-gamma, cap), scaled so that sum pi_c w_c = sum pi_c.

    pi_c is the share of the split's pictures on which class c is labeled. gamma 1 undoes unequal coverage in the mean,
    at the price of variance; 0.5 gained 5 to 7 points AP50 in trials where coverage was unequal.

    Args:
        manifest: as read from ``manifest.json``.
        split: counts of which split.
        gamma: 0 is no balance.
        cap: largest weight before scaling.

    Returns:
        C weights, for ``class_weights``. A class that is labeled nowhere, whose negatives never count, gets 1 scaled.

    Raises:
        ValueError: gamma < 0, cap < 1, there is no such split, or it is empty.
    """
    if not 0.0 <= gamma < float("inf") or not cap >= 1.0:
        raise value_error("class_balance", "out of range", f"gamma {gamma}, cap {cap}", "gamma >= 0, cap >= 1")
    share = _labeled_share(manifest, split)
    covered = np.where(share > 0, share, 1.0)
    weights = np.minimum(covered**-gamma, cap)
    scale = share.sum() / (share * weights).sum() if share.any() else 1.0
    return tuple((weights * scale).tolist())


def exclusive_columns(manifest: Mapping[str, Any]) -> tuple[tuple[int, ...], ...]:
    """The taxonomy's groups of classes that one object cannot both be, as class columns, for ``exclusive``."""
    ids = manifest["taxonomy"]["ids"]
    return tuple(tuple(ids[name] - 1 for name in group) for group in manifest["taxonomy"]["exclusive"])


def _labeled_share(manifest: Mapping[str, Any], split: str) -> np.ndarray:
    """float64 [C] in [0, 1]; 0 for columns without a class."""
    splits = manifest["splits"]
    if split not in splits:
        raise value_error(
            "class_balance", "the dataset has no such split", split, f"one of {', '.join(sorted(splits))}"
        )
    examples = splits[split]["examples"]
    if not examples:
        raise value_error("class_balance", f"split '{split}' is empty", "0 examples", "at least one example")
    ids = manifest["taxonomy"]["ids"]
    share = np.zeros(max(ids.values(), default=0))
    for name, class_id in ids.items():
        share[class_id - 1] = splits[split]["classes"][name]["labeled"] / examples
    return share
