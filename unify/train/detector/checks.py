"""What can be wrong before a detector trains, said before hours are spent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from unify.errors import Problem, UnifyError
from unify.train.detector.network import LARGEST_STRIDE
from unify.train.losses.shapes import Tensor, value_error

_WHERE = "unify.detector.Detector"


def check_shape(classes: Mapping[str, int], image_hw: Sequence[int], width: int) -> None:
    """Raises:
    UnifyError: no classes, ids below 1 or used twice, sizes that the pyramid cannot halve, no width; all of it.
    """
    problems = []
    if not classes or min(classes.values()) < 1 or len(set(classes.values())) < len(classes):
        expected = "class name -> id, from 1, no id twice"
        problems.append(Problem(_WHERE, "the classes make no sense", got=repr(dict(classes)), expected=expected))
    if len(image_hw) != 2 or any(side < LARGEST_STRIDE or side % LARGEST_STRIDE for side in image_hw):
        expected = f"height and width in pixels, multiples of {LARGEST_STRIDE}"
        problems.append(
            Problem(_WHERE, "image_hw does not fit the network", got=repr(tuple(image_hw)), expected=expected)
        )
    if width < 2:
        problems.append(Problem(_WHERE, "width is too small", got=str(width), expected="2 or more"))
    if problems:
        raise UnifyError(problems)


def check_padded(where: str, boxes: Tensor) -> None:
    """Raises:
    ValueError: boxes, or their spec, are not of one shape [B, N, 4] for all pictures.
    """
    if getattr(boxes, "ragged_rank", 0) or len(boxes.shape) != 3:
        got = f"{type(boxes).__name__} {boxes.shape}"
        fix = "unify.load(..., batch_size=8, image_hw=..., max_boxes=64)"
        raise value_error(where, "the boxes are not padded batches", got, "[B, N, 4]", fix)


def check_columns(where: str, absence_weights: Tensor, num_classes: int) -> None:
    """Raises:
    ValueError: a batch has other class columns than a detector.
    """
    columns = absence_weights.shape[-1]
    if columns != num_classes:
        what = f"the batch has {columns} class columns, the detector {num_classes}"
        got, expected = f"absence_weights {tuple(absence_weights.shape)}", f"[B, {num_classes}]"
        fix = "detector.check_classes(dataset) says which classes differ"
        raise value_error(where, what, got, expected, fix)


def check_classes(name: str, known: Mapping[str, int], dataset: str, labeled: Mapping[str, int]) -> None:
    """Raises:
    UnifyError: a detector's classes and a dataset's differ, in names or ids.
    """
    problems = list(_differences(known, labeled))
    if problems:
        fix = "train a new detector on this dataset, or compile it with the taxonomy the detector was trained with"
        raise UnifyError(
            Problem(dataset, f"'{name}' was made for other classes", got="; ".join(problems), fix=fix),
        )


def _differences(known: Mapping[str, int], labeled: Mapping[str, int]) -> Iterator[str]:
    for class_name in sorted(known.keys() | labeled.keys()):
        if class_name not in labeled:
            yield f"the detector has '{class_name}', the dataset has not"
        elif class_name not in known:
            yield f"the dataset has '{class_name}', the detector has not"
        elif known[class_name] != labeled[class_name]:
            yield f"'{class_name}' has id {labeled[class_name]} in the dataset, {known[class_name]} in the detector"
