"""Weighted boxes fusion: several auto-labelers look for one class, and one list of boxes comes out.

Solovyev, Wang and Gabruseva 2021 (arXiv 1910.13302), as in their library with ``conf_type="avg"``: boxes join clusters
by falling confidence, a cluster's box is the mean of its members by confidence, and its confidence their sum over the
number of models, so that a box only one of two models found counts half. One thing differs: a cluster takes at most one
box of a model. Two boxes of one model have passed its own suppression of duplicates, so they are two objects; and a
single model comes out as it went in. The library itself would bring numba and pandas for these lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unify.core.boxes import paired_iou

SAME_OBJECT_IOU = 0.55  # of the paper
_LEAST_CONFIDENCE = 1e-9  # a mean by confidence needs some


@dataclass(frozen=True)
class FusedBoxes:
    """F clusters, by picture and falling confidence.

    Attributes:
        picture: int64 [F].
        boxes_xyxy: float64 [F, 4].
        values: float64 [F, K]; the members' sum over the number of models, the confidence first.
    """

    picture: np.ndarray
    boxes_xyxy: np.ndarray
    values: np.ndarray


def fuse_boxes(
    picture: np.ndarray,
    model: np.ndarray,
    boxes_xyxy: np.ndarray,
    values: np.ndarray,
    num_models: int,
    iou: float = SAME_OBJECT_IOU,
) -> FusedBoxes:
    """Fuse boxes of one class, picture by picture.

    Args:
        picture: int [N].
        model: int [N]; which model found the box, from 0.
        boxes_xyxy: float [N, 4].
        values: float [N, K]; numbers in 0..1 to be averaged, the confidence first.
        num_models: models that looked, whether or not they found something.
        iou: a box joins the cluster it overlaps most, if by more than this.
    """
    order = np.lexsort((model, -values[:, 0], picture))
    picture, model, values = picture[order], model[order], values[order].astype(np.float64)
    clusters = _Clusters(boxes_xyxy[order].astype(np.float64), model, values[:, 0], num_models)
    starts = np.flatnonzero(np.diff(picture, prepend=-1))
    counts = np.diff(starts, append=len(picture))
    for rank in range(1, counts.max(initial=0)):
        # The boxes of one rank, each in a picture of its own, join clusters at once: no loop over pictures.
        first = starts[counts > rank]
        clusters.join(first + rank, first[:, None] + np.arange(rank), iou)
    return _collect(clusters, picture, values, num_models)


class _Clusters:
    """Every box starts as a cluster of its own and may join an earlier one."""

    def __init__(self, boxes: np.ndarray, model: np.ndarray, confidence: np.ndarray, num_models: int) -> None:
        self.boxes, self.model = boxes, model
        self.confidence = np.maximum(confidence, _LEAST_CONFIDENCE)
        self.root = np.arange(len(boxes))  # the box that founded the cluster of each box
        self.fused = boxes.copy()  # at the root: the cluster's box
        self._members = model[:, None] == np.arange(num_models)  # at the root: the models that are in the cluster
        self._moved = np.zeros_like(boxes)  # at the root: summed moves away from the founder, so that one box stays put
        self._total = self.confidence.copy()  # at the root: summed confidence

    def join(self, box: np.ndarray, earlier: np.ndarray, iou: float) -> None:
        """Let ``box`` (int [n]) join the cluster it overlaps most, out of those founded by ``earlier`` (int [n, r])."""
        shape = earlier.shape
        candidates, joining = earlier.ravel(), np.repeat(box, shape[1])
        overlaps = paired_iou(self.fused[candidates], self.boxes[joining])
        open_to = (self.root[candidates] == candidates) & ~self._members[candidates, self.model[joining]]
        overlaps = np.where(open_to, overlaps, -1.0).reshape(shape)
        best = overlaps.argmax(axis=1)
        rows = np.flatnonzero(overlaps[np.arange(len(box)), best] > iou)
        self._add(box[rows], earlier[rows, best[rows]])

    def _add(self, box: np.ndarray, root: np.ndarray) -> None:
        self.root[box] = root
        self._members[root, self.model[box]] = True
        self._total[root] += self.confidence[box]
        self._moved[root] += self.confidence[box, None] * (self.boxes[box] - self.boxes[root])
        self.fused[root] = self.boxes[root] + self._moved[root] / self._total[root, None]


def _collect(clusters: _Clusters, picture: np.ndarray, values: np.ndarray, num_models: int) -> FusedBoxes:
    sums = np.stack([np.bincount(clusters.root, column, minlength=len(values)) for column in values.T], axis=1)
    roots = np.flatnonzero(clusters.root == np.arange(len(picture)))
    roots = roots[np.lexsort((-sums[roots, 0], picture[roots]))]
    return FusedBoxes(picture[roots], clusters.fused[roots], sums[roots] / num_models)
