"""How histograms are cut: fixed, named bins, so that two reports can be laid side by side."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from unify.core.types import JsonObject


@dataclass(frozen=True)
class Bins:
    """Bins of one quantity: ``edges[i] <= value < edges[i + 1]``, the last one with its upper edge.

    Attributes:
        title: what is counted.
        unit: of the values, or "".
        edges: ascending; infinity where there is no bound.
        labels: one a bin.
    """

    title: str
    unit: str
    edges: tuple[float, ...]
    labels: tuple[str, ...]

    def place(self, values: np.ndarray) -> np.ndarray:
        """int64 [n]; the bin of each value, float [n] within the edges."""
        edges = np.array(self.edges, values.dtype)  # rounded as the values are: 0.9 as float32 lies in 0.90–0.95
        return np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(self.labels) - 1)

    def as_json(self) -> JsonObject:
        edges = [edge if np.isfinite(edge) else None for edge in self.edges]
        return {"title": self.title, "unit": self.unit, "edges": edges, "labels": list(self.labels)}


# 32 and 96 are where COCO parts small, medium and large (its borders are the squares of these sides).
SIZES = Bins(
    title="size of a box, the square root of width × height",
    unit="px",
    edges=(0, 8, 16, 32, 64, 96, 128, 256, 512, float("inf")),
    labels=("under 8", "8–16", "16–32", "32–64", "64–96", "96–128", "128–256", "256–512", "512 and more"),
)
ASPECTS = Bins(
    title="shape of a box, width ÷ height",
    unit="",
    edges=(0, 1 / 4, 1 / 2, 2 / 3, 1, 3 / 2, 2, 4, float("inf")),
    labels=("under 1:4", "1:4–1:2", "1:2–2:3", "2:3–1:1", "1:1–3:2", "3:2–2:1", "2:1–4:1", "4:1 and more"),
)
TWENTIETHS = tuple(place / 20 for place in range(21))
_TWENTIETH_LABELS = tuple(f"{low:.2f}–{high:.2f}" for low, high in pairwise(TWENTIETHS))
WEIGHTS = Bins(title="weight of a machine box", unit="", edges=TWENTIETHS, labels=_TWENTIETH_LABELS)
UNCERTAINTY = Bins(
    title="uncertainty of a picture, how near its scores are to the thresholds",
    unit="",
    edges=TWENTIETHS,
    labels=_TWENTIETH_LABELS,
)
ALL_BINS = {"sizes": SIZES, "aspects": ASPECTS, "weights": WEIGHTS, "uncertainty": UNCERTAINTY}


def sizes_px(boxes_xyxy: np.ndarray) -> np.ndarray:
    """float64 [N]; square root of the area of boxes, float [N, 4] in pixels."""
    width, height = _sides(boxes_xyxy)
    return np.sqrt(width * height)


def aspects(boxes_xyxy: np.ndarray) -> np.ndarray:
    """float64 [N]; width ÷ height of boxes, float [N, 4]; infinite where a box has no height."""
    width, height = _sides(boxes_xyxy)
    return np.divide(width, height, out=np.full(len(width), np.inf), where=height > 0)


def _sides(boxes_xyxy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    sides = boxes_xyxy[:, 2:].astype(np.float64) - boxes_xyxy[:, :2]
    return sides[:, 0], sides[:, 1]
