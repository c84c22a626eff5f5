"""Where a cache lies: a local folder, or an object store through fsspec. Files appear whole and never change."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from unify.autolabel.cache.names import RECENT_SECONDS
from unify.errors import CacheError, Problem
from unify.files import TEMPORARY, write_whole

_READERS = 8  # an object store answers after tens of milliseconds, so several are asked for at once


class Store(Protocol):
    """Files by their path below the root, with ``/``.

    Attributes:
        where: the root, for messages.
    """

    where: str

    def names(self, folder: str) -> list[str]:
        """Names directly in a folder, sorted; none where there is no such folder. Raises CacheError."""
        ...

    def read(self, path: str) -> bytes:
        """Raises FileNotFoundError where there is none, CacheError where the system refuses."""
        ...

    def read_all(self, paths: Sequence[str]) -> Iterator[bytes | None]:
        """One after the other; None for a file that is gone. Raises CacheError."""
        ...

    def write(self, path: str, data: bytes) -> None:
        """Once this returns the file is there, whole, also after a power cut. Raises OutputError or CacheError."""
        ...

    def delete(self, path: str) -> None:
        """Nothing happens where there is none. Raises CacheError."""
        ...

    def unfinished(self, folder: str) -> list[str]:
        """Paths of what killed writers left in a folder at least a day ago."""
        ...


def open_store(root: str) -> Store:
    """The store of a folder or of a URL such as ``s3://bucket/prefix``.

    Raises:
        CacheError: nothing is installed that understands the URL.
    """
    protocol, separator, rest = root.partition("://")
    if separator and protocol not in ("file", "local"):
        return RemoteStore(root)
    return LocalStore(Path(rest if separator else root))


class LocalStore:
    """A folder on a disk that may be shared."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self.where = str(root)

    def names(self, folder: str) -> list[str]:
        with suppress(FileNotFoundError), self._explained(folder):
            return sorted(os.listdir(self._root / folder))
        return []

    def read(self, path: str) -> bytes:
        with self._explained(path):
            return (self._root / path).read_bytes()

    def read_all(self, paths: Sequence[str]) -> Iterator[bytes | None]:
        return (_or_none(self, path) for path in paths)

    def write(self, path: str, data: bytes) -> None:
        file = self._root / path
        write_whole(file, data, durable=True)
        # A name is an entry of its folder, which the disk may write later than the file, and the marker before both.
        for folder in (file.parent, file.parent.parent, self._root):
            _sync_folder(folder)

    def delete(self, path: str) -> None:
        file = self._root / path
        with suppress(FileNotFoundError), self._explained(path):
            file.unlink()
        for folder in (file.parent, file.parent.parent):  # the segment's and the fingerprint's, once they are empty
            with suppress(OSError):
                folder.rmdir()

    def unfinished(self, folder: str) -> list[str]:
        began = time.time() - RECENT_SECONDS
        names = [name for name in self.names(folder) if name.startswith(TEMPORARY)]
        return [f"{folder}/{name}" for name in names if _changed_at(self._root / folder / name) < began]

    @contextmanager
    def _explained(self, path: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            what = f"the prediction cache cannot be used: {error.strerror or error}"
            fix = "check your rights on the folder, or choose another with --cache"
            raise CacheError(Problem(str(self._root / path), what, fix=fix)) from error


def _changed_at(file: Path) -> float:
    """Seconds since 1970; infinite for a file that is gone."""
    try:
        return file.stat().st_mtime
    except OSError:
        return float("inf")


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # some file systems cannot, and lose nothing but their newest names in a power cut
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class RemoteStore:
    """An object store: a PUT is whole or not at all, and what was put is listed at once."""

    def __init__(self, url: str) -> None:
        import fsspec

        self.where = url
        try:
            # A listing that is kept would hide what other writers commit.
            self._files, self._root = fsspec.url_to_fs(url, use_listings_cache=False)
        except (ImportError, ValueError) as error:
            fix = "install the package that the message names; for s3:// it is in unify-detection[s3]"
            raise CacheError(Problem(url, "no store of this kind", got=str(error), fix=fix)) from error

    def names(self, folder: str) -> list[str]:
        with suppress(FileNotFoundError), self._explained():
            found = self._files.ls(f"{self._root}/{folder}".rstrip("/"), detail=False)
            return sorted(path.rstrip("/").rsplit("/", 1)[-1] for path in found)
        return []

    def read(self, path: str) -> bytes:
        with self._explained():
            return self._files.cat_file(f"{self._root}/{path}")

    def read_all(self, paths: Sequence[str]) -> Iterator[bytes | None]:
        if len(paths) <= 1:
            yield from (_or_none(self, path) for path in paths)
            return
        with ThreadPoolExecutor(_READERS, thread_name_prefix="cache") as pool:
            for start in range(0, len(paths), _READERS):  # no more at a time than are read: they may be large
                yield from pool.map(lambda path: _or_none(self, path), paths[start : start + _READERS])

    def write(self, path: str, data: bytes) -> None:
        try:
            with self._explained():
                self._files.pipe_file(f"{self._root}/{path}", data)
        except FileNotFoundError as error:
            what, fix = "the prediction cache cannot be written", "create the bucket, or check its name"
            raise CacheError(Problem(self.where, what, got=str(error), fix=fix)) from error

    def delete(self, path: str) -> None:
        with suppress(FileNotFoundError), self._explained():
            self._files.rm_file(f"{self._root}/{path}")

    def unfinished(self, folder: str) -> list[str]:
        return []  # a PUT that was broken off leaves nothing that has a name

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except Exception as error:  # each kind of store has errors of its own
            what = "the prediction cache cannot be used"
            fix = "check the address, your credentials and the network"
            raise CacheError(Problem(self.where, what, got=f"{type(error).__name__}: {error}", fix=fix)) from error


def _or_none(store: Store, path: str) -> bytes | None:
    try:
        return store.read(path)
    except FileNotFoundError:
        return None
