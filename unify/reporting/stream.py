"""A dataset's records, read once, as columns of a bounded number of pictures. No TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from unify.core.types import State
from unify.errors import DatasetError, Problem
from unify.records.decode import DecodedExample, read_placed
from unify.reporting.columns import DatasetNames, PictureColumns

CHUNK_PICTURES = 1024  # a few hundred kilobytes of columns; larger ones count no faster


@dataclass(frozen=True)
class PlacedExample:
    """An example and where it is stored.

    Attributes:
        example: what the record says.
        shard: index of its shard in the manifest.
        offset: byte of the record in it.
    """

    example: DecodedExample
    shard: int
    offset: int


def iterate_columns(
    folder: Path, names: DatasetNames, progress: Callable[[int], None] | None = None
) -> Iterator[PictureColumns]:
    """All pictures of a dataset in the order of its shards, at most `CHUNK_PICTURES` at a time.

    Args:
        folder: the dataset.
        names: of the dataset.
        progress: told how many pictures were read since its last call.

    Raises:
        DatasetError: a shard is missing or damaged, or does not belong to the manifest.
    """
    waiting: list[PlacedExample] = []
    for number, shard in enumerate(names.manifest["shards"]):
        for offset, example in read_placed(folder / shard["file"]):
            # A chunk holds numbers, not a thousand pictures.
            waiting.append(PlacedExample(replace(example, encoded=b""), number, offset))
            if len(waiting) == CHUNK_PICTURES:
                yield _handed_over(waiting, folder, names, progress)
                waiting = []
    if waiting:
        yield _handed_over(waiting, folder, names, progress)


def to_columns(placed: Sequence[PlacedExample], folder: Path, names: DatasetNames) -> PictureColumns:
    """Examples as columns.

    Raises:
        DatasetError: a record names a batch, class or source that the manifest does not have.
    """
    try:
        return _columns(placed, names)
    except KeyError as error:
        raise _foreign(folder, str(error.args[0])) from error


def _handed_over(
    placed: Sequence[PlacedExample], folder: Path, names: DatasetNames, progress: Callable[[int], None] | None
) -> PictureColumns:
    columns = to_columns(placed, folder, names)
    if progress is not None:
        progress(len(columns))
    return columns


def _columns(placed: Sequence[PlacedExample], names: DatasetNames) -> PictureColumns:
    examples, count = [each.example for each in placed], len(placed)
    splits = [names.manifest["shards"][each.shard]["split"] for each in placed]
    in_batch = np.zeros((count, len(names.batches)), bool)
    state = np.full((count, len(names.classes)), State.UNKNOWN, np.uint8)
    absence_weight = np.zeros((count, len(names.classes)), np.float32)
    for row, example in enumerate(examples):
        labeled = _classes(example.labeled_ids, names)
        in_batch[row, [_index(names.batches, batch) for batch in example.batches]] = True
        state[row, _classes(example.incomplete_ids, names)] = State.INCOMPLETE
        state[row, labeled] = State.LABELED
        absence_weight[row, labeled] = example.labeled_weight
    sha256 = b"".join(bytes.fromhex(example.sha256) for example in examples)
    classes = [column for example in examples for column in _classes(example.class_ids, names)]
    sources = [_index(names.sources, source) for example in examples for source in example.source]
    return PictureColumns(
        sha256=np.frombuffer(sha256, np.uint8).reshape(count, 32),
        place=np.array([(each.shard, each.offset) for each in placed], np.int64).reshape(count, 2),
        split=np.array([names.splits.index(split) for split in splits], np.int64),
        in_batch=in_batch,
        state=state,
        absence_weight=absence_weight,
        box_picture=np.repeat(np.arange(count), [len(example.class_ids) for example in examples]),
        box_class=np.array(classes, np.int64),
        boxes_xyxy=_joined(examples, "boxes_xyxy_px", np.zeros((0, 4), np.float32)),
        weight=_joined(examples, "weight"),
        box_weight=_joined(examples, "box_weight"),
        score=_joined(examples, "score"),
        source=np.array(sources, np.int64),
        crowd=_joined(examples, "crowd", np.zeros(0, bool)),
    )


def _classes(class_ids: np.ndarray, names: DatasetNames) -> list[int]:
    return [names.column_of_id[class_id] for class_id in class_ids.tolist()]


def _joined(examples: Sequence[DecodedExample], name: str, nothing: np.ndarray | None = None) -> np.ndarray:
    start = np.zeros(0, np.float32) if nothing is None else nothing
    return np.concatenate([start, *(getattr(example, name) for example in examples)])


def _index(names: Sequence[str], name: str) -> int:
    try:
        return names.index(name)
    except ValueError:
        raise KeyError(name) from None


def _foreign(folder: Path, name: str) -> DatasetError:
    what = "a record names something that the manifest does not know"
    fix = "run `unify verify` on the dataset; copy it again from where it is whole, or compile it again"
    return DatasetError(Problem(str(folder), what, got=repr(name), fix=fix))
