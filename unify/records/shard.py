"""Writes one shard, whole or not at all, and looks at the shards an earlier run left.

`write_shard` takes and returns plain values and is a top-level function: it runs in this process, in a worker process
or as a Ray task, with the same bytes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from unify.core.taxonomy import Taxonomy
from unify.core.types import ExampleTable, JsonObject, PictureFormat, SkippedPicture
from unify.errors import OutputError, PictureError, Problem
from unify.files import TEMPORARY, cannot_write
from unify.records.counts import ClassCounts, count_table
from unify.records.example import ExampleEncoder
from unify.records.framing import framed, iterate_records
from unify.records.pictures import png_of, read_picture

_PICTURES_PER_PROGRESS = 64
_MOST_PROBLEMS = 20

Progress = Callable[[int], None]


@dataclass(frozen=True)
class ShardJob:
    """One shard to write.

    Attributes:
        folder: an existing folder, absolute.
        file_name: the shard's name in it.
        table: the shard's examples, in order.
        taxonomy: names of the classes.
        on_error: ``stop`` or ``skip``: what to do with a picture that is missing, changed or cannot be transcoded.
    """

    folder: str
    file_name: str
    table: ExampleTable
    taxonomy: Taxonomy
    on_error: str = "stop"

    def __str__(self) -> str:
        return self.file_name  # how executors name a job in messages, instead of its table


@dataclass(frozen=True)
class ShardResult:
    """What a written shard holds.

    Attributes:
        file_name: the shard's name.
        examples: records in it.
        boxes: boxes in it.
        num_bytes: its size.
        sha256: hex digest of the file as read back; "" from `write_records`.
        transcoded: pictures that had to be turned into PNG.
        skipped: pictures left out; empty unless ``on_error`` is ``skip``.
        classes: counts per class, see ``counts.py``.
    """

    file_name: str
    examples: int
    boxes: int
    num_bytes: int
    sha256: str
    transcoded: int
    skipped: tuple[SkippedPicture, ...]
    classes: ClassCounts

    def to_json(self) -> JsonObject:
        """The result as plain JSON values, for `from_json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: JsonObject) -> ShardResult:
        """The result that `to_json` gave."""
        return cls(**{**value, "skipped": tuple(SkippedPicture(**picture) for picture in value["skipped"])})


def write_shard(job: ShardJob, progress: Progress | None = None) -> ShardResult:
    """Writes a shard under a temporary name, renames it when complete, and seals it.

    Args:
        job: what to write.
        progress: called every few dozen pictures with how many were dealt with since its last call.

    Raises:
        PictureError: pictures are missing or changed and the job says stop; up to 20 of them in one error.
        OutputError: the file cannot be written (disk full, permission).
    """
    written = write_records(job, progress)
    num_bytes, sha256 = seal_shard(Path(job.folder, job.file_name))
    return replace(written, num_bytes=num_bytes, sha256=sha256)


def write_records(job: ShardJob, progress: Progress | None = None) -> ShardResult:
    """`write_shard` without reading the file back: the result has no sha256."""
    path = os.path.join(job.folder, job.file_name)
    temporary = f"{path}{TEMPORARY}{os.getpid()}"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        try:
            result = _Writing(job, descriptor).run(progress)
        finally:
            os.close(descriptor)
        os.rename(temporary, path)
        return result
    except BaseException as error:
        with suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise cannot_write(Path(path), error) from error
        raise


def seal_shard(path: Path) -> tuple[int, str]:
    """Size and hex sha256 of a shard, read back from the filesystem.

    Read back rather than hashed on the way out, because the digest should be that of what the filesystem holds: a
    reader will meet those bytes. There is no fsync: a killed process loses nothing of what it wrote, and after a
    power failure a resumed compile checks the CRCs of the shards it finds before it keeps them.

    Raises:
        OutputError: the file cannot be read back.
    """
    try:
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256")
            return file.tell(), digest.hexdigest()
    except OSError as error:
        raise OutputError(Problem(str(path), f"shard cannot be read back: {error.strerror}")) from error


def check_shard(path: Path) -> int:
    """Number of records of a shard, every CRC checked.

    Raises:
        DatasetError: the shard is damaged; names the first bad record.
    """
    return sum(1 for _ in iterate_records(path))


class _Writing:
    """One shard while it is being written."""

    def __init__(self, job: ShardJob, descriptor: int) -> None:
        self._job, self._descriptor = job, descriptor
        table = job.table
        # Python values, made once: a NumPy scalar compared with an enum costs more than encoding an example.
        self._files = list(
            zip(table.paths, table.num_bytes.tolist(), table.mtime_ns.tolist(), table.format.tolist(), strict=True)
        )
        self._kept = np.ones(len(job.table), bool)
        self._problems: list[Problem] = []
        self._skipped: list[SkippedPicture] = []
        self._transcoded = 0

    def run(self, progress: Progress | None) -> ShardResult:
        encoder = ExampleEncoder(self._job.table, self._job.taxonomy)
        examples = len(self._job.table)
        for start in range(0, examples, _PICTURES_PER_PROGRESS):
            stop = min(start + _PICTURES_PER_PROGRESS, examples)
            for index in range(start, stop):
                self._write(index, encoder)
            if progress is not None:
                progress(stop - start)
        self._stop_on_problems()
        return self._result()

    def _write(self, index: int, encoder: ExampleEncoder) -> None:
        try:
            picture = self._picture(index)
        except PictureError as error:
            self._leave_out(index, error)
            return
        head, tail = encoder.encode(index, len(picture))
        _write_all(self._descriptor, framed(head, picture, tail))

    def _picture(self, index: int) -> bytes:
        path, num_bytes, mtime_ns, picture_format = self._files[index]
        data = read_picture(path, num_bytes=num_bytes, mtime_ns=mtime_ns, sha256=self._job.table.sha256[index])
        if picture_format != PictureFormat.OTHER:
            return data
        data = png_of(data, path)
        self._transcoded += 1
        return data

    def _leave_out(self, index: int, error: PictureError) -> None:
        self._kept[index] = False
        self._problems.extend(error.problems)
        batch, name = self._job.table.batches[index][0], self._job.table.filenames[index]
        # The sentence alone: the manifest names no absolute path, and `where` is one.
        self._skipped.append(SkippedPicture(batch, name, error.problems[0].what))
        if len(self._problems) >= _MOST_PROBLEMS:
            self._stop_on_problems(f"stopped at {_MOST_PROBLEMS} pictures; there may be more")

    def _stop_on_problems(self, summary: str = "") -> None:
        if self._problems and self._job.on_error == "stop":
            raise PictureError(self._problems, summary=summary)

    def _result(self) -> ShardResult:
        table = self._job.table
        return ShardResult(
            file_name=self._job.file_name,
            examples=int(self._kept.sum()),
            boxes=int(np.diff(table.box_offsets)[self._kept].sum()),
            num_bytes=os.fstat(self._descriptor).st_size,
            sha256="",
            transcoded=self._transcoded,
            skipped=tuple(self._skipped),
            classes=count_table(table, self._job.taxonomy, self._kept),
        )


def _write_all(descriptor: int, buffers: tuple[bytes, ...]) -> None:
    """One system call, unless the kernel takes only a part: it does so on a disk about to be full."""
    missing = sum(map(len, buffers)) - os.writev(descriptor, buffers)
    if missing:
        rest = memoryview(b"".join(buffers))[-missing:]
        while rest:
            rest = rest[os.write(descriptor, rest) :]
