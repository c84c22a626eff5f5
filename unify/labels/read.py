"""The stage: a registered batch in, its labels out. Read `read_batch` from top to bottom."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unify.core.digest import json_digest
from unify.core.taxonomy import Taxonomy
from unify.core.types import BatchLabels, PictureTable, SkippedPicture, SourceLabels
from unify.errors import LabelError, PictureError, Problem
from unify.labels.digests import digest_annotations
from unify.labels.formats import FORMATS
from unify.labels.index import PictureIndex, index_pictures
from unify.labels.names import list_pictures
from unify.labels.problems import raise_problems
from unify.labels.resolve import map_categories, resolve_labels, size_problems, unseen_classes
from unify.labels.select import rows_in_image_set, take_pictures, take_rows
from unify.labels.snapshot import load_snapshot, save_snapshot
from unify.registry.objects import Batch


@dataclass(frozen=True)
class ReadBatch:
    """A batch's labels and what they were read from.

    Attributes:
        labels: the batch in the words of the taxonomy.
        annotations_sha256: digest of the annotation file, or of a folder's sorted (name, sha256).
        pictures_sha256: digest of the good pictures' sorted (name, sha256).
        warnings: sentences for the user; nothing was changed because of them.
    """

    labels: BatchLabels
    annotations_sha256: str
    pictures_sha256: str
    warnings: tuple[str, ...]


def read_batch(
    batch: Batch,
    taxonomy: Taxonomy,
    *,
    state_dir: Path,
    on_error: str = "stop",
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
    fresh: bool = False,
) -> ReadBatch:
    """Read a batch's annotations and look at its pictures.

    Args:
        batch: the registration.
        taxonomy: the workspace's classes.
        state_dir: where snapshots, digests and the picture index are kept (``.unify``).
        on_error: ``stop`` raises on bad pictures, ``skip`` leaves them out and lists them in ``labels.skipped``.
        workers: threads that read and hash pictures.
        progress: called with the number of pictures just done; the numbers add up to the batch's pictures.
        fresh: do not trust the picture index: compare every file's size and time.

    Raises:
        LabelError: annotations or images folder are missing, unreadable, contradictory or not mapped to classes.
        PictureError: pictures are missing, broken or unlike their annotations, and ``on_error`` is ``stop``.
    """
    source, annotations_sha256 = _read_source(batch, state_dir)
    class_of_category = map_categories(source, batch, taxonomy)
    index = index_pictures(
        batch.images, source.file_names, state_dir=state_dir, workers=workers, progress=progress, fresh=fresh
    )
    bad = _bad_pictures(source, index, batch)
    if on_error == "stop":
        raise_problems(PictureError, list(bad.values()), hint=_skip_hint(len(bad), batch))
    good = np.setdiff1d(np.arange(len(source.file_names)), list(bad))
    pictures = take_rows(index.pictures, good)
    labels = resolve_labels(
        take_pictures(source, good), pictures, class_of_category, batch, taxonomy, _skipped(bad, source, batch)
    )
    warnings = tuple(unseen_classes(source, class_of_category, batch, taxonomy))
    return ReadBatch(labels, annotations_sha256, digest_pictures(pictures), warnings)


def digest_pictures(pictures: PictureTable) -> str:
    """Hex sha256 over the sorted (name, sha256) of pictures."""
    digest = hashlib.sha256()
    for row in sorted(range(len(pictures)), key=pictures.names.__getitem__):
        digest.update(pictures.names[row].encode() + b"\0" + pictures.sha256[row].tobytes())
    return digest.hexdigest()


def _read_source(batch: Batch, state_dir: Path) -> tuple[SourceLabels, str]:
    """The batch's part of its annotations, and the annotations' digest."""
    _check_exists(batch)
    try:
        files = FORMATS[batch.format].annotation_files(batch.annotations)
        sha256 = digest_annotations(batch.annotations, files, state_dir)
        source = _read_or_load(batch, sha256, state_dir)
        if batch.image_set is not None:
            text = batch.image_set.read_text(encoding="utf-8-sig")
            source = take_pictures(source, rows_in_image_set(source.file_names, text, str(batch.image_set)))
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(Problem(batch.where, f"files of {batch.ref} cannot be read", got=str(error))) from None
    return source, sha256


def _read_or_load(batch: Batch, annotations_sha256: str, state_dir: Path) -> SourceLabels:
    """Labels from the snapshot, or parsed and then kept as one."""
    reader = FORMATS[batch.format]
    key = annotations_sha256
    if reader.USES_IMAGE_NAMES:
        key = json_digest([annotations_sha256, list_pictures(batch.images)])
    path = state_dir / "snapshots" / f"{key}-{batch.format}-v{reader.VERSION}.arrow"
    source = load_snapshot(path)
    if source is None:
        source = reader.read(batch.annotations, batch.images)
        save_snapshot(path, source)
    return source


def _check_exists(batch: Batch) -> None:
    wanted = {"annotations": batch.annotations, "images": batch.images, "image_set": batch.image_set}
    problems = [
        Problem(batch.where, f"{key} of {batch.ref} not found", got=str(path))
        for key, path in wanted.items()
        if path is not None and not path.exists()
    ]
    if batch.images.exists() and not batch.images.is_dir():
        problems.append(Problem(batch.where, f"images of {batch.ref} is not a folder", got=str(batch.images)))
    if problems:
        raise LabelError(problems)


def _bad_pictures(source: SourceLabels, index: PictureIndex, batch: Batch) -> dict[int, Problem]:
    """row -> problem, ascending: pictures that cannot be used, then those unlike their annotations."""
    unusable = {
        row: Problem(f"{index.pictures.folder}/{index.pictures.names[row]}", reason)
        for row, reason in index.reasons.items()
    }
    return dict(sorted((size_problems(source, index.pictures, batch) | unusable).items()))


def _skipped(bad: Mapping[int, Problem], source: SourceLabels, batch: Batch) -> tuple[SkippedPicture, ...]:
    return tuple(SkippedPicture(str(batch.ref), source.file_names[row], _reason(bad[row])) for row in bad)


def _reason(problem: Problem) -> str:
    """The problem on one line and without its path: reasons go into the manifest, which names no machine's folders."""
    return f"{problem.what}: {problem.got}, annotated {problem.expected}" if problem.got else problem.what


def _skip_hint(num_bad: int, batch: Batch) -> str:
    pictures = "1 bad picture" if num_bad == 1 else f"{num_bad:,} bad pictures"
    return f"{pictures} in {batch.ref}; `--on-error skip` leaves them out."
