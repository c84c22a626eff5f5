"""Numbers as JSON holds them: the same text on every machine."""

from __future__ import annotations

from typing import Any

import numpy as np

DIGITS = 6


def plain(value: Any) -> Any:
    """A JSON-able copy: NumPy numbers as Python's, floats with six decimals, tuples as lists."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    return round(value, DIGITS) + 0.0 if isinstance(value, float) else value  # + 0.0: no -0.0


def share(part: float, whole: float) -> float:
    """``part / whole``, 0 of nothing."""
    return part / whole if whole else 0.0
