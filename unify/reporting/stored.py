"""Single records of a dataset, read where they lie: the pictures that a page shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from unify.core.types import JsonObject
from unify.records.decode import read_example
from unify.reporting.columns import DatasetNames
from unify.reporting.stream import PlacedExample

Place = tuple[int, int]
"""(index of the shard in the manifest, byte of the record in it)."""


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


def read_places(folder: Path, names: DatasetNames, places: Iterable[Place]) -> Iterator[PlacedExample]:
    """The examples at some places, in that order. Raises DatasetError."""
    for shard, offset in places:
        path = folder / names.manifest["shards"][shard]["file"]
        yield PlacedExample(read_example(path, offset), shard, offset)
