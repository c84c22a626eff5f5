"""The picture index: every picture file read once for its digest, size, format and orientation.

Rows are kept per images folder and list of names and trusted without touching the files again; whoever copies a
picture compares its size and time with the row. Bad pictures get a reason, never an exception half way.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unify.core.types import PictureTable
from unify.labels.columns import load_columns, save_columns
from unify.labels.look import PictureRow, look_at

VERSION = 1

_CHUNK = 64  # pictures a task: the pool's overhead vanishes beside 64 digests, progress still moves


@dataclass(frozen=True)
class PictureIndex:
    """Pictures and what is wrong with some of them.

    Attributes:
        pictures: P rows in the order of the names asked for; rows of bad pictures hold what could be found.
        reasons: row -> why that picture cannot be used.
    """

    pictures: PictureTable
    reasons: Mapping[int, str]


def index_pictures(
    folder: Path,
    names: Sequence[str],
    *,
    state_dir: Path,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
    fresh: bool = False,
) -> PictureIndex:
    """Look up or read P pictures, at least one.

    Args:
        folder: the images folder, absolute.
        names: P names relative to it.
        state_dir: where rows are kept, under ``pictures/``.
        workers: threads that read and hash.
        progress: called with the number of pictures just done.
        fresh: compare every file's size and time with its row and read those again that differ.
    """
    path = state_dir / "pictures" / f"{_key(folder, names)}.arrow"
    known = _load(path, folder)
    stale = range(len(names)) if known is None else _stale_rows(known, fresh)
    if progress:
        progress(len(names) - len(stale))
    if not stale:
        return known
    rows = _look_at_all(str(folder), [names[row] for row in stale], workers, progress)
    index = _to_index(folder, rows) if known is None else _replace_rows(known, stale, _to_index(folder, rows))
    _save(path, index)
    return index


def _key(folder: Path, names: Sequence[str]) -> str:
    content = "\0".join((f"v{VERSION}", str(folder), *names))
    return hashlib.sha256(content.encode("utf-8", "surrogateescape")).hexdigest()


def _stale_rows(known: PictureIndex, fresh: bool) -> list[int]:
    """Rows to read again: bad ones, and with ``fresh`` those whose file changed or went."""
    if not fresh:
        return sorted(known.reasons)
    pictures = known.pictures
    rows = zip(pictures.names, pictures.num_bytes.tolist(), pictures.mtime_ns.tolist())
    changed = (row for row, (name, *was) in enumerate(rows) if _size_and_time(f"{pictures.folder}/{name}") != was)
    return sorted({*known.reasons, *changed})


def _size_and_time(path: str) -> list[int]:
    try:
        status = os.stat(path)
    except OSError:
        return []
    return [status.st_size, status.st_mtime_ns]


def _look_at_all(
    folder: str, names: Sequence[str], workers: int, progress: Callable[[int], None] | None
) -> list[PictureRow]:
    chunks = [names[start : start + _CHUNK] for start in range(0, len(names), _CHUNK)]
    rows: list[PictureRow] = []
    for done in _in_order(lambda chunk: [look_at(folder, name) for name in chunk], chunks, workers):
        rows += done
        if progress:
            progress(len(done))
    return rows


def _in_order(task: Callable, chunks: Sequence, workers: int) -> Iterator[list[PictureRow]]:
    """Results in the order of the chunks; stops at once when the caller does."""
    if workers <= 1:
        yield from map(task, chunks)
        return
    pool = ThreadPoolExecutor(workers, thread_name_prefix="pictures")
    try:
        yield from pool.map(task, chunks)
    finally:
        pool.shutdown(cancel_futures=True)


def _to_index(folder: Path, rows: Sequence[PictureRow]) -> PictureIndex:
    names, digests, heights, widths, num_bytes, mtimes, formats, orientations, reasons = zip(*rows)
    pictures = PictureTable(
        names=list(names),
        folder=str(folder),
        sha256=np.frombuffer(b"".join(digests), np.uint8).reshape(-1, 32),
        image_hw=np.array([heights, widths], np.int32).T.copy(),
        num_bytes=np.array(num_bytes, np.int64),
        mtime_ns=np.array(mtimes, np.int64),
        format=np.array(formats, np.uint8),
        orientation=np.array(orientations, np.uint8),
    )
    return PictureIndex(pictures, {row: reason for row, reason in enumerate(reasons) if reason})


def _replace_rows(known: PictureIndex, rows: Sequence[int], news: PictureIndex) -> PictureIndex:
    """The known index with the rows that were read again put in their places."""
    names = list(known.pictures.names)
    for row, name in zip(rows, news.pictures.names):
        names[row] = name
    columns = {}
    for column in _COLUMNS:
        columns[column] = getattr(known.pictures, column).copy()
        columns[column][list(rows)] = getattr(news.pictures, column)
    kept = {row: reason for row, reason in known.reasons.items() if row not in set(rows)}
    found = {rows[position]: reason for position, reason in news.reasons.items()}
    return PictureIndex(PictureTable(names, known.pictures.folder, **columns), kept | found)


_COLUMNS = {"sha256": 32, "image_hw": 2, "num_bytes": 1, "mtime_ns": 1, "format": 1, "orientation": 1}  # name -> width


def _save(path: Path, index: PictureIndex) -> None:
    columns = {column: getattr(index.pictures, column).reshape(-1) for column in _COLUMNS}
    bad = {"bad_rows": np.array(list(index.reasons), np.int64), "bad_reasons": list(index.reasons.values())}
    save_columns(path, {"names": index.pictures.names, **columns, **bad})


def _load(path: Path, folder: Path) -> PictureIndex | None:
    columns = load_columns(path)
    if columns is None:
        return None
    arrays = {
        name: columns[name].reshape(-1, width) if width > 1 else columns[name] for name, width in _COLUMNS.items()
    }
    reasons = dict(zip(columns["bad_rows"].tolist(), columns["bad_reasons"]))
    return PictureIndex(PictureTable(columns["names"], str(folder), **arrays), reasons)
