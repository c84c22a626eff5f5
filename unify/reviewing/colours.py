"""The colour of a class, the same in every tool."""

from __future__ import annotations

from unify.drawing import CLASS_COLOURS


def class_colour(class_id: int) -> str:
    """``#2579e8``; of an id from 1."""
    return "#{:02x}{:02x}{:02x}".format(*CLASS_COLOURS[(class_id - 1) % len(CLASS_COLOURS)])
