"""Trials on disk of which everything is real but the training, which takes too long: its scores are made up."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.workspaces import files_of
from unify.errors import OutputError, UnifyError
from unify.records.manifest import read_manifest, taxonomy_of
from unify.trials import TrialReport, trial
from unify.trials.claim import json_bytes
from unify.trials.run import RESAMPLES, RunJob
from unify.trials.scores import METRICS

STORY = import_module("unify.trials.trial")  # the attribute of that name is the function
BOX = (4.0, 4.0, 20.0, 16.0)
TASKS = ("zero_to_one", "two_to_three", "four_to_five")


def selected(batch: str) -> str:
    """That batch of every task of `SCENARIO`, as YAML."""
    return json.dumps([f"{task}:{batch}" for task in TASKS])


SCENARIO = """\
name: t
scenario: {kind: digits, tasks: 3, train: 12, validation: 3, test: 6}
methods: [naive, partial]
seeds: 3
detector: {image_hw: [48, 48], width: 4, steps: 4, batch_size: 4}
"""
REGISTERED = f"""\
name: t
datasets: {selected("train")}
withheld: {selected("withheld")}
evaluation: {selected("test")}
methods: [naive, partial]
seeds: 3
detector: {{image_hw: [48, 48], width: 4, steps: 4, batch_size: 4}}
"""
TWO_TASKS = """\
name: t
datasets: ["vehicle:b1", "pedestrian:b1"]
evaluation: ["vehicle:test", "pedestrian:test"]
seeds: 3
detector: {image_hw: [48, 64], width: 4, steps: 4, batch_size: 4}
"""
RUNS = [f"{method}, seed {seed}" for seed in range(3) for method in ("naive", "partial")]
# Of seed 0; every seed adds a hundredth.
SCORES = {"naive": 0.2, "partial": 0.5, "hard": 0.55, "soft": 0.6, "careful": 0.58, "bold": 0.52, "full": 0.7}


def make_up(job: RunJob, progress: Callable[[int], None]) -> str:
    """In place of ``do_run``, from which it differs in what it trains: nothing."""
    shutil.rmtree(job.folder, ignore_errors=True)
    job.folder.mkdir(parents=True)
    progress(job.settings.steps)
    score = round(SCORES[job.method] + job.seed / 100, 6)
    scores = dict.fromkeys(METRICS, score)
    classes = taxonomy_of(read_manifest(job.evaluation)).names.values()
    report = {"overall": scores, "classes": dict.fromkeys(classes, scores)}
    facts = {"identity": job.identity, "method": job.method, "seed": job.seed, "detector": asdict(job.settings)}
    np.savez(job.folder / "resampled.npz", ap50=np.full(RESAMPLES, score), ap75=np.full(RESAMPLES, score))
    (job.folder / "run.json").write_bytes(json_bytes({**facts, "losses": [], "report": report}))
    return job.method


@contextmanager
def made_up() -> Iterator[list[str]]:
    """Runs are made up while it lasts; yields the names of those that were."""
    names: list[str] = []

    def note(job: RunJob, progress: Callable[[int], None]) -> str:
        names.append(str(job))
        return make_up(job, progress)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(STORY, "do_run", note)
        yield names


def write_config(folder: Path, text: str = SCENARIO) -> Path:
    """``configs/trials/t.yaml`` below a folder."""
    path = folder / "configs/trials/t.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def run(folder: Path, text: str = SCENARIO, **options: Any) -> TrialReport:
    """The trial of a config below ``folder``, into ``folder/out``, in this process."""
    return trial(write_config(folder, text), **{"output": folder / "out", "workers": 1, **options})


def files_of_trial(output: Path) -> dict[str, bytes]:
    """Every file that is a result; local state knows where it lies."""
    return {name: content for name, content in files_of(output).items() if "/.unify/" not in name}


def content_of(output: Path) -> dict[str, Any]:
    """Its ``trial.json``."""
    return json.loads((output / "trial.json").read_bytes())


def refused(folder: Path, text: str = SCENARIO, error: type[UnifyError] = OutputError, **options: Any) -> str:
    """What is said where a trial is refused."""
    with pytest.raises(error) as raised:
        run(folder, text, **options)
    return str(raised.value)
