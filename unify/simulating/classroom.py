"""The workspace in which one strategy learns: what it was told so far, a batch a round, and the pictures it may ask."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unify.calibrating.calibrate import calibrate
from unify.calibrating.truth import read_truth
from unify.core.predictions import Prediction
from unify.core.types import BatchRef, ExampleTable
from unify.errors import CalibrationError
from unify.files import write_whole
from unify.inference.autolabeling import open_cache
from unify.inference.known import know_labeler
from unify.progress import Silent
from unify.registry.edit import register_autolabeler, register_dataset
from unify.registry.find import find_version
from unify.registry.load import load_registry
from unify.registry.objects import Registry
from unify.registry.taxonomy_file import TAXONOMY
from unify.scenarios.batches import TRAIN, WITHHELD, write_batch
from unify.scenarios.truth import Truth
from unify.scenarios.workspace import start_workspace
from unify.simulating.strategies import Question
from unify.train.evaluate.detections import Detections

DETECTOR = "detector"  # the auto-labeler that a strategy listens to
TOLD, EVERYTHING = "told", "everything"  # configs: what is labeled, and with it the pictures that may be asked about
START, POOL = "start", "pool"
_OPTIONS = {"nms_iou": 0.6, "batch_size": 32}  # as `unify.train.detector.detect`


@dataclass(frozen=True)
class School:
    """What all strategies share: the scenario's pictures and their truth.

    Attributes:
        registry: of the scenario's workspace.
        images: absolute folder of the training pictures.
        truths: hex sha256 -> what is on the picture, of all training pictures.
    """

    registry: Registry
    images: str
    truths: Mapping[str, Truth]

    @property
    def tasks(self) -> Mapping[str, tuple[str, ...]]:
        return self.registry.taxonomy.tasks

    def boxes(self, question: Question) -> int:
        """How many boxes people draw or confirm to answer a question."""
        truth = self.truths[question.picture]
        return sum(len(truth.rows_of(self.tasks[task])) for task in question.tasks)


def open_school(workspace: Path) -> School:
    """The school of a scenario's workspace. Raises UnifyError where its batches are not what they were."""
    registry = load_registry(workspace)
    labels, names = _labels(registry, TRAIN, WITHHELD), registry.taxonomy.names
    truths = {}
    for row, digest in enumerate(labels.sha256):
        mine = slice(*labels.box_offsets[row : row + 2].tolist())
        height, width = labels.image_hw[row].tolist()
        truths[digest.tobytes().hex()] = Truth(
            file_name=labels.filenames[row],
            image_hw=(height, width),
            boxes_xyxy=labels.boxes_xyxy[mine],
            class_names=tuple(names[class_id] for class_id in labels.box_class[mine].tolist()),
            areas=labels.box_area[mine],
            crowd=labels.box_crowd[mine],
        )
    images = next(each.images for ref, each in registry.batches.items() if ref.batch == TRAIN)
    return School(registry, str(images), truths)


def _labels(registry: Registry, *names: str) -> ExampleTable:
    batches = [each for ref, each in registry.batches.items() if ref.batch in names]
    truth = read_truth(registry, batches, workers=1, on_error="stop", progress=Silent())
    return truth.labels_of(np.arange(len(truth.plan.rows)))


@dataclass(frozen=True)
class Classroom:
    """One strategy's workspace.

    Attributes:
        school: what it shares with the others.
        folder: its workspace.
    """

    school: School
    folder: Path

    def tell(self, batch: str, questions: Sequence[Question]) -> None:
        """Answer questions, as a batch a task, and select it."""
        for task, classes in self.school.tasks.items():
            truths = [self.school.truths[each.picture] for each in questions if task in each.tasks]
            write_batch(self.folder, f"{task}:{batch}", self.school.images, truths, classes)
        self._write_configs()

    def _write_configs(self) -> None:
        pool = BatchRef(next(iter(self.school.tasks)), POOL)
        chosen = [ref for ref, each in load_registry(self.folder).batches.items() if each.split == "train"]
        told = [str(ref) for ref in chosen if ref != pool]
        for name, refs in ((TOLD, told), (EVERYTHING, [*told, str(pool)])):
            text = f"name: {name}\nmethod: partial\ndatasets: {json.dumps(refs)}\n"
            write_whole(self.folder / f"configs/{name}.yaml", text.encode())

    def measure(self, version: str, round_name: str) -> None:
        """Hold what a detector said of pictures against the answers of a round, which it did not know.

        So what is learned of the detector costs no label that nobody asked for. It may have been trained on the same
        pictures for other tasks; `unify calibrate` would refuse those, could it tell. Where the answers are too few to
        tell anything, it stays unmeasured.
        """
        batches = load_registry(self.folder).batches
        on = [str(ref) for ref in batches if ref.batch.startswith(f"{round_name}-")]
        with suppress(CalibrationError):
            calibrate(f"{DETECTOR}:{version}", on=on, workspace=self.folder, workers=1, plot=False)

    def listen(self, version: str, model: Path, said: Detections) -> None:
        """Register a detector with what it says of all pictures, as if it had been asked."""
        names = list(self.school.registry.taxonomy.ids)
        ref = f"{DETECTOR}:{version}"
        register_autolabeler(self.folder, ref, "keras", model, classes=names, options=_OPTIONS)
        known = know_labeler(find_version(load_registry(self.folder), ref), self.folder)
        index = {class_id: place for place, class_id in enumerate(self.school.registry.taxonomy.ids.values())}
        rows: dict[str, list[int]] = {digest: [] for digest in self.school.truths}
        for row, digest in enumerate(said.picture_ids):
            rows[digest].append(row)
        with open_cache(self.folder, None).writer(known.fingerprint, autolabeler=ref) as writer:
            for digest, mine in rows.items():
                writer.add(bytes.fromhex(digest), _prediction(said, np.array(mine, np.int64), index))


def open_classroom(school: School, folder: Path, start: Mapping[str, Sequence[str]]) -> Classroom:
    """A fresh workspace that knows the start; one that is there is removed.

    Args:
        school: the pictures.
        folder: the workspace to make.
        start: task -> hex sha256 of the pictures that it labeled.
    """
    shutil.rmtree(folder, ignore_errors=True)
    start_workspace(folder, (school.registry.workspace / TAXONOMY).read_text(encoding="utf-8"))
    _add_pool(school, folder)
    classroom = Classroom(school, folder)
    classroom.tell(START, [Question(digest, (task,)) for task, digests in start.items() for digest in digests])
    return classroom


def _add_pool(school: School, folder: Path) -> None:
    """All training pictures, of which this batch says nothing: as LVIS does, nobody searched them for anything."""
    task, path = next(iter(school.tasks)), folder / "data/pool.json"
    nothing = {"neg_category_ids": [], "not_exhaustive_category_ids": []}
    images = [
        {"id": number, "file_name": each.file_name, **nothing} for number, each in enumerate(school.truths.values())
    ]
    categories = [{"id": number, "name": name} for number, name in enumerate(school.tasks[task])]
    write_whole(path, json.dumps({"images": images, "annotations": [], "categories": categories}).encode())
    register_dataset(folder, f"{task}:{POOL}", path.relative_to(folder), school.images)


def _prediction(said: Detections, rows: np.ndarray, index: Mapping[int, int]) -> Prediction:
    x, y, width, height = said.boxes_xywh_px[rows].T
    whole = (width > 0) & (height > 0)
    boxes = np.stack([x, y, x + width, y + height], axis=1)[whole]
    scores, classes = said.scores[rows][whole], said.class_ids[rows][whole]
    order = np.argsort(-scores, kind="stable")
    return Prediction(
        boxes_xyxy=boxes[order].astype(np.float32),
        scores=scores[order].astype(np.float32),
        classes=np.array([index[class_id] for class_id in classes[order].tolist()], np.int32),
    )
