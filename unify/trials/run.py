"""One run of a trial: one method, one seed; trained, evaluated, and written down. Made in a worker process."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from unify.core.digest import json_digest
from unify.core.types import JsonObject
from unify.executors.quiet import fresh_folder
from unify.files import whole_file, write_whole
from unify.records.manifest import read_manifest
from unify.registry.trial_objects import DetectorSettings
from unify.trials.claim import json_bytes
from unify.trials.scores import RunScores, run_scores

if TYPE_CHECKING:
    from unify.train.evaluate.detections import Detections

RECIPE = 3  # raised whenever the same inputs train or score another way
RESAMPLES = 1000

_RUN, _RESAMPLED = "run.json", "resampled.npz"
_RESAMPLED_METRICS = ("ap50", "ap75")
_BATCH = 32  # pictures at a time when detecting
_LOSSES_KEPT = 100


@dataclass(frozen=True)
class RunJob:
    """A run that is wanted.

    Attributes:
        folder: absolute; where everything about it is kept.
        method: what the trial calls it.
        seed: of initialisation, batch order and augmentation.
        dataset: absolute folder of the unified dataset to train on.
        evaluation: the same, of fully labeled pictures.
        split: the split of ``evaluation``.
        settings: of the detector.
        identity: digest of all that decides the result.
    """

    folder: Path
    method: str
    seed: int
    dataset: Path
    evaluation: Path
    split: str
    settings: DetectorSettings
    identity: str

    def __str__(self) -> str:
        return f"{self.method}, seed {self.seed}"


def run_identity(dataset_digest: str, evaluation_digest: str, settings: DetectorSettings, seed: int) -> str:
    """Hex digest: runs with the same one give the same scores on one machine."""
    inputs = {"dataset": dataset_digest, "evaluation": evaluation_digest, "seed": seed, "recipe": RECIPE}
    return json_digest(inputs | {"detector": asdict(settings)})


def is_done(job: RunJob) -> bool:
    """Whether the run's folder holds its result; ``run.json`` is written last."""
    try:
        return json.loads((job.folder / _RUN).read_bytes())["identity"] == job.identity
    except (OSError, ValueError, TypeError, KeyError):
        return False


def do_run(job: RunJob, progress: Callable[[int], None]) -> str:
    """Train and evaluate; returns the method. ``progress`` is told of every gradient step.

    What an earlier attempt left in the folder is removed.

    Raises:
        UnifyError: the datasets are damaged, or training broke down.
        OutputError: the folder cannot be written.
    """
    with fresh_folder(job.folder, progress) as tell:
        _train_and_evaluate(job, tell)
    return job.method


def _train_and_evaluate(job: RunJob, progress: Callable[[int], None]) -> None:
    import keras

    from unify.records.reader import load
    from unify.train.detector.train import train
    from unify.train.evaluate import read_truth, score_detections
    from unify.train.evaluate.bootstrap import resampled_ap

    keras.backend.clear_session()  # a worker does several runs
    trained = train(job.dataset, job.settings, seed=job.seed, progress=progress)
    pictures = load(job.evaluation, job.split, batch_size=_BATCH, image_hw=job.settings.image_hw)
    detections = trained.detector.detect(pictures)
    truth = read_truth(job.evaluation, job.split)
    report = score_detections(truth, detections).summary()
    resampled = resampled_ap(truth, detections, samples=RESAMPLES)

    trained.detector.save(job.folder / "detector.keras")
    write_whole(job.folder / "detections.json", _coco_results(detections))
    with whole_file(job.folder / _RESAMPLED) as file:
        np.savez(file, **dict(zip(_RESAMPLED_METRICS, resampled.T)))
    write_whole(job.folder / _RUN, json_bytes(_facts(job, report, trained.losses)))


def read_run(job: RunJob) -> tuple[RunScores, JsonObject]:
    """The scores of a run that is done, and all of its ``run.json``."""
    facts = json.loads((job.folder / _RUN).read_bytes())
    with np.load(job.folder / _RESAMPLED) as resampled:
        scores = run_scores(job.method, job.seed, facts["report"], {name: resampled[name] for name in resampled})
    return scores, facts


def _facts(job: RunJob, report: JsonObject, losses: Sequence[float]) -> JsonObject:
    import keras
    import tensorflow

    return {
        "identity": job.identity,
        "method": job.method,
        "seed": job.seed,
        "dataset": read_manifest(job.dataset)["digest"],
        "evaluation": read_manifest(job.evaluation)["digest"],
        "detector": asdict(job.settings),
        "versions": {"keras": keras.__version__, "tensorflow": tensorflow.__version__},
        "losses": thinned(losses),
        "report": report,
    }


def thinned(losses: Sequence[float]) -> list[float]:
    """Means of consecutive losses, about a hundred."""
    size = max(1, len(losses) // _LOSSES_KEPT)
    whole = np.array(losses[: len(losses) // size * size], np.float64).reshape(-1, size)
    return [round(loss, 6) for loss in whole.mean(axis=1).tolist()]


def _coco_results(detections: Detections) -> bytes:
    boxes, scores = detections.boxes_xywh_px.round(2).tolist(), detections.scores.round(5).tolist()
    columns = zip(detections.picture_ids, detections.class_ids.tolist(), boxes, scores)
    keys = ("image_id", "category_id", "bbox", "score")
    return json.dumps([dict(zip(keys, each)) for each in columns]).encode()
