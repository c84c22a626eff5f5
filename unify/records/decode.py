"""Reads records back without TensorFlow: for verification, export, and whoever trains with something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unify.errors import DatasetError, Problem
from unify.records import keys
from unify.records.framing import iterate_records, read_record
from unify.records.keys import KINDS, Kind
from unify.records.manifest import read_manifest, shard_paths
from unify.records.wire import FeatureValues, parse_example


@dataclass(frozen=True)
class DecodedExample:
    """One record. N boxes, K labeled classes, M incomplete classes.

    Attributes:
        sha256: hex digest of the registered picture file.
        source_id: 63-bit content id.
        filename: name relative to the images folder of the first batch.
        batches: references of all batches the picture belongs to.
        encoded: the picture's bytes.
        format: ``jpeg`` or ``png``.
        image_hw: height and width in stored pixels.
        boxes_xyxy_px: float32 [N, 4]; stored pixels.
        boxes_yxyx_frac: float32 [N, 4] in [0, 1]; the order of TensorFlow's boxes.
        class_ids: int32 [N]; from 1.
        area: float32 [N]; pixels².
        crowd: bool [N].
        difficult: bool [N].
        weight: float32 [N]; weight of the classification term, 0 = ignore this region.
        box_weight: float32 [N]; weight of the box regression.
        score: float32 [N]; raw model score, 1 human.
        source: N names.
        labeled_ids: int32 [K], ascending; classes whose absence may be trusted.
        labeled_weight: float32 [K]; how far.
        incomplete_ids: int32 [M], ascending.
    """

    sha256: str
    source_id: int
    filename: str
    batches: tuple[str, ...]
    encoded: bytes
    format: str
    image_hw: tuple[int, int]
    boxes_xyxy_px: np.ndarray
    boxes_yxyx_frac: np.ndarray
    class_ids: np.ndarray
    area: np.ndarray
    crowd: np.ndarray
    difficult: np.ndarray
    weight: np.ndarray
    box_weight: np.ndarray
    score: np.ndarray
    source: tuple[str, ...]
    labeled_ids: np.ndarray
    labeled_weight: np.ndarray
    incomplete_ids: np.ndarray


def iterate_examples(folder: Path, split: str | None = None) -> Iterator[DecodedExample]:
    """The examples of one split, or of all splits in the order of their names, in the order of the shards.

    Raises:
        DatasetError: the dataset, a shard or a record is damaged, or there is no such split.
    """
    manifest = read_manifest(folder)
    for name in [split] if split is not None else sorted(manifest["splits"]):
        for path in shard_paths(folder, manifest, name):
            yield from read_shard(path)


def read_shard(path: Path) -> Iterator[DecodedExample]:
    """The examples of one shard.

    Raises:
        DatasetError: the shard is damaged; names the record and the byte.
    """
    yield from (example for _, example in read_placed(path))


def read_placed(path: Path) -> Iterator[tuple[int, DecodedExample]]:
    """(byte of the record, the example) of every record of a shard. Raises as `read_shard`."""
    for number, (offset, payload) in enumerate(iterate_records(path)):
        yield offset, _decoded(payload, path, f"record {number} at byte {offset}")


def read_example(path: Path, offset: int) -> DecodedExample:
    """The example whose record begins at a byte of a shard.

    Raises:
        DatasetError: the shard cannot be read, or no whole record begins there.
    """
    return _decoded(read_record(path, offset), path, f"the record at byte {offset}")


def _decoded(payload: bytes, path: Path, place: str) -> DecodedExample:
    try:
        return decode_example(payload)
    except ValueError as error:
        what = f"{place} is not an example of a unified dataset"
        raise DatasetError(Problem(str(path), what, got=str(error), fix="compile the dataset again")) from error


def decode_example(payload: bytes) -> DecodedExample:
    """One record's data as an example.

    Raises:
        ValueError: it is not a serialized example, or not one of ours: a key is missing, of another kind, or per-box
            lists differ in length.
    """
    features = parse_example(payload)
    _check_kinds(features)
    _check_lengths(features)
    image_hw = int(features[keys.HEIGHT][0]), int(features[keys.WIDTH][0])
    ymin, xmin, ymax, xmax = (features[key] for key in (keys.BOX_YMIN, keys.BOX_XMIN, keys.BOX_YMAX, keys.BOX_XMAX))
    boxes_yxyx_frac = np.stack([ymin, xmin, ymax, xmax], axis=1)
    return DecodedExample(
        sha256=_hex_digest(features[keys.SHA256][0]),
        source_id=int(features[keys.SOURCE_ID][0]),
        filename=features[keys.FILENAME][0].decode(),
        batches=_texts(features[keys.BATCHES]),
        encoded=features[keys.ENCODED][0],
        format=features[keys.FORMAT][0].decode(),
        image_hw=image_hw,
        boxes_xyxy_px=boxes_yxyx_frac[:, [1, 0, 3, 2]] * np.array([*image_hw[::-1], *image_hw[::-1]], np.float32),
        boxes_yxyx_frac=boxes_yxyx_frac,
        class_ids=features[keys.BOX_LABEL].astype(np.int32),
        area=features[keys.BOX_AREA],
        crowd=features[keys.BOX_CROWD].astype(bool),
        difficult=features[keys.BOX_DIFFICULT].astype(bool),
        weight=features[keys.BOX_WEIGHT],
        box_weight=features[keys.BOX_REGRESSION_WEIGHT],
        score=features[keys.BOX_SCORE],
        source=_texts(features[keys.BOX_SOURCE]),
        labeled_ids=features[keys.LABELED_CLASSES].astype(np.int32),
        labeled_weight=features[keys.LABELED_WEIGHT],
        incomplete_ids=features[keys.INCOMPLETE_CLASSES].astype(np.int32),
    )


def _check_kinds(features: dict[str, FeatureValues]) -> None:
    if list(features) != list(KINDS):
        missing, foreign = sorted(KINDS.keys() - features), sorted(features.keys() - KINDS)
        raise ValueError(f"keys missing: {missing}; unknown: {foreign}" if missing or foreign else "keys out of order")
    for key, kind in KINDS.items():
        if _kind_of(features[key]) != kind:
            raise ValueError(f"{key!r} holds {_kind_of(features[key]).name}, expected {kind.name}")


def _kind_of(values: FeatureValues) -> Kind:
    if isinstance(values, list):
        return Kind.BYTES
    return Kind.FLOAT if values.dtype == np.float32 else Kind.INT64


def _check_lengths(features: dict[str, FeatureValues]) -> None:
    for names, expected in (
        (keys.SCALARS, 1),
        (keys.PER_BOX, len(features[keys.BOX_LABEL])),
        (keys.PER_LABELED_CLASS, len(features[keys.LABELED_CLASSES])),
    ):
        for key in names:
            if len(features[key]) != expected:
                raise ValueError(f"{key!r} has {len(features[key])} values, expected {expected}")


def _texts(values: FeatureValues) -> tuple[str, ...]:
    return tuple(value.decode() for value in values)


def _hex_digest(value: bytes) -> str:
    text = value.decode()
    if len(bytes.fromhex(text)) != 32:
        raise ValueError(f"{keys.SHA256!r} is {text!r}, expected 64 hex digits")
    return text
