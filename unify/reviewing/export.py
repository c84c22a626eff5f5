"""``unify.review_export``: from a queue to a folder a task for an annotation tool; the story top to bottom."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import numpy as np

from unify.autolabel.cache import PredictionCache
from unify.core.types import BatchRef, JsonObject
from unify.errors import OutputError, Problem, UnifyError, shorten
from unify.files import write_whole
from unify.inference.autolabeling import open_cache
from unify.progress import Progress, Silent
from unify.registry.load import load_registry
from unify.registry.objects import Registry
from unify.request import default_workers, open_workspace
from unify.reviewing.known import KnownPictures, find_pictures, names_below
from unify.reviewing.project import PROJECT_NAME, Project, ReviewPicture, project_bytes
from unify.reviewing.queue import Query, read_queue
from unify.reviewing.shown import Candidates, join_candidates, shown_boxes, uncertainty
from unify.reviewing.tools import coco, cvat, labelstudio
from unify.reviewing.witnesses import Witness, find_witnesses
from unify.staging import only_writer, open_staging

TOOLS = {tool.NAME: tool for tool in (labelstudio, cvat, coco)}


@dataclass(frozen=True)
class ReviewExportReport:
    """What `review_export` did.

    Attributes:
        output: the folder that holds one folder a task.
        projects: what was written, in the order of the queue's tasks.
        up_to_date: all of it stood there already.
        warnings: what a person should know, one sentence each.
    """

    output: Path
    projects: tuple[Project, ...]
    up_to_date: bool
    warnings: tuple[str, ...]

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify review export``."""
        return {
            "output": str(self.output),
            "projects": [
                {
                    "task": each.task,
                    "folder": str(self.output / each.task),
                    "review": each.id,
                    "pictures": len(each.pictures),
                    "boxes": sum(len(picture.boxes) for picture in each.pictures),
                    "unsure": sum(box.unsure for picture in each.pictures for box in picture.boxes),
                    "autolabelers": list(each.autolabelers),
                }
                for each in self.projects
            ],
            "up_to_date": self.up_to_date,
            "warnings": list(self.warnings),
        }


def review_export(
    queue: str | os.PathLike,
    *,
    to: str,
    output: str | os.PathLike,
    autolabelers: Sequence[str] | None = None,
    limit: int | None = None,
    hidden: Collection[BatchRef] = (),
    images_root: str | os.PathLike | None = None,
    image_url: str | None = None,
    workspace: str | os.PathLike | None = None,
    cache: str | os.PathLike | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> ReviewExportReport:
    """Write a review queue for an annotation tool: a folder for each task, pictures in the order of the queue.

    On a picture people find their own boxes of the task's classes, and cached predictions of what is not labeled yet.

    Args:
        queue: JSON with ``queries``, as `unify rank --json` prints it.
        to: ``labelstudio``, ``cvat`` or ``coco``.
        output: the folder to write; one that exists must hold the same already.
        autolabelers: ``name:version`` or ``name``; the top of every stack by default.
        limit: pictures a task, at most.
        hidden: batches whose boxes people are not shown, such as those that they are compared with.
        images_root: the folder that the tool is served from; pictures are named by their path below it. The workspace
            by default.
        image_url: what stands before such a name in a picture's address; Label Studio's local files by default.
        workspace: folder that holds ``registry/``; the nearest parent of the current folder by default.
        cache: folder or URL of the prediction cache; ``.unify/cache`` in the workspace by default.
        workers: threads that look at pictures; the cores of this machine by default.
        progress: told how the work goes.

    Raises:
        LabelError: the queue is none.
        PictureError: pictures are in no batch any more, or lie outside ``images_root``.
        UnifyError: anything is wrong with registry, batches or auto-labelers; or there is no such tool.
        OutputError: the output holds something else; nothing was written.
    """
    if to not in TOOLS:
        raise UnifyError(
            Problem("--to", "unknown annotation tool", got=f"'{to}'", expected=f"one of {', '.join(TOOLS)}")
        )
    registry = load_registry(open_workspace(workspace))
    queries = _by_task(read_queue(Path(queue), list(registry.taxonomy.tasks)), limit)
    root = Path(images_root).resolve() if images_root else registry.workspace
    opened, progress = open_cache(registry.workspace, cache), progress or Silent()
    projects, warnings = [], []
    for task, mine in queries.items():
        digests = [each.picture for each in mine]
        cores = workers or default_workers()
        known = find_pictures(registry, digests, hidden=hidden, workers=cores, progress=progress)
        witnesses = find_witnesses(registry, autolabelers, registry.taxonomy.tasks[task])
        draft = _Draft(registry, task, mine, known, names_below(known, root), witnesses, opened)
        projects.append(draft.project(to))
        warnings += [*known.warnings, *draft.warnings()]
    written = _write(Path(output).resolve(), projects, image_url)
    return ReviewExportReport(Path(output), tuple(projects), not written, tuple(dict.fromkeys(warnings)))


def _by_task(queries: Sequence[Query], limit: int | None) -> dict[str, list[Query]]:
    tasks: dict[str, list[Query]] = {}
    for each in queries:
        tasks.setdefault(each.task, []).append(each)
    return {task: several[:limit] for task, several in tasks.items()}


class _Draft:
    """One task's project while it is made."""

    def __init__(
        self,
        registry: Registry,
        task: str,
        queries: Sequence[Query],
        known: KnownPictures,
        names: Sequence[str],
        witnesses: Sequence[Witness],
        cache: PredictionCache,
    ) -> None:
        self.task, self.queries, self.known, self.names, self.witnesses = task, queries, known, names, witnesses
        ids = registry.taxonomy.ids
        self.classes = {name: ids[name] for name in registry.taxonomy.tasks[task]}
        self.opinions = [each.opinion(cache, known.labels.sha256) for each in witnesses]

    def project(self, tool: str) -> Project:
        return Project(
            task=self.task,
            classes=self.classes,
            tool=tool,
            autolabelers={each.ref: each.labeler.fingerprint for each in self.witnesses},
            pictures=tuple(self._picture(row) for row in range(len(self.queries))),
        )

    def warnings(self) -> Iterator[str]:
        if not self.witnesses:
            yield f"no auto-labeler knows a class of task {self.task}: pictures are shown without predictions"
        for witness, opinion in zip(self.witnesses, self.opinions):
            silent = int((~opinion.predictions.seen).sum())
            if silent:
                yield f"{self.task}: {silent:,} pictures have no cached prediction of {witness.ref}"

    def _picture(self, row: int) -> ReviewPicture:
        query, labels = self.queries[row], self.known.labels
        candidates = join_candidates(list(self._candidates(row)))
        mine = self.known.human_boxes(row)
        asked = np.isin(labels.box_class[mine], list(self.classes.values())) & ~labels.box_crowd[mine]
        names = {class_id: name for name, class_id in self.classes.items()}
        state = labels.state[row]
        return ReviewPicture(
            sha256=query.picture,
            name=self.names[row],
            image_hw=tuple(labels.image_hw[row].tolist()),
            orientation=int(self.known.orientation[row]),
            priority=row + 1,
            score=query.score,
            cost=query.cost,
            difficulty=query.difficulty,
            uncertainty=round(uncertainty(candidates.probability), 4),
            reasons=query.reasons,
            boxes=shown_boxes(candidates, labels.boxes_xyxy[mine][asked], labels.box_class[mine][asked], state, names),
        )

    def _candidates(self, row: int) -> Iterator[Candidates]:
        """Every auto-labeler's predictions of the task's classes."""
        for witness, opinion in zip(self.witnesses, self.opinions):
            table = opinion.predictions
            first, last = np.searchsorted(table.picture, [row, row + 1])
            rows = first + np.flatnonzero(np.isin(table.class_ids[first:last], list(self.classes.values())))
            cuts = {class_id: witness.cuts(name) for name, class_id in self.classes.items()}
            bounds = np.array([cuts[class_id] for class_id in table.class_ids[rows].tolist()]).reshape(-1, 2)
            yield Candidates(
                boxes_xyxy=table.boxes_xyxy[rows],
                class_ids=table.class_ids[rows],
                scores=table.scores[rows],
                probability=opinion.probability[rows],
                low=bounds[:, 0],
                threshold=bounds[:, 1],
                source=[witness.ref] * len(rows),
            )


def _write(output: Path, projects: Sequence[Project], image_url: str | None) -> bool:
    """Write the folder, whole or not at all; False where it stood there already."""
    files = {
        f"{each.task}/{name}": data
        for each in projects
        for name, data in {
            PROJECT_NAME: project_bytes(each),
            **TOOLS[each.tool].write(each, image_url),
        }.items()
    }
    with only_writer(output):
        if output.exists() and any(output.iterdir()):
            if _files_below(output) == files:
                return False
            what, fix = "the output exists already and holds something else", "choose another --output"
            raise OutputError(Problem(str(output), what, got=shorten(sorted(_files_below(output)), 3), fix=fix))
        staging = open_staging(output, uuid4().hex)  # what a killed run began is not worth keeping
        for name, data in files.items():
            write_whole(staging.folder / name, data, durable=True)
        staging.publish(overwrite=False)
    return True


def _files_below(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
