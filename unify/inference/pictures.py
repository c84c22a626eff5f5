"""Pictures of several batches, numbered through: row 0 is the first picture of the first batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unify.autolabel.decode import decode_picture
from unify.core.types import PictureTable
from unify.records.pictures import read_picture


@dataclass(frozen=True)
class PictureFiles:
    """P picture files, as a worker needs them.

    Attributes:
        sha256: uint8 [P, 32].
        paths: P absolute paths.
        names: P names relative to the images folder, with ``/``.
        num_bytes: int64 [P]; size when it was hashed.
        mtime_ns: int64 [P]; modification time when it was hashed.
    """

    sha256: np.ndarray
    paths: list[str]
    names: list[str]
    num_bytes: np.ndarray
    mtime_ns: np.ndarray

    def __len__(self) -> int:
        return len(self.paths)

    def read(self, index: int) -> bytes:
        """The bytes that were registered. Raises PictureError where they are not there any more."""
        num_bytes, mtime_ns = int(self.num_bytes[index]), int(self.mtime_ns[index])
        return read_picture(self.paths[index], num_bytes=num_bytes, mtime_ns=mtime_ns, sha256=self.sha256[index])

    def decode(self, index: int, data: bytes) -> np.ndarray:
        """uint8 [H, W, 3], RGB. Raises PictureError where the bytes are no picture."""
        return decode_picture(data, self.names[index])


@dataclass(frozen=True)
class Pictures:
    """The pictures of several tables; R rows in all. Paths are only made for the rows that are asked for."""

    tables: Sequence[PictureTable]

    def sha256(self, rows: np.ndarray) -> np.ndarray:
        """uint8 [n, 32]; digests of ``rows``, int64 [n]."""
        return self._column("sha256", rows)

    def files(self, rows: np.ndarray) -> PictureFiles:
        """The files of ``rows``, int64 [n]."""
        owner, index = self._places(rows)
        places = [(self.tables[table], at) for table, at in zip(owner.tolist(), index.tolist())]
        return PictureFiles(
            sha256=self.sha256(rows),
            paths=[f"{table.folder}/{table.names[at]}" for table, at in places],
            names=[table.names[at] for table, at in places],
            num_bytes=self._column("num_bytes", rows),
            mtime_ns=self._column("mtime_ns", rows),
        )

    def _places(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The table of every row, and its place there."""
        starts = np.cumsum([0, *(len(table) for table in self.tables)])
        owner = np.searchsorted(starts, rows, side="right") - 1
        return owner, rows - starts[owner]

    def _column(self, name: str, rows: np.ndarray) -> np.ndarray:
        columns = [getattr(table, name) for table in self.tables]
        owner, index = self._places(rows)
        values = np.empty((len(rows), *columns[0].shape[1:]), columns[0].dtype)
        for number in np.unique(owner).tolist():
            mine = owner == number
            values[mine] = columns[number][index[mine]]
        return values
