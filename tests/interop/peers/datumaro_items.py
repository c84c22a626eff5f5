"""A Datumaro dataset as plain values."""

import datumaro
import numpy as np


def items_of(dataset: datumaro.Dataset) -> list:
    labels = dataset.categories()[datumaro.AnnotationType.label]
    return [
        {
            "id": item.id,
            "subset": item.subset,
            "image": to_rgb(item.media.data).tolist(),
            "boxes": [
                {"name": labels[box.label].name, "xywh": box.get_bbox(), "crowd": bool(box.attributes.get("is_crowd"))}
                for box in item.annotations
            ],
        }
        for item in dataset
    ]


def to_rgb(pixels: np.ndarray) -> np.ndarray:
    """Datumaro gives the channels that the file has: gray, BGR or BGRA."""
    return np.repeat(pixels[:, :, np.newaxis], 3, axis=2) if pixels.ndim == 2 else pixels[:, :, 2::-1]
