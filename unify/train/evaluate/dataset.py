"""From a dataset and a detector's results to numbers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from unify.train.evaluate.coco import check_pycocotools
from unify.train.evaluate.detections import Detections, read_detections
from unify.train.evaluate.report import EvaluationReport
from unify.train.evaluate.scores import score_detections
from unify.train.evaluate.truth import read_truth


def evaluate(
    dataset: str | os.PathLike[str],
    detections: Detections | str | os.PathLike[str],
    *,
    split: str = "val",
    progress: Callable[[int], None] | None = None,
) -> EvaluationReport:
    """How good a detector is on one split, as far as people's labels can tell.

    COCO's evaluation by pycocotools, with two rules for what nobody knows: a detection of a class that is unknown on
    its picture is neither right nor wrong, and so is an unmatched one of an incomplete class, whose boxes count as
    found or missed all the same. Machine labels are no truth; see `read_truth`. On fully labeled pictures the numbers
    equal those of pycocotools on ``unify export --to coco``, to the last bit.

    Args:
        dataset: folder of the unified dataset.
        detections: a COCO results file, or columns; see `Detections` for what names a picture.
        split: its split.
        progress: called with how many pictures were read since its last call.

    Raises:
        DatasetError: the dataset is damaged or is not one, has no such split, or nothing is in it.
        UnifyError: the detections cannot be read or evaluated, or pycocotools is not installed.
    """
    check_pycocotools()
    found = detections if isinstance(detections, Detections) else read_detections(Path(detections))
    return score_detections(read_truth(Path(dataset), split, progress=progress), found)
