"""A Datumaro dataset as plain values."""

import datumaro


def items_of(dataset: datumaro.Dataset) -> list:
    labels = dataset.categories()[datumaro.AnnotationType.label]
    return [
        {
            "id": item.id,
            "subset": item.subset,
            "image": item.media.data.tolist(),  # BGR
            "boxes": [
                {"name": labels[box.label].name, "xywh": box.get_bbox(), "crowd": bool(box.attributes.get("is_crowd"))}
                for box in item.annotations
            ],
        }
        for item in dataset
    ]
