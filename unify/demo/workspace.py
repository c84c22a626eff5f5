"""The demo's workspace: scenes whose truth is known, cut into the batches of three teams. Made, or found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unify.demo.cut import CLASSES, FORMATS, TASKS, Cut, cut_into_batches, write_annotations
from unify.errors import OutputError, Problem
from unify.files import write_whole
from unify.progress import Progress
from unify.registry import trial_objects
from unify.registry.edit import register_dataset
from unify.request import default_workers
from unify.scenarios.coco_file import write_coco
from unify.scenarios.cut import read_cut
from unify.scenarios.drawing import draw_pictures
from unify.scenarios.driving import ScenePainter
from unify.scenarios.truth import Truth
from unify.scenarios.whole_folder import whole_folder
from unify.scenarios.workspace import start_workspace, taxonomy_yaml
from unify.staging import only_writer

SCENES, TRUTH = "scenes", "truth.json"
IMAGE_HW = (360, 640)
VAL_SHARE = 0.2

LOOP = "more"
ORACLE = "truth"  # batches that know all that is on the training pictures
BUDGET = 60

_TAXONOMY_REMARK = "Three teams, three tasks. Ids are never changed or used again; 0 is background."
_CONFIG = """\
# yaml-language-server: $schema=../registry/.schema/config.json
# {remark}
name: {method}
method: {method}
datasets: {datasets}
seed: 7
"""
_REMARKS = {
    "partial": "Every picture says which classes somebody looked for; the partial loss skips the rest.",
    "hard": "What a specialist finds with the threshold's score or more counts as labeled.",
    "soft": "What a specialist finds counts as much as it is probably right.",
}
_THRESHOLD = """\
# Take the '#' off and compile again with --overwrite: the specialists are asked nothing, their answers are kept.
#autolabelers: {vehicle: {version: v1, thresholds: {car: 0.6}}}
"""
_LOOP = """\
# yaml-language-server: $schema=../../registry/.schema/loop.json
# Rounds of labeling. One was played; this plays the next: unify loop loops/{name} --auto
name: {name}
config: soft
budget: {budget}  # a round; 1 is the work of drawing a box
oracle: {oracle}  # answer in place of people
calibrate: false  # the specialists' thresholds stay, so that labels alone make the difference
"""


@dataclass(frozen=True)
class DemoWorkspace:
    """A workspace, and what only a demo knows of it.

    Attributes:
        folder: the workspace.
        truths: everything that is on the scenes.
        cuts: its batches.
        found: it was there before.
    """

    folder: Path
    truths: tuple[Truth, ...]
    cuts: tuple[Cut, ...]
    found: bool

    def config(self, method: str) -> Path:
        """The method's compile config; written where there is none, for a person may have edited it."""
        path = self.folder / "configs" / f"{method}.yaml"
        if not path.exists():
            datasets = json.dumps([self._selection(task) for task in TASKS])
            text = _CONFIG.format(method=method, remark=_REMARKS[method], datasets=datasets)
            write_whole(path, (text + (_THRESHOLD if method == "hard" else "")).encode())
        return path

    def loop(self) -> Path:
        """The config of rounds of labeling over what ``soft`` makes; written where there is none."""
        path = self.folder / "configs" / "loops" / f"{LOOP}.yaml"
        if not path.exists():
            oracle = json.dumps([f"{task}:{ORACLE}" for task in TASKS])
            write_whole(path, _LOOP.format(name=LOOP, budget=BUDGET, oracle=oracle).encode())
        return path

    def _selection(self, task: str) -> str:
        """What a task's team labeled; not ``all``, for what a round brings is no part of it."""
        return f"{task}:[{','.join(cut.batch for cut in self.cuts if cut.task == task)}]"


def open_workspace(folder: Path, num_pictures: int, progress: Progress) -> DemoWorkspace:
    """The workspace in a folder; made where there is none yet, whole or not at all.

    Args:
        folder: of a demo of as many pictures, or empty, or not there.
        num_pictures: scenes, at least 8; a fifth of them are for validation.
        progress: told how the drawing goes.

    Raises:
        OutputError: the folder holds something else, or cannot be written.
    """
    folder = folder.resolve()
    found = _is_made(folder)
    if not found:
        with only_writer(folder, patient=True):
            if not _is_made(folder):
                with whole_folder(folder) as new:
                    _make(new, num_pictures, progress)
    truths = _read_truths(folder / SCENES)
    if len(truths) != num_pictures:
        fix = f"name a new folder, or give --pictures {len(truths)}"
        what = f"the folder holds a demo of {len(truths):,} pictures, not {num_pictures:,}"
        raise OutputError(Problem(str(folder), what, fix=fix))
    return DemoWorkspace(folder, truths, tuple(_cut(truths)), found)


def _is_made(folder: Path) -> bool:
    """Whether the workspace is there; not, if the folder is not there or empty."""
    if (folder / SCENES / TRUTH).is_file():
        return True
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = "the folder is not empty, and holds no demo"
        raise OutputError(Problem(str(folder), what, fix="name a new folder, or remove this one"))
    if folder == Path.cwd():  # the workspace would appear in its place, and the shell be left in a removed folder
        raise OutputError(Problem(str(folder), "is the current folder", fix="name a new folder: unify demo my-demo"))
    return False


def _make(folder: Path, num_pictures: int, progress: Progress) -> None:
    numbers = {f"scene_{number:04d}.jpg": number for number in range(num_pictures)}
    tick = progress.stage("drawing", num_pictures)
    truths = draw_pictures(folder / SCENES, ScenePainter(IMAGE_HW), numbers, default_workers(), tick)
    start_workspace(folder, taxonomy_yaml(TASKS, _TAXONOMY_REMARK, exclusive=False))
    cuts = _cut(truths)
    _register(folder, cuts)
    _register_truth(folder, cuts)
    write_coco(folder / SCENES / TRUTH, truths, tuple(CLASSES))


def _cut(truths: Sequence[Truth]) -> list[Cut]:
    num_val = max(2, round(len(truths) * VAL_SHARE))
    return cut_into_batches(truths[num_val:], truths[:num_val])


def _register(folder: Path, cuts: Sequence[Cut]) -> None:
    """Every team's pictures and annotations, and the YAML that registers them."""
    for cut in cuts:
        images = folder / "data" / cut.task / f"{cut.batch}_images"
        images.mkdir(parents=True)
        for truth in cut.pictures:  # a team has its own copies: the same picture is known by its bytes
            (images / truth.file_name).write_bytes((folder / SCENES / truth.file_name).read_bytes())
        annotations = write_annotations(cut, images.parent)
        register_dataset(
            folder,
            cut.ref,
            annotations.relative_to(folder).as_posix(),
            images.relative_to(folder).as_posix(),
            format=FORMATS[cut.task],
            split=cut.split,
        )


def _register_truth(folder: Path, cuts: Sequence[Cut]) -> None:
    """For every task a batch of all training pictures, which no config selects: it answers in place of people."""
    train = {truth.file_name: truth for cut in cuts if cut.split == "train" for truth in cut.pictures}
    for task, classes in TASKS.items():
        annotations = folder / "data" / task / f"{ORACLE}.json"
        write_coco(annotations, list(train.values()), classes)
        notes = "all that is on the training pictures; answers in place of people, leave it out of configs"
        register_dataset(
            folder, f"{task}:{ORACLE}", annotations.relative_to(folder), SCENES, split="train", notes=notes
        )


def _read_truths(scenes: Path) -> tuple[Truth, ...]:
    everything = trial_objects.Cut(train=((scenes / TRUTH, scenes),), validation=(), test=(), tasks=TASKS)
    return read_cut(everything).train.truths
