"""Label-aware evaluation: COCO's numbers on pictures where not every class was searched.

Comes in: a split of a unified dataset, and the detections of any detector. Goes out: COCO's AP and AR, and per class
precision, recall and F1. A detection of a class that nobody looked for on its picture is neither right nor wrong; so
is an unmatched one of an incomplete class. On fully labeled pictures the numbers are pycocotools' own, to the last
bit. Nothing here runs a model or needs TensorFlow. Read ``truth.py`` first (what counts as truth), then ``coco.py``.
"""

from __future__ import annotations

from unify.train.evaluate.dataset import evaluate
from unify.train.evaluate.detections import Detections, read_detections
from unify.train.evaluate.report import ClassScores, EvaluationReport, OverallScores
from unify.train.evaluate.scores import score_detections
from unify.train.evaluate.truth import Truth, read_truth

__all__ = [
    "ClassScores",
    "Detections",
    "EvaluationReport",
    "OverallScores",
    "Truth",
    "evaluate",
    "read_detections",
    "read_truth",
    "score_detections",
]
