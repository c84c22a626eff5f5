"""What a method does with the classes that people left unknown."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from unify.core.taxonomy import Taxonomy
from unify.core.types import Method, State


def apply_methods(
    state: np.ndarray, methods: Mapping[str, Method], taxonomy: Taxonomy
) -> tuple[np.ndarray, np.ndarray]:
    """States and absence weights after each task's method.

    ``partial`` changes nothing. ``naive`` calls every class of its task labeled, as plain concatenation does: a class
    without a box then reads as absent, which is the mistake that trials measure.

    Args:
        state: uint8 [E, C]; what people know.
        methods: task -> method.
        taxonomy: tasks and classes.

    Returns:
        (uint8 [E, C] states, float32 [E, C] trust in the absence of a labeled class: 1, a human looked).
    """
    after = state.copy()
    for task, method in methods.items():
        if method is Method.NAIVE:
            after[:, [taxonomy.ids[name] - 1 for name in taxonomy.tasks[task]]] = State.LABELED
    return after, np.ones(state.shape, np.float32)
