"""The stages between records and elements, in the order that keeps TensorFlow busy decoding.

Parsing costs 14 times less in batches than record by record, while pictures decode one by one and ragged columns are
slow to take apart. So batches pair each record with its decoded picture and parse the whole batch afterwards, and
single examples are parsed in chunks that are padded, taken apart, and cut to length again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from unify.records.reader_boxes import cut_padding, limit_boxes, pad_boxes
from unify.records.reader_parse import parse_encoded, parse_records
from unify.records.reader_pictures import (
    decode_picture,
    letterbox_boxes,
    letterbox_hw,
    letterbox_picture,
    stretch_picture,
)

if TYPE_CHECKING:
    import tensorflow as tf

    Element = dict[str, tf.Tensor | tf.RaggedTensor]

_CHUNK = 64  # records parsed at a time for single examples: enough to make parsing cheap, and only a few MB


@dataclass(frozen=True)
class Pipeline:
    """What `load` was asked for, as far as elements are concerned; see there."""

    num_columns: int
    image_hw: tuple[int, int] | None
    letterbox: bool
    max_boxes: int | None
    decode: bool

    def singles(self, records: tf.data.Dataset) -> tf.data.Dataset:
        """Single examples."""
        return _mapped(_mapped(records.batch(_CHUNK), self._padded_chunk).unbatch(), self._single)

    def batches(self, records: tf.data.Dataset, batch_size: int, drop_remainder: bool) -> tf.data.Dataset:
        """Batches of ``batch_size`` examples; ragged, or padded where ``max_boxes`` is set."""
        if not self.decode:
            return _mapped(records.batch(batch_size, drop_remainder), partial(self._parsed, encoded=True))
        pictures = _mapped(records, self._with_picture)
        return _mapped(pictures.batch(batch_size, drop_remainder), self._parsed_around)

    def _parsed(self, records: tf.Tensor, *, encoded: bool) -> Element:
        batch = parse_records(records, self.num_columns, encoded=encoded)
        if self.letterbox:
            batch["content_hw"] = letterbox_hw(batch["image_hw"], self.image_hw)
            batch["boxes"] = letterbox_boxes(batch["boxes"], batch["content_hw"], self.image_hw)
        if self.max_boxes is None:
            return batch
        return pad_boxes(limit_boxes(batch, self.max_boxes, self.num_columns), self.max_boxes)

    def _with_picture(self, record: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return record, self._picture(parse_encoded(record))

    def _parsed_around(self, records: tf.Tensor, pictures: tf.Tensor) -> Element:
        return {"image": pictures, **self._parsed(records, encoded=False)}

    def _padded_chunk(self, records: tf.Tensor) -> Element:
        batch = self._parsed(records, encoded=True)
        return batch if self.max_boxes is not None else pad_boxes(batch, None)

    def _single(self, element: Element) -> Element:
        if self.max_boxes is None:
            element = cut_padding(element)
        if not self.decode:
            return element
        return {"image": self._picture(element["encoded"]), **_without(element, "encoded")}

    def _picture(self, encoded: tf.Tensor) -> tf.Tensor:
        picture = decode_picture(encoded)
        if self.image_hw is None:
            return picture
        return (letterbox_picture if self.letterbox else stretch_picture)(picture, self.image_hw)


def _without(element: Element, key: str) -> Element:
    return {name: value for name, value in element.items() if name != key}


def _mapped(dataset: tf.data.Dataset, function: Callable) -> tf.data.Dataset:
    """``function`` on every element, in parallel and in order."""
    import tensorflow as tf

    # Nothing here needs AutoGraph, and looking for that out takes as long as all else of the start.
    plain = tf.autograph.experimental.do_not_convert(function)
    return dataset.map(plain, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
