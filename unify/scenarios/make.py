"""The story top to bottom: what is asked for → is it there? → pictures and truth → batches → one rename."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Any

from unify.compiler import default_workers
from unify.core.types import BatchRef
from unify.errors import OutputError, Problem
from unify.progress import Progress, Silent
from unify.registry.load import load_registry
from unify.registry.trial_objects import Cut, Digits, Driving, Scenario, digit_tasks
from unify.scenarios.assign import assign_pictures
from unify.scenarios.batches import TEST, TRAIN, VALIDATION, WITHHELD, Material, PictureSet, write_batches
from unify.scenarios.cut import digest_sources, read_cut
from unify.scenarios.digits import digit_painter
from unify.scenarios.drawing import Painter, draw_pictures, number_pictures
from unify.scenarios.driving import ScenePainter
from unify.scenarios.whole_folder import whole_folder
from unify.scenarios.workspace import start_workspace, taxonomy_yaml
from unify.staging import only_writer

RECIPE = "scenario.json"
VERSION = 2  # raised whenever the same settings give other files
_MARK = "unify_scenario"
_REMARK = f"Made by unify, from what {RECIPE} says: changes are lost when it is made anew."


@dataclass(frozen=True)
class ScenarioBatches:
    """The batches of a scenario, as selections for a compile config.

    Attributes:
        datasets: what each task labeled: ``vehicle:train``, ...
        withheld: what each task was not asked for, on the other training pictures: ``vehicle:withheld``, ...; none of a
            task that labeled them all.
        validation: pictures to calibrate specialists on, labeled for each task: ``vehicle:val``, ...; none where the
            scenario has no such pictures.
        evaluation: all test pictures, labeled for each task: ``vehicle:test``, ...
    """

    datasets: tuple[str, ...]
    withheld: tuple[str, ...]
    validation: tuple[str, ...]
    evaluation: tuple[str, ...]


def make_scenario(
    scenario: Scenario, folder: Path, *, workers: int | None = None, progress: Progress | None = None
) -> ScenarioBatches:
    """Make the workspace of a scenario, or find that it is there.

    The folder appears whole or not at all, and the same settings give the same bytes whatever the number of workers. A
    folder that holds the scenario is left as it is; one that holds another scenario is replaced.

    Args:
        scenario: what to make; its seed is >= 0.
        folder: where; the tool's own: what else is put there may be removed.
        workers: processes that draw; the cores of this machine by default. As for `unify.compile`, a script that has
            TensorFlow loaded calls this under ``if __name__ == "__main__":``.
        progress: told how the work goes.

    Raises:
        OutputError: the folder holds something that is no scenario, or cannot be written.
        UnifyError: files to cut are missing or unfit, scikit-learn is missing, or a task gets no picture.
    """
    folder = folder.resolve()
    recipe = _recipe(scenario)
    with only_writer(folder, patient=True):  # and find what another one made meanwhile
        if not _is_made(folder, recipe):
            with whole_folder(folder) as new:
                _make(scenario, new, workers or default_workers(), progress or Silent())
                (new / RECIPE).write_bytes(recipe)
    return _batches(folder)


def _recipe(scenario: Scenario) -> bytes:
    """All that decides the bytes of a scenario, as JSON; tasks keep their order, which decides the ids."""
    content = {
        _MARK: VERSION,
        "kind": type(scenario).__name__.lower(),
        "settings": {field.name: getattr(scenario, field.name) for field in fields(scenario)},
    }
    if isinstance(scenario, Cut):
        content["annotations_sha256"] = digest_sources(scenario)
    return (json.dumps(content, indent=2, default=_plain) + "\n").encode()


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)


def _is_made(folder: Path, recipe: bytes) -> bool:
    """Whether the folder holds this scenario; not, if it is not there, is empty, or holds another one.

    Raises:
        OutputError: it holds something else, which is not ours to remove.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return False
    try:
        found = (folder / RECIPE).read_bytes()
        is_ours = _MARK in json.loads(found)
    except (OSError, ValueError, TypeError):
        is_ours = False
    if not is_ours:
        what = "holds something that is no scenario"
        raise OutputError(Problem(str(folder), what, fix="choose another folder, or move this one away"))
    return found == recipe


def _make(scenario: Scenario, folder: Path, workers: int, progress: Progress) -> None:
    match scenario:
        case Cut():
            material = read_cut(scenario)
        case Digits():
            tasks, painter = digit_tasks(scenario.tasks), digit_painter(scenario)
            material = _draw(scenario, tasks, painter, folder, workers, progress)
        case Driving():
            painter = ScenePainter(scenario.image_hw, scenario.seed, scenario.rare)
            material = _draw(scenario, scenario.tasks, painter, folder, workers, progress)
    labeled = assign_pictures(len(material.train.truths), list(material.tasks), scenario.fully_labeled, scenario.seed)
    start_workspace(folder, taxonomy_yaml(material.tasks, _REMARK, exclusive=True))
    write_batches(folder, material, labeled)


def _draw(
    scenario: Digits | Driving,
    tasks: Mapping[str, tuple[str, ...]],
    painter: Painter,
    folder: Path,
    workers: int,
    progress: Progress,
) -> Material:
    images = "data/pictures"
    counts = (scenario.train, scenario.validation, scenario.test)
    numbers = number_pictures(*counts, painter.suffix)
    truths = iter(draw_pictures(folder / images, painter, numbers, workers, progress.stage("drawing", len(numbers))))
    return Material(tasks, *(PictureSet(images, tuple(islice(truths, count))) for count in counts))


def _batches(folder: Path) -> ScenarioBatches:
    """The batches of a scenario that is there, by task in the order of the taxonomy."""
    registry = load_registry(folder)
    refs = ([BatchRef(task, name) for task in registry.taxonomy.tasks] for name in (TRAIN, WITHHELD, VALIDATION, TEST))
    return ScenarioBatches(*(tuple(str(ref) for ref in each if ref in registry.batches) for each in refs))
