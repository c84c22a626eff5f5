"""``unify.review_import``: what people said becomes a batch; the story top to bottom."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from unify.calibrating.report import CalibrationReport
from unify.core.taxonomy import Taxonomy
from unify.core.types import BatchRef, JsonObject
from unify.errors import LabelError, Problem, RegistryError, UnifyError
from unify.progress import Progress, Silent
from unify.registry.load import load_registry
from unify.request import default_workers, open_workspace
from unify.reviewing.answers import Answers, clean
from unify.reviewing.batch import register_batch
from unify.reviewing.changes import Changes, count_changes
from unify.reviewing.consensus import Verdict, Voting, agree
from unify.reviewing.export import TOOLS
from unify.reviewing.known import find_pictures
from unify.reviewing.project import PROJECT_NAME, Project, read_project
from unify.reviewing.remeasure import Remeasured, remeasure

_NAME_DIGITS = 8  # of the project's id, in the name of a batch that nobody named


@dataclass(frozen=True)
class ReviewImportReport:
    """What `review_import` did.

    Attributes:
        batch: reference of the registered batch.
        annotations: its annotation file.
        registered: whether it was new; the same answers are taken once.
        project: what people were shown.
        verdicts: what they say, a picture each, the most important first.
        changes: what became of the boxes they were shown.
        counts: what was changed on the way in, by name; see `Answers`.
        measured: the auto-labelers that were measured again.
        warnings: what a person should know, one sentence each.
    """

    batch: str
    annotations: Path
    registered: bool
    project: Project
    verdicts: tuple[Verdict, ...]
    changes: Changes
    counts: Mapping[str, int]
    measured: tuple[CalibrationReport, ...]
    warnings: tuple[str, ...]

    @property
    def agreement(self) -> float | None:
        """Mean over the pictures that several people looked at, 0..1; None without any."""
        values = [each.agreement for each in self.verdicts if each.agreement is not None]
        return fmean(values) if values else None

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify review import``."""
        return {
            "batch": self.batch,
            "annotations": str(self.annotations),
            "registered": self.registered,
            "review": self.project.id,
            "labeled_classes": list(self.project.classes),
            "pictures": len(self.verdicts),
            "empty": sum(not len(each.class_ids) for each in self.verdicts),
            "not_annotated": len(self.project.pictures) - len(self.verdicts),
            "boxes": sum(len(each.class_ids) for each in self.verdicts),
            "changes": self.changes.summary(),
            "counts": dict(self.counts),
            "annotated_by_several": sum(each.agreement is not None for each in self.verdicts),
            "agreement": None if self.agreement is None else round(self.agreement, 4),
            "measured": [{"autolabeler": each.autolabeler, **each.metrics} for each in self.measured],
            "warnings": list(self.warnings),
        }


def review_import(
    project: str | os.PathLike,
    returned: str | os.PathLike | Sequence[str | os.PathLike],
    *,
    batch: str | None = None,
    voting: str = "majority",
    measure: bool = True,
    hidden: Collection[BatchRef] = (),
    workspace: str | os.PathLike | None = None,
    cache: str | os.PathLike | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> ReviewImportReport:
    """Register what people said in an annotation tool as a batch with the task's classes labeled.

    A picture that was submitted without a box is a labeled picture without the task's objects. One that nobody
    submitted is left out. Several people's boxes are made into one answer (`consensus.agree`).

    Args:
        project: the task's folder that `review_export` wrote.
        returned: the tool's export; of COCO and CVAT one file an annotator.
        batch: name of the new batch, ``task:batch``; after the project's id by default.
        voting: who decides on classes: ``majority`` or ``dawid-skene``.
        measure: measure the auto-labelers whose boxes were shown again, and write their thresholds and metrics.
        hidden: batches of which nothing comes along, as when the queue was exported.
        workspace: folder that holds ``registry/``; the nearest parent of the current folder by default.
        cache: folder or URL of the prediction cache; ``.unify/cache`` in the workspace by default.
        workers: threads that look at pictures; the cores of this machine by default.
        progress: told how the work goes.

    Raises:
        LabelError: the answers cannot be read, are another project's, or nobody gave any; nothing was changed.
        PictureError: pictures are in no batch any more; nothing was changed.
        RegistryError: the batch exists and holds something else, or the taxonomy is another; nothing was changed.
        UnifyError: anything is wrong with the registry's batches.
    """
    shown = read_project(Path(project))
    registry = load_registry(open_workspace(workspace))
    _check_classes(shown, registry.taxonomy, Path(project))
    ref = _batch_ref(batch, shown)
    files = [Path(each) for each in ([returned] if isinstance(returned, (str, os.PathLike)) else returned)]
    answers = _read(shown, Path(project), files)
    verdicts = _in_order(shown, agree(answers.given, _voting(voting)))
    workers, progress = workers or default_workers(), progress or Silent()
    digests = [each.picture for each in verdicts]
    known = find_pictures(registry, digests, hidden=hidden, workers=workers, progress=progress)
    annotations, is_new = register_batch(registry, ref, shown, verdicts, known)
    again = Remeasured((), ())
    if measure and is_new:
        again = remeasure(shown, ref, workspace=registry.workspace, cache=cache, workers=workers, progress=progress)
    names = {class_id: name for name, class_id in shown.classes.items()}
    return ReviewImportReport(
        batch=str(ref),
        annotations=annotations,
        registered=is_new,
        project=shown,
        verdicts=verdicts,
        changes=count_changes(shown.by_digest(), verdicts, names),
        counts=answers.counts,
        measured=again.reports,
        warnings=(*_warnings(shown, verdicts, answers.counts), *again.warnings),
    )


def _check_classes(project: Project, taxonomy: Taxonomy, folder: Path) -> None:
    now = {name: taxonomy.ids[name] for name in taxonomy.tasks.get(project.task, ())}
    if now != dict(project.classes):
        raise RegistryError(
            Problem(
                str(folder / PROJECT_NAME),
                f"the classes of task '{project.task}' are not those that people were asked for",
                got=_classes(now),
                expected=_classes(project.classes),
                fix="export the queue again: what was not asked for is not labeled",
            )
        )


def _classes(ids: Mapping[str, int]) -> str:
    return ", ".join(f"{name}: {class_id}" for name, class_id in ids.items()) or "no such task"


def _batch_ref(text: str | None, project: Project) -> BatchRef:
    task, _, batch = (text or f"{project.task}:review-{project.id[:_NAME_DIGITS]}").partition(":")
    if task != project.task or not batch:
        expected = f"{project.task}:NAME"
        raise RegistryError(Problem("--batch", "not a batch of this review's task", got=f"'{text}'", expected=expected))
    return BatchRef(task, batch)


def _voting(name: str) -> Voting:
    if name not in list(Voting):
        raise UnifyError(Problem("--voting", "unknown", got=f"'{name}'", expected=" or ".join(Voting)))
    return Voting(name)


def _read(project: Project, folder: Path, files: Sequence[Path]) -> Answers:
    """The answers, cleaned.

    Raises:
        LabelError: they are none, or what was exported.
    """
    exported = {path.read_bytes() for path in folder.iterdir() if path.is_file()}
    same = [path for path in files if path.is_file() and path.read_bytes() in exported]
    if same:
        fix = "give the file that the annotation tool exports"
        raise LabelError([Problem(str(path), "is what was given to the annotation tool", fix=fix) for path in same])
    answers = TOOLS[project.tool].read(project, files)
    if not answers.given:
        what = "nobody submitted an answer to any picture"
        raise LabelError(Problem(", ".join(map(str, files)), what, fix="submit the pictures, then export again"))
    counts, pictures = Counter(answers.counts), project.by_digest()
    given = []
    for answer in answers.given:
        kept, changed = clean(answer, pictures[answer.picture].image_hw)
        given.append(kept)
        counts.update(changed)
    return Answers(tuple(given), dict(counts))


def _in_order(project: Project, verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    by_picture = {each.picture: each for each in verdicts}
    return tuple(by_picture[each.sha256] for each in project.pictures if each.sha256 in by_picture)


_CHANGED = {
    "clipped": "boxes were cut off at the border of their picture",
    "outside": "boxes lay outside their picture and were left out",
    "zero_area": "boxes without width or height were left out",
    "rotated": "boxes were turned; the upright boxes around them were taken",
    "twice": "boxes were there twice and were taken once",
}


def _warnings(project: Project, verdicts: Sequence[Verdict], counts: Mapping[str, int]) -> Iterator[str]:
    missing = len(project.pictures) - len(verdicts)
    if missing:
        yield f"{missing:,} of {len(project.pictures):,} pictures were not annotated and are left out"
    yield from (f"{counts[name]:,} {text}" for name, text in _CHANGED.items() if counts.get(name))
