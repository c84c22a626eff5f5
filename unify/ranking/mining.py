"""Where auto-labelers err on pictures that people have labeled: hard examples, at no new inference."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unify.autolabel.cache import PictureState, PredictionCache
from unify.autolabel.calibration.match import match_predictions
from unify.core.types import ExampleTable, State
from unify.files import write_whole
from unify.inference.autolabeling import open_cache
from unify.merge.human import merge_examples
from unify.planning.build import CompilePlan
from unify.progress import Progress, Silent
from unify.ranking.boxes import LabelerFacts
from unify.ranking.panels import open_panels
from unify.ranking.scoring import PICTURES_AT_ONCE, sha256_of
from unify.ranking.target import open_target


@dataclass(frozen=True)
class HardExample:
    """A picture that people labeled and an auto-labeler got wrong.

    Attributes:
        picture: hex sha256 of the file.
        task: whose classes.
        autolabeler: who erred.
        found: boxes it found; only scores of its accept threshold or more count.
        missed: human boxes it did not find.
        spurious: boxes it found where people had none.
    """

    picture: str
    task: str
    autolabeler: str
    found: int
    missed: int
    spurious: int

    @property
    def hardness(self) -> float:
        """Share of errors among all boxes of either side, in (0, 1]: 1 - F where F is the overlap of the two sets."""
        return (self.missed + self.spurious) / (self.found + self.missed + self.spurious)


def mine_hard_examples(
    target: str | os.PathLike,
    *,
    tasks: Sequence[str] | None = None,
    output: str | os.PathLike | None = None,
    workspace: str | os.PathLike | None = None,
    cache: str | os.PathLike | None = None,
    progress: Progress | None = None,
) -> list[HardExample]:
    """Pictures that people searched and auto-labelers answered otherwise, the hardest first.

    Judged as a calibration does it: class by class, at an IoU of 0.5, only where the class is labeled. Crowds and
    difficult boxes are neither missed nor found.

    Args:
        target: a config, or the folder of a unified dataset.
        tasks: look at these tasks only.
        output: also write them to this CSV file.
        workspace: folder that holds ``registry/``; the nearest parent by default.
        cache: folder or URL of the prediction cache.
        progress: told how the work goes.

    Raises:
        UnifyError: anything is wrong with registry, config or labels.
    """
    progress = progress or Silent()
    opened = open_target(target, workspace=workspace, progress=progress)
    store = open_cache(opened.registry.workspace, cache)
    found = []
    for panel in open_panels(opened.config, opened.registry, store):
        if tasks is None or panel.task in tasks:
            for labeler in panel.own:
                classes = np.intersect1d(panel.class_ids, labeler.class_ids)
                found += _mine(opened.plan, panel.task, labeler, classes, store, progress)
    found.sort(key=lambda each: (-each.hardness, -each.missed - each.spurious, each.picture, each.task))
    if output is not None:
        write_whole(Path(output), _csv_bytes(found))
    return found


def _mine(
    plan: CompilePlan,
    task: str,
    labeler: LabelerFacts,
    classes: np.ndarray,
    cache: PredictionCache,
    progress: Progress,
) -> list[HardExample]:
    searched = np.flatnonzero((plan.coverage.state[:, classes - 1] == State.LABELED).any(axis=1))
    states = cache.states(labeler.fingerprint, sha256_of(plan, searched))
    examples = searched[states == PictureState.DONE]
    tick, found = progress.stage(f"mining {task}", len(examples)), []
    for start in range(0, len(examples), PICTURES_AT_ONCE):
        humans = merge_examples(plan, examples[start : start + PICTURES_AT_ONCE])
        hits, missed, spurious = _errors(humans, labeler, classes, cache)
        for row in np.flatnonzero(missed + spurious).tolist():
            counts = int(hits[row]), int(missed[row]), int(spurious[row])
            found.append(HardExample(humans.sha256[row].tobytes().hex(), task, labeler.ref, *counts))
        tick(len(humans))
    return found


def _errors(
    humans: ExampleTable, labeler: LabelerFacts, classes: np.ndarray, cache: PredictionCache
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """int64 [P] each: boxes found, human boxes missed, boxes that people do not have."""
    answers = cache.read(labeler.fingerprint, humans.sha256, columns=()).in_unified_ids(labeler.class_ids)
    matches = match_predictions(humans, answers, labeler.class_ids)
    ids = labeler.class_ids[matches.class_index]
    counts = np.isin(ids, classes) & (matches.scores >= labeler.bands.accept[ids])
    picture = np.repeat(np.arange(len(humans)), np.diff(humans.box_offsets))
    labeled = humans.state[picture, humans.box_class - 1] == State.LABELED
    real = labeled & np.isin(humans.box_class, classes) & ~(humans.box_crowd | humans.box_difficult)
    hits = np.bincount(matches.picture[counts & matches.right], minlength=len(humans))
    spurious = np.bincount(matches.picture[counts & ~matches.right], minlength=len(humans))
    return hits, np.bincount(picture[real], minlength=len(humans)) - hits, spurious


def _csv_bytes(examples: Sequence[HardExample]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["picture", "task", "autolabeler", "found", "missed", "spurious", "hardness"])
    for each in examples:
        counts = each.found, each.missed, each.spurious
        writer.writerow([each.picture, each.task, each.autolabeler, *counts, f"{each.hardness:.4f}"])
    return text.getvalue().encode()
