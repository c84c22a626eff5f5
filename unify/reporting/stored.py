"""Single records of a dataset, read where they lie: the pictures that a page shows."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from unify.core.types import JsonObject
from unify.errors import DatasetError, Problem
from unify.records.decode import DecodedExample, decode_example
from unify.reporting.columns import DatasetNames
from unify.reporting.stream import PlacedExample

Place = tuple[int, int]
"""(index of the shard in the manifest, byte of the record in it)."""

_LENGTH = struct.Struct("<Q")
_HEADER_BYTES = 12  # the length and its CRC; both were checked when the shard was counted


@dataclass(frozen=True)
class StoredPictures:
    """The picture files that a dataset stores, by id; nothing is kept in memory.

    Attributes:
        folder: the dataset.
        manifest: its manifest.
        places: id -> where the picture's record lies.
    """

    folder: Path
    manifest: JsonObject
    places: Mapping[str, Place]

    def __call__(self, picture_id: str) -> bytes:
        """The stored file, JPEG or PNG, of one of `places`.

        Raises:
            KeyError: it is none of them.
            DatasetError: the shard is missing, or changed since it was read.
        """
        shard, offset = self.places[picture_id]
        return read_example(self.folder / self.manifest["shards"][shard]["file"], offset).encoded


def read_placed(folder: Path, names: DatasetNames, places: Iterable[Place]) -> Iterator[PlacedExample]:
    """The examples at some places, in that order. Raises DatasetError."""
    for shard, offset in places:
        path = folder / names.manifest["shards"][shard]["file"]
        yield PlacedExample(read_example(path, offset), shard, offset)


def read_example(path: Path, offset: int) -> DecodedExample:
    """The example whose record begins at a byte of a shard.

    Raises:
        DatasetError: the shard is missing, or there is no such record.
    """
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            (length,) = _LENGTH.unpack_from(file.read(_HEADER_BYTES))
            return decode_example(file.read(length))
    except OSError as error:
        raise DatasetError(Problem(str(path), f"the shard cannot be read: {error.strerror}")) from error
    except (ValueError, struct.error, OverflowError, MemoryError) as error:
        what = f"there is no record at byte {offset} any more: the shard changed while it was read"
        raise DatasetError(Problem(str(path), what, fix="run the same command again")) from error
