"""Shape errors, raised while a step is built: shapes are known then, values are not."""

from __future__ import annotations

from typing import Any

from unify.errors import Problem

Tensor = Any  # a tensor of whichever backend Keras runs on
Shape = tuple[int | None, ...]


def check_class_targets(where: str, y_true: Tensor, y_pred: Tensor, background: int = 0) -> None:
    """Targets and logits are both [B, ..., C] with at least one axis of cells or classes.

    Args:
        background: columns that logits have and targets lack.

    Raises:
        ValueError: they are not; names both shapes.
    """
    true, pred = _shape(y_true), _shape(y_pred)
    given = f"y_true {_text(true)}, y_pred {_text(pred)}"
    if len(true) != len(pred) or len(true) < 2:
        raise value_error(where, "y_true and y_pred need one rank, 2 or more", given, "[B, ..., C] for both")
    if not _agree(true[:-1], pred[:-1]):
        raise value_error(where, "y_true and y_pred differ in pictures or cells", given, "equal axes but the last")
    if not _agree((true[-1],), (pred[-1] and pred[-1] - background,)):
        what = f"y_true has {true[-1]} classes, y_pred {pred[-1]}"
        expected = (
            "one background column before the class columns" if background else "one logit for every class column"
        )
        fix = "give the head as many outputs as the dataset has class columns (its largest class id)"
        raise value_error(where, what, given, expected, fix + (" plus one" if background else ""))


def check_box_targets(where: str, y_true: Tensor, y_pred: Tensor, coordinates: int | None) -> None:
    """Targets and predictions are both [B, ..., D], D = ``coordinates`` where that is given.

    Raises:
        ValueError: they are not; names both shapes.
    """
    true, pred = _shape(y_true), _shape(y_pred)
    last = coordinates or "D"
    agree = len(true) == len(pred) >= 2 and _agree(true, pred)
    if not agree or (coordinates and not _agree(pred[-1:], (coordinates,))):
        given = f"y_true {_text(true)}, y_pred {_text(pred)}"
        raise value_error(where, "y_true and y_pred are not boxes of equal shape", given, f"[B, ..., {last}] for both")


def check_weights(where: str, weights: Tensor, target: Shape) -> None:
    """Weights have the leading axes of the target, each of equal size or 1.

    Raises:
        ValueError: they do not; names both shapes.
    """
    given = _shape(weights)
    if len(given) > len(target) or not all(size == 1 or _agree((size,), (of,)) for size, of in zip(given, target)):
        got = f"weights {_text(given)} for elements {_text(target)}"
        expected = "the leading axes of the elements, each of equal size or 1"
        fix = "a weight per picture and class goes in as [B, 1, C]"
        raise value_error(where, "the weights do not fit", got, expected, fix)


def value_error(where: str, what: str, got: str, expected: str, fix: str = "") -> ValueError:
    """A `ValueError` in the words of all other errors of unify."""
    return ValueError(str(Problem(where, what, got=got, expected=expected, fix=fix)))


def _shape(tensor: Tensor) -> Shape:
    return tuple(tensor.shape)


def _agree(one: Shape, other: Shape) -> bool:
    return all(a is None or b is None or a == b for a, b in zip(one, other))


def _text(shape: Shape) -> str:
    return "[" + ", ".join("?" if size is None else str(size) for size in shape) + "]"
