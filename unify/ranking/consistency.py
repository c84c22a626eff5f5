"""Whether another look finds the same: another version of the auto-labeler, or the same one on a changed picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unify.core.boxes import paired_iou
from unify.core.predictions import ScoreKind
from unify.ranking.boxes import LabelerBoxes, dense_scores
from unify.ranking.formulas import jensen_shannon

BASE = 1.3  # of the paper: not quite consistent is what one learns from, wholly inconsistent is a bad prediction


def inconsistency(own: LabelerBoxes, others: Sequence[LabelerBoxes]) -> np.ndarray:
    """``1 - m / 1.3`` with ``m = |IoU + (1 - JS)(p + p') / 2 - 1.3|`` (CALD, Yu et al. 2022, arXiv 2103.10374).

    Each box is held against the box of the other look that it overlaps most; JS is the divergence of their classes, p
    and p' their scores. The mean over the other looks that saw the picture.

    Args:
        own: N boxes.
        others: looks at the same pictures, one or more.

    Returns:
        float32 [N] in 0..1; 0 where no other look saw the picture.
    """
    summed, looks = np.zeros(len(own.picture)), np.zeros(len(own.picture))
    for other in others:
        there = other.seen[own.picture]
        summed += np.where(there, _against(own, other), 0)
        looks += there
    return (summed / np.maximum(looks, 1)).astype(np.float32)


def _against(own: LabelerBoxes, other: LabelerBoxes) -> np.ndarray:
    partner, overlap = nearest_boxes(own, other)
    classes = np.intersect1d(own.facts.class_ids, other.facts.class_ids)
    mine = _distribution(own, np.arange(len(own.picture)), classes)
    theirs = _distribution(other, partner, classes)
    theirs_top = np.append(other.probabilities, 0)[partner]
    agreement = (1 - jensen_shannon(mine, theirs)) * (own.probabilities + theirs_top) / 2
    return 1 - np.abs(overlap + agreement - BASE) / BASE


def nearest_boxes(own: LabelerBoxes, other: LabelerBoxes) -> tuple[np.ndarray, np.ndarray]:
    """For each box the other's box that it overlaps most, int64 [N], -1 for none, and the overlap, float64 [N]."""
    first = np.searchsorted(other.picture, own.picture, side="left")
    counts = np.searchsorted(other.picture, own.picture, side="right") - first
    box = np.repeat(np.arange(len(own.picture)), counts)
    theirs = np.arange(counts.sum()) + np.repeat(first - np.cumsum(counts) + counts, counts)
    overlaps = paired_iou(own.boxes_xyxy[box], other.boxes_xyxy[theirs])
    best = np.zeros(len(own.picture))
    np.maximum.at(best, box, overlaps)
    partner = np.full(len(own.picture), -1)
    winners = np.flatnonzero((overlaps == best[box]) & (overlaps > 0))[::-1]  # of equals the first, the surest
    partner[box[winners]] = theirs[winners]
    return partner, best


def _distribution(boxes: LabelerBoxes, rows: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """float64 [n, C + 1]; over the classes and background, which is all where there is no box."""
    scores = dense_scores(boxes, rows, classes).astype(np.float64)
    if boxes.facts.kind is ScoreKind.SIGMOID:
        rest = np.prod(1 - scores, axis=1)
    else:
        rest = np.maximum(1 - scores.sum(axis=1), 0)
    both = np.concatenate([scores, rest[:, None]], axis=1)
    return both / np.maximum(both.sum(axis=1, keepdims=True), 1e-12)
