"""Human labels in, held against the lock: what a batch was when it was locked is what it must be now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from unify.errors import LabelError, LockError, PictureError, Problem, UnifyError
from unify.labels.read import ReadBatch, read_batch
from unify.progress import Progress, Silent
from unify.registry.lock import LockEntry, changes, read_lock, reading_of, write_lock
from unify.registry.objects import Batch, Registry

STATE_FOLDER = ".unify"


def take_in(
    registry: Registry,
    batches: Sequence[Batch],
    *,
    on_error: str = "stop",
    workers: int = 1,
    fresh: bool = False,
    progress: Progress | None = None,
) -> list[ReadBatch]:
    """Read batches, compare them with the lock, and lock the ones that are new.

    Args:
        registry: the workspace's registry.
        batches: what to read, in the order of the result.
        on_error: ``stop``, or ``skip`` to leave bad pictures out. A batch with bad pictures is read, not locked.
        workers: threads that hash pictures.
        fresh: look at every picture file's size and time again instead of trusting the index.
        progress: told of the pictures looked at.

    Raises:
        UnifyError: everything that is wrong with any of the batches, at once: `LabelError` or `PictureError` where
            all problems are of that kind, `LockError` where locked batches changed.
    """
    lock = read_lock(registry.workspace)
    read: list[ReadBatch] = []
    failures: list[UnifyError] = []
    for batch in batches:
        try:
            read.append(
                read_batch(
                    batch,
                    registry.taxonomy,
                    state_dir=registry.workspace / STATE_FOLDER,
                    on_error=on_error,
                    workers=workers,
                    progress=(progress or Silent()).stage(f"reading {batch.ref}"),
                    fresh=fresh,
                )
            )
        except (LabelError, PictureError) as error:
            failures.append(error)
    if failures:
        raise _all_in_one(failures)
    _hold_against_lock(registry.workspace, batches, read, lock)
    return read


def _hold_against_lock(workspace: Path, batches: Sequence[Batch], read: Sequence[ReadBatch], lock: dict) -> None:
    problems: list[Problem] = []
    new = {}
    for batch, each in zip(batches, read):
        now = lock_entry(batch, each)
        if batch.ref in lock:
            locked = lock[batch.ref]
            # Skipped pictures are reported as such; what is left of the batch cannot match its digest.
            problems += changes(batch, locked, now if not each.labels.skipped else _with_pictures_of(now, locked))
        elif not each.labels.skipped:
            new[batch.ref] = now
    if problems:
        raise LockError(problems)
    write_lock(workspace, new)


def lock_entry(batch: Batch, read: ReadBatch) -> LockEntry:
    """What the lock holds of a batch."""
    return LockEntry(
        annotations=f"sha256:{read.annotations_sha256}",
        pictures=f"sha256:{read.pictures_sha256}",
        num_pictures=len(read.labels.pictures),
        num_boxes=len(read.labels.boxes_xyxy),
        reading=reading_of(batch),
    )


def _with_pictures_of(now: LockEntry, locked: LockEntry) -> LockEntry:
    return LockEntry(now.annotations, locked.pictures, locked.num_pictures, locked.num_boxes, now.reading)


def _all_in_one(failures: Sequence[UnifyError]) -> UnifyError:
    if len(failures) == 1:
        return failures[0]
    kinds = {type(error) for error in failures}
    kind = kinds.pop() if len(kinds) == 1 else UnifyError
    summaries = [error.summary for error in failures if error.summary]
    return kind([problem for error in failures for problem in error.problems], summary="\n".join(summaries))
