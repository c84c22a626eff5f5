"""Pictures of a queue as the registry knows them: where they lie, and what people know of them."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unify.calibrating.truth import read_truth
from unify.core.digest import content_ids
from unify.core.types import BatchRef, ExampleTable
from unify.errors import PictureError, PlanError, Problem, shorten
from unify.intake import take_in
from unify.planning.build import CompilePlan
from unify.progress import Progress
from unify.registry.objects import Registry

_MOST_SHOWN = 20


@dataclass(frozen=True)
class KnownPictures:
    """Q pictures, in the order they were asked for.

    Attributes:
        labels: their files, and what people drew.
        orientation: uint8 [Q]; EXIF orientation.
        split: their split.
        warnings: what a person should know of their batches.
    """

    labels: ExampleTable
    orientation: np.ndarray
    split: str
    warnings: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def human_boxes(self, row: int) -> slice:
        """Where the boxes of a picture are in ``labels``."""
        return slice(int(self.labels.box_offsets[row]), int(self.labels.box_offsets[row + 1]))


def find_pictures(
    registry: Registry,
    digests: Sequence[str],
    *,
    hidden: Collection[BatchRef] = (),
    workers: int,
    on_error: str = "stop",
    progress: Progress,
) -> KnownPictures:
    """Look pictures up in all registered batches; the same picture in several of them is united.

    Args:
        registry: the workspace's registry.
        digests: hex sha256, each once.
        hidden: batches that are not looked at.

    Raises:
        PictureError: some are in no batch, or not any more; lists them.
        PlanError: they are of two splits.
        UnifyError: anything is wrong with the batches.
    """
    wanted = np.frombuffer(bytes.fromhex("".join(digests)), np.uint8).reshape(-1, 32)
    everything = [batch for ref, batch in registry.batches.items() if ref not in hidden]
    read = take_in(registry, everything, on_error=on_error, workers=workers, fresh=True, progress=progress)
    ids = content_ids(wanted)
    batches = [
        batch for batch, each in zip(everything, read) if np.isin(content_ids(each.labels.pictures.sha256), ids).any()
    ]
    if not batches:
        raise PictureError(_not_registered(digests))
    truth = read_truth(registry, batches, workers=workers, on_error=on_error, progress=progress)
    plan = truth.plan
    known = content_ids(truth.pictures.sha256(plan.rows.first_row))  # ascending
    examples = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    absent = known[examples] != ids
    if absent.any():
        raise PictureError(_not_registered([digests[row] for row in np.flatnonzero(absent).tolist()]))
    orientation = _orientation(plan, examples)
    return KnownPictures(truth.labels_of(examples), orientation, _one_split(plan, examples), truth.warnings)


def common_folder(known: KnownPictures) -> Path:
    """The deepest folder that holds all the pictures."""
    return Path(os.path.commonpath([os.path.dirname(path) for path in _paths(known)]))


def names_below(known: KnownPictures, folder: Path) -> list[str]:
    """Paths of the pictures below a folder, with ``/``.

    Raises:
        PictureError: some lie elsewhere; lists them.
    """
    paths = _paths(known)
    elsewhere = [path for path in paths if not Path(path).is_relative_to(folder)]
    if elsewhere:
        what = f"{len(elsewhere):,} pictures lie outside the folder that the annotation tool is served from"
        fix = "name a folder above them: --images-root FOLDER"
        raise PictureError(Problem(str(folder), what, got=shorten(elsewhere, 3), fix=fix))
    return [Path(path).relative_to(folder).as_posix() for path in paths]


def _paths(known: KnownPictures) -> list[str]:
    """Absolute paths, without the '..' that a registration may hold."""
    return [os.path.normpath(path) for path in known.labels.paths]


def _orientation(plan: CompilePlan, examples: np.ndarray) -> np.ndarray:
    places = [plan.rows.place_of(int(row)) for row in plan.rows.first_row[examples]]
    return np.array([plan.batches[batch].pictures.orientation[at] for batch, at in places], np.uint8)


def _one_split(plan: CompilePlan, examples: np.ndarray) -> str:
    splits = sorted({plan.splits[number] for number in plan.split[examples].tolist()})
    if len(splits) > 1:
        what = "the pictures of one task are of several splits, and a batch has one"
        raise PlanError(Problem("the queue", what, got=", ".join(splits), fix="make a queue for each split"))
    return splits[0]


def _not_registered(digests: Sequence[str]) -> Problem:
    noun = "picture is" if len(digests) == 1 else "pictures are"
    return Problem(
        f"{len(digests):,} {noun} in no registered batch, or not any more",
        "a picture is known by its bytes: it was changed, or it moved and its batch was not told",
        got=shorten([f"{each[:12]}…" for each in digests], _MOST_SHOWN),
        fix="put the files back, or correct `images:` of their batch",
    )
