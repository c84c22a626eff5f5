"""Examples as a reader gives them, of a few boxes."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image

from unify.demo.cut import CLASSES
from unify.records.decode import DecodedExample

IMAGE_HW = (50, 100)
Given = tuple[str, tuple[float, float, float, float], str, float]  # class, xyxy, source, weight


def make_example(filename: str, boxes: Sequence[Given], labeled: Sequence[str] = ()) -> DecodedExample:
    """An example of a gray picture."""
    encoded = BytesIO()
    Image.new("RGB", IMAGE_HW[::-1], (128, 128, 128)).save(encoded, "PNG")
    xyxy = np.array([box for _, box, _, _ in boxes], np.float32).reshape(-1, 4)
    weight = np.array([weight for *_, weight in boxes], np.float32)
    flags = np.zeros(len(boxes), bool)
    return DecodedExample(
        sha256="0" * 64,
        source_id=0,
        filename=filename,
        batches=("vehicle:b1",),
        encoded=encoded.getvalue(),
        format="png",
        image_hw=IMAGE_HW,
        boxes_xyxy_px=xyxy,
        boxes_yxyx_frac=(xyxy / 100)[:, [1, 0, 3, 2]],
        class_ids=np.array([CLASSES[name] for name, *_ in boxes], np.int32),
        area=weight,
        crowd=flags,
        difficult=flags,
        weight=weight,
        box_weight=weight,
        score=weight,
        source=tuple(source for _, _, source, _ in boxes),
        labeled_ids=np.array(sorted(CLASSES[name] for name in labeled), np.int32),
        labeled_weight=np.ones(len(labeled), np.float32),
        incomplete_ids=np.zeros(0, np.int32),
    )
