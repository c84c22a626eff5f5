"""Every feature of a record: its key and the kind of its values. What each means stands in README.md."""

from __future__ import annotations

from enum import IntEnum
from types import MappingProxyType


class Kind(IntEnum):
    """Type of a feature's values; the number is its field number in ``tf.train.Feature``."""

    BYTES = 1
    FLOAT = 2
    INT64 = 3


BATCHES = "image/batches"
CLASS_CONFIDENCE = "image/class/confidence"
CLASS_LABEL = "image/class/label"
CLASS_TEXT = "image/class/text"
ENCODED = "image/encoded"
FILENAME = "image/filename"
FORMAT = "image/format"
HEIGHT = "image/height"
INCOMPLETE_CLASSES = "image/incomplete_classes"
SHA256 = "image/key/sha256"
LABELED_CLASSES = "image/labeled_classes"
LABELED_WEIGHT = "image/labeled_classes/weight"
NEGATIVE_CLASSES = "image/neg_category_ids"
NOT_EXHAUSTIVE_CLASSES = "image/not_exhaustive_category_ids"
BOX_AREA = "image/object/area"
BOX_XMAX = "image/object/bbox/xmax"
BOX_XMIN = "image/object/bbox/xmin"
BOX_YMAX = "image/object/bbox/ymax"
BOX_YMIN = "image/object/bbox/ymin"
BOX_REGRESSION_WEIGHT = "image/object/box_weight"
BOX_LABEL = "image/object/class/label"
BOX_TEXT = "image/object/class/text"
BOX_DIFFICULT = "image/object/difficult"
BOX_CROWD = "image/object/is_crowd"
BOX_SCORE = "image/object/score"
BOX_SOURCE = "image/object/source"
BOX_WEIGHT = "image/object/weight"
SOURCE_ID = "image/source_id"
WIDTH = "image/width"

_BYTES = (BATCHES, CLASS_TEXT, ENCODED, FILENAME, FORMAT, SHA256, BOX_TEXT, BOX_SOURCE, SOURCE_ID)
_BOX_FLOATS = (BOX_AREA, BOX_XMAX, BOX_XMIN, BOX_YMAX, BOX_YMIN, BOX_REGRESSION_WEIGHT, BOX_SCORE, BOX_WEIGHT)
_FLOATS = (CLASS_CONFIDENCE, LABELED_WEIGHT, *_BOX_FLOATS)
_CLASS_LISTS = (CLASS_LABEL, INCOMPLETE_CLASSES, LABELED_CLASSES, NEGATIVE_CLASSES, NOT_EXHAUSTIVE_CLASSES)
_INTS = (HEIGHT, WIDTH, *_CLASS_LISTS, BOX_LABEL, BOX_DIFFICULT, BOX_CROWD)

KINDS = MappingProxyType(
    dict(
        sorted(
            [
                *((key, Kind.BYTES) for key in _BYTES),
                *((key, Kind.FLOAT) for key in _FLOATS),
                *((key, Kind.INT64) for key in _INTS),
            ]
        )
    )
)
"""Key -> kind, in the order of the keys in every record. All keys are ASCII: text order is byte order."""

SCALARS = (ENCODED, FILENAME, FORMAT, HEIGHT, SHA256, SOURCE_ID, WIDTH)
"""Keys with exactly one value."""

PER_BOX = (*_BOX_FLOATS, BOX_LABEL, BOX_TEXT, BOX_DIFFICULT, BOX_CROWD, BOX_SOURCE)
"""Keys with one value a box."""

PER_LABELED_CLASS = (CLASS_LABEL, CLASS_TEXT, CLASS_CONFIDENCE, LABELED_CLASSES, LABELED_WEIGHT)
"""Keys with one value a labeled class."""
