"""What one worker does: all strategies of one seed, round by round, in a process that loads Keras once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from unify.compiler import compile
from unify.core.digest import json_digest
from unify.core.types import JsonObject
from unify.executors.quiet import fresh_folder
from unify.files import write_whole
from unify.registry.simulation_objects import LEARNING
from unify.registry.trial_objects import DetectorSettings
from unify.scenarios.batches import TEST
from unify.simulating.classroom import DETECTOR, EVERYTHING, TOLD, Classroom, School, open_classroom, open_school
from unify.simulating.strategies import Question, Situation, ask, needs_detector

if TYPE_CHECKING:
    from unify.train.detector.detector import Detector
    from unify.train.detector.trainer import Trainer
    from unify.train.detector.watcher import Watcher
    from unify.train.evaluate.detections import Detections
    from unify.train.evaluate.truth import Truth

RECIPE = 3  # raised whenever the same inputs give other numbers
FULL = "full"  # what the path is called that knows all labels from the start
_BATCH = 32  # pictures at a time when detecting
_MOST_ASKS = 4  # a round
_CHANGE = 0.05  # of the budget, which is not worth asking again
_STARTS, _CHOICES = 1, 2  # streams of random numbers


@dataclass(frozen=True)
class PathJob:
    """The strategies of one seed that are still to be followed.

    Attributes:
        seed: of all that is random.
        folder: absolute folder of the simulation.
        strategies: `FULL`, or names of strategies.
        settings: of the detector.
        start: pictures that each task labeled before.
        rounds: how often people are asked.
        budget: what a round may cost.
        look: what a question costs beside its boxes.
        identity: digest of all that decides the result, but the strategy.
    """

    seed: int
    folder: Path
    strategies: tuple[str, ...]
    settings: DetectorSettings
    start: int
    rounds: int
    budget: float
    look: float
    identity: str

    def __str__(self) -> str:
        return f"seed {self.seed}"

    def result(self, strategy: str) -> Path:
        """The file that says how a strategy did; written last."""
        return self.folder / f"paths/{strategy}-{self.seed}.json"

    def dataset(self, name: str) -> Path:
        """A unified dataset of the scenario's."""
        return self.folder / "datasets" / name

    @property
    def trainings(self) -> int:
        """How many detectors are trained."""
        followed = [each for each in self.strategies if each != FULL]
        return (FULL in self.strategies) + bool(followed) + len(followed) * self.rounds


def path_identity(digests: Mapping[str, str], settings: DetectorSettings, **numbers: float) -> str:
    """Hex digest: paths with the same one, strategy and seed go the same way on one machine."""
    return json_digest({"recipe": RECIPE, "datasets": dict(digests), "detector": asdict(settings), **numbers})


def read_path(job: PathJob, strategy: str) -> list[JsonObject] | None:
    """The points of a strategy's path; None where it was not followed to its end."""
    try:
        found = json.loads(job.result(strategy).read_bytes())
        return found["points"] if found["identity"] == job.identity else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def follow_paths(job: PathJob, progress: Callable[[int], None]) -> int:
    """Follow every strategy of a seed; returns the seed. ``progress`` is told of every gradient step.

    Raises:
        UnifyError: training broke down.
        OutputError: the folder cannot be written.
    """
    with fresh_folder(job.folder / f"work/seed-{job.seed}", progress) as tell:
        student = _Student(job, open_school(job.folder / "workspace"), tell)
        if FULL in job.strategies:
            detector = student.train(job.dataset(EVERYTHING))
            student.write(FULL, [student.score(detector)])
        student.follow([each for each in job.strategies if each != FULL])
    return job.seed


class _Student:
    """A detector trained again and again on what one seed's strategies found out."""

    def __init__(self, job: PathJob, school: School, progress: Callable[[int], None]) -> None:
        self.job, self.school, self.progress = job, school, progress
        self.folder = job.folder / f"work/seed-{job.seed}"
        self._truth: Truth | None = None
        self._watcher: Watcher | None = None
        self._pictures: dict[str, list[JsonObject]] = {}

    def follow(self, strategies: Sequence[str]) -> None:
        if not strategies:
            return
        start = self._start()
        first = open_classroom(self.school, self.folder / "start", start)
        beginner = self.train(self._compile(first))
        score, said = self.score(beginner), self.look(beginner)
        for strategy in strategies:
            classroom = open_classroom(self.school, self.folder / strategy, start)
            if needs_detector(strategy):
                self._listen(classroom, 0, beginner, said)
            self.write(strategy, [{**_NOTHING_SPENT, **score}, *self._rounds(strategy, classroom)])

    def _start(self) -> dict[str, list[str]]:
        """Other pictures for each task."""
        order = np.random.default_rng([self.job.seed, _STARTS]).permutation(len(self.school.truths))
        digests, count = sorted(self.school.truths), self.job.start
        parts = [order[place * count : (place + 1) * count].tolist() for place in range(len(self.school.tasks))]
        return {task: [digests[at] for at in part] for task, part in zip(self.school.tasks, parts)}

    def _rounds(self, strategy: str, classroom: Classroom) -> Iterator[JsonObject]:
        spent = dict(_NOTHING_SPENT)
        for number in range(1, self.job.rounds + 1):
            answered = self._spend(strategy, classroom, number)
            spent["questions"] += sum(len(each.tasks) for each in answered)
            spent["boxes"] += sum(map(self.school.boxes, answered))
            spent["cost"] += sum(map(self._cost, answered))
            if strategy == LEARNING and answered:
                classroom.measure(f"v{number - 1}", f"r{number}")
            detector = self.train(self._compile(classroom))
            yield {**spent, "asked": _by_task(answered), **self.score(detector)}
            if needs_detector(strategy) and number < self.job.rounds:
                self._listen(classroom, number, detector, self.look(detector))

    def _spend(self, strategy: str, classroom: Classroom, number: int) -> list[Question]:
        """Ask until the budget is spent; again where the questions cost less than the strategy expected."""
        answered, left = [], self.job.budget
        for again in range(_MOST_ASKS):
            seed = (self.job.seed, _CHOICES, number, again)
            now = Situation(EVERYTHING, str(classroom.folder), left, self.job.look, seed)
            new = list(self._afforded(ask(strategy, now), left))
            classroom.tell(f"r{number}-{again + 1}", new)
            answered += new
            left -= sum(map(self._cost, new))
            if not new or left < _CHANGE * self.job.budget:
                break
        return answered

    def _afforded(self, questions: Sequence[Question], budget: float) -> Iterator[Question]:
        """Questions in their order until the budget is spent; the last one may cost a little more."""
        for each in questions:
            if budget <= 0:
                return
            budget -= self._cost(each)
            yield each

    def _cost(self, question: Question) -> float:
        return self.school.boxes(question) + self.job.look * len(question.tasks)

    def _compile(self, classroom: Classroom) -> Path:
        return compile(TOLD, workspace=classroom.folder, workers=1, overwrite=True).output

    def train(self, dataset: Path) -> Detector:
        return _trainer(self.job.settings).train(dataset, seed=self.job.seed, progress=self.progress).detector

    def score(self, detector: Detector) -> JsonObject:
        """F1 and AP on the test pictures, overall and by class."""
        from unify.train.evaluate import read_truth, score_detections

        self._truth = self._truth or read_truth(self.job.dataset(TEST), TEST)
        report = score_detections(self._truth, self._detect(detector, TEST, TEST)).summary()
        classes = {name: each["f1"] for name, each in report["classes"].items()}
        return {"f1": report["overall"]["f1"], "ap50": report["overall"]["ap50"], "classes": classes}

    def look(self, detector: Detector) -> Detections:
        """What a detector finds on all pictures that it may be asked about."""
        return self._detect(detector, EVERYTHING, "train")

    def _detect(self, detector: Detector, dataset: str, split: str) -> Detections:
        from unify.train.detector.watcher import Watcher

        self._watcher = self._watcher or Watcher(detector)
        return self._watcher.detect(detector, self._batches(dataset, split))

    def _batches(self, dataset: str, split: str) -> list[JsonObject]:
        """The pictures of a dataset, decoded once."""
        from unify.records.reader import load

        if dataset not in self._pictures:
            batches = load(self.job.dataset(dataset), split, batch_size=_BATCH, image_hw=self.job.settings.image_hw)
            seen = ({key: each[key].numpy() for key in ("image", "image_hw", "picture")} for each in batches)
            self._pictures[dataset] = list(seen)
        return self._pictures[dataset]

    def _listen(self, classroom: Classroom, number: int, detector: Detector, said: Detections) -> None:
        """Make a detector the auto-labeler of a workspace."""
        model = classroom.folder / f"autolabelers/{DETECTOR}/v{number}/model.keras"
        model.parent.mkdir(parents=True)
        detector.specialist(list(self.school.registry.taxonomy.ids)).save(model)
        classroom.listen(f"v{number}", model.relative_to(classroom.folder), said)

    def write(self, strategy: str, points: Sequence[JsonObject]) -> None:
        content = {"identity": self.job.identity, "strategy": strategy, "seed": self.job.seed, "points": list(points)}
        write_whole(self.job.result(strategy), (json.dumps(content, indent=1) + "\n").encode())


@lru_cache(maxsize=1)
def _trainer(settings: DetectorSettings) -> Trainer:
    """The process's own, for all seeds it is given: a training step takes longer to trace than many trainings."""
    from unify.train.detector.trainer import Trainer

    return Trainer(settings)


_NOTHING_SPENT = {"questions": 0, "boxes": 0, "cost": 0.0}


def _by_task(questions: Sequence[Question]) -> dict[str, int]:
    tasks = [task for each in questions for task in each.tasks]
    return {task: tasks.count(task) for task in dict.fromkeys(tasks)}
