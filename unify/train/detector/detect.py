"""What a detector finds on pictures, in the columns that `unify.evaluate` reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import keras
import numpy as np

from unify.train.detector.decode import strongest, to_pixels
from unify.train.evaluate.detections import Detections


def detect(model: keras.Model, batches: Iterable[Mapping[str, Any]], floor: float) -> Detections:
    """Detections of class ids on stored pixels, best first on every picture.

    Args:
        model: gives `boxes`, `scores` and `classes` as `decode_peaks` does.
        batches: of `unify.load` with ``batch_size`` and the model's ``image_hw``, stretched or letterboxed.
        floor: detections of a lower score are dropped.
    """
    names, classes, boxes, scores = [], [], [], []
    for batch in batches:
        found = model.predict_on_batch(batch["image"])
        for row, (name, canvas_hw) in enumerate(zip(np.asarray(batch["picture"]), _canvas_hw(batch))):
            xyxy = to_pixels(found["boxes"][row], canvas_hw)
            kept = strongest(xyxy, found["scores"][row], found["classes"][row], floor)
            names += [name.decode()] * len(kept)
            classes.append(found["classes"][row][kept] + 1)
            scores.append(found["scores"][row][kept])
            boxes.append(np.concatenate([xyxy[kept, :2], xyxy[kept, 2:] - xyxy[kept, :2]], axis=1))
    return Detections(
        picture_ids=names,
        class_ids=np.concatenate([np.empty(0, np.int64), *classes]),
        boxes_xywh_px=np.concatenate([np.empty((0, 4)), *boxes]),
        scores=np.concatenate([np.empty(0), *scores]),
        origin=model.name,
    )


def _canvas_hw(batch: Mapping[str, Any]) -> np.ndarray:
    """float64 [B, 2]; size in stored pixels of what the model sees: the picture, and the padding of a letterbox."""
    seen_hw = np.asarray(batch["image"].shape[1:3])
    return np.asarray(batch["image_hw"]) * seen_hw / np.asarray(batch.get("content_hw", seen_hw))
