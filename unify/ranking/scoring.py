"""All measures over all candidates, a batch of pictures at a time: memory grows with pictures, not with boxes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from unify.autolabel.cache import PictureState, PredictionCache
from unify.core.types import State
from unify.inference.pictures import Pictures
from unify.planning.build import CompilePlan
from unify.progress import Progress
from unify.ranking import formulas
from unify.ranking.boxes import LabelerBoxes, LabelerFacts, read_boxes
from unify.ranking.difficulty import Flag, review_flags
from unify.ranking.measures import Judged, Look, Measure
from unify.ranking.panels import COMMITTEE, Panel
from unify.ranking.pooling import Pooling, pool_top

PICTURES_AT_ONCE = 8_192  # 250,000 boxes at 30 a picture: some hundred megabytes with all their class lists


@dataclass(frozen=True)
class Candidates:
    """The pictures on which a task's classes are unknown, and that its auto-labelers answered.

    Attributes:
        panel: the task and its auto-labelers.
        examples: int64 [n], ascending; example numbers of the plan.
        raw: measure -> auto-labeler, or ``committee`` -> float32 [n]; negative infinity where it has no box, NaN where
            it could find none of the unknown classes.
        uncertainty: float32 [n] in 0..1; nearness of the scores to the accept thresholds, for the difficulty.
        expected: float64 [n]; boxes expected: the sum of their probabilities.
        shown: int64 [n]; boxes of the reject threshold or over it, which a person would be shown.
        review: int64 [n]; those of them under the accept threshold.
        hidden: float64 [n]; boxes expected among the rejected.
        missing: auto-labeler -> pictures it was not asked about; they are no candidates.
        failed: auto-labeler -> pictures it could not process; neither are they.
    """

    panel: Panel
    examples: np.ndarray
    raw: Mapping[str, Mapping[str, np.ndarray]]
    uncertainty: np.ndarray
    expected: np.ndarray
    shown: np.ndarray
    review: np.ndarray
    hidden: np.ndarray
    missing: Mapping[str, int]
    failed: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.examples)


@dataclass(frozen=True)
class How:
    """How measures are taken.

    Attributes:
        measures: what to take.
        pooling: boxes to pictures.
        class_weight: float32 [C + 1]; a factor of each box's uncertainty, by unified id.
    """

    measures: Sequence[Measure]
    pooling: Pooling
    class_weight: np.ndarray


def score_candidates(
    plan: CompilePlan, panels: Sequence[Panel], cache: PredictionCache, how: How, progress: Progress
) -> tuple[Candidates, ...]:
    """Score every pair of picture and task that people could be asked about.

    A picture is one for a task where some class of the task is unknown there, in a split that machines may fill, and
    one of the task's auto-labelers finds it.

    Args:
        plan: the pictures and their states.
        panels: who speaks for which task.
        cache: their answers.
        how: measures and pooling.
        progress: told of the pairs looked at.

    Raises:
        CacheError: the cache cannot be read, or lacks a column.
    """
    found = [_find(plan, panel, cache, how.measures) for panel in panels]
    tick = progress.stage("scoring", sum(len(each.examples) for each in found))
    return tuple(score_examples(plan, each, cache, how, tick) for each in found)


@dataclass(frozen=True)
class FoundPictures:
    """The candidates of a panel before they are scored; attributes as those of `Candidates`."""

    panel: Panel
    examples: np.ndarray
    missing: Mapping[str, int]
    failed: Mapping[str, int]


def askable(plan: CompilePlan, class_ids: np.ndarray) -> np.ndarray:
    """int64, ascending: examples on which one of the classes, unified ids, is unknown, in a split machines may fill."""
    fills = [name in plan.config.auto_label_splits for name in plan.splits]
    unknown = (plan.coverage.state[:, class_ids - 1] == State.UNKNOWN).any(axis=1)
    return np.flatnonzero(unknown & np.array(fills, bool)[plan.split])


def without_help(candidates: Candidates, mean_boxes: float) -> Candidates:
    """The same, for people who are shown nothing and draw all that is there.

    What they will draw is their work, so it must be counted well; yet the scores of an auto-labeler that nobody
    calibrated add up to half or to five times of what there is. People's own labels say how much that is in the mean.

    Args:
        candidates: what the auto-labelers say.
        mean_boxes: of the task, on a picture that people labeled; NaN where there is none.
    """
    said = float(candidates.expected.mean()) if len(candidates) else 0.0
    factor = mean_boxes / said if said > 0 and np.isfinite(mean_boxes) else 1.0
    expected = candidates.expected * factor
    return replace(candidates, expected=expected, hidden=expected, shown=np.zeros_like(candidates.shown))


def _find(plan: CompilePlan, panel: Panel, cache: PredictionCache, measures: Sequence[Measure]) -> FoundPictures:
    examples = askable(plan, panel.found_ids)
    state, sha256 = plan.coverage.state[examples], sha256_of(plan, examples)
    answered, missing, failed = np.ones(len(examples), bool), {}, {}
    for labeler in panel.own:
        needed = _unknown_to(state, labeler).any(axis=1)
        states = cache.states(labeler.fingerprint, sha256)
        missing[labeler.ref] = int((needed & (states == PictureState.ABSENT)).sum())
        failed[labeler.ref] = int((needed & (states == PictureState.FAILED)).sum())
        answered &= ~needed | (states == PictureState.DONE)
    if any(measure.members > 1 for measure in measures):
        looks = np.zeros(len(examples), np.int64)
        for labeler in panel.members:
            looks += cache.states(labeler.fingerprint, sha256) == PictureState.DONE
        alone = answered & (looks < 2)
        missing[COMMITTEE] = int(alone.sum())
        answered &= ~alone
    return FoundPictures(panel, examples[answered], _some(missing), _some(failed))


def _some(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def _unknown_to(state: np.ndarray, labeler: LabelerFacts) -> np.ndarray:
    """bool [n, D]; classes of an auto-labeler that are unknown, of states uint8 [n, C]."""
    return state[:, labeler.class_ids - 1] == State.UNKNOWN


def sha256_of(plan: CompilePlan, examples: np.ndarray) -> np.ndarray:
    """uint8 [n, 32]; digests of examples."""
    return Pictures([batch.pictures for batch in plan.batches]).sha256(plan.rows.first_row[examples])


def score_examples(
    plan: CompilePlan, found: FoundPictures, cache: PredictionCache, how: How, tick: Callable[[int], None]
) -> Candidates:
    """Score the pictures of one panel."""
    book = Book(found.panel, how, len(found.examples))
    for start in range(0, len(found.examples), PICTURES_AT_ONCE):
        some = found.examples[start : start + PICTURES_AT_ONCE]
        sha256, unknown = sha256_of(plan, some), _unknown_columns(plan, some, found.panel)
        book.enter(start, unknown, _read_panel(cache, found.panel, how.measures, sha256))
        tick(len(some))
    return book.close(found)


def _unknown_columns(plan: CompilePlan, examples: np.ndarray, panel: Panel) -> np.ndarray:
    """bool [n, C + 1]; the task's classes that are unknown, by unified id."""
    unknown = np.zeros((len(examples), plan.taxonomy.num_columns + 1), bool)
    unknown[:, panel.class_ids] = plan.coverage.state[examples][:, panel.class_ids - 1] == State.UNKNOWN
    return unknown


def _read_panel(
    cache: PredictionCache, panel: Panel, measures: Sequence[Measure], sha256: np.ndarray
) -> list[LabelerBoxes]:
    """What the members say that these measures read: all of them where one compares them, else the panel's own."""
    together = any(measure.members > 1 for measure in measures)
    return [
        read_boxes(cache.read(each.fingerprint, sha256, columns=_columns(each, measures, each in panel.own)), each)
        for each in (panel.members if together else panel.own)
    ]


def _columns(labeler: LabelerFacts, measures: Sequence[Measure], own: bool) -> list[str]:
    asked = [measure for measure in measures if own or measure.members > 1]
    used = [name for measure in asked for name in measure.uses if name in labeler.cached]
    return list(dict.fromkeys([*(name for measure in asked for name in measure.needs(labeler)), *used]))


@dataclass
class Book:
    """What is written down of a panel's candidates while they are looked at, a batch at a time."""

    panel: Panel
    how: How
    size: int
    raw: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.uncertainty = np.zeros(self.size, np.float32)
        self.expected, self.hidden = np.zeros((2, self.size))
        self.shown, self.review = np.zeros((2, self.size), np.int64)

    def enter(self, start: int, unknown: np.ndarray, members: Sequence[LabelerBoxes]) -> None:
        own = [each for each in members if each.facts in self.panel.own]
        for boxes in own:
            self._enter_counts(start, unknown, boxes)
            look = Look(boxes, (boxes, *(each for each in members if each is not boxes)))
            for measure in self.how.measures:
                if measure.members == 1 or boxes is own[0]:
                    self._enter_measure(start, unknown, measure, look)

    def _enter_measure(self, start: int, unknown: np.ndarray, measure: Measure, look: Look) -> None:
        voice = look.own.facts.ref if measure.members == 1 else COMMITTEE
        able = [look.own] if measure.members == 1 else look.members
        ids = np.unique(np.concatenate([each.facts.class_ids for each in able]))
        pooled = self._pool(measure.take(look), unknown)
        speaks = unknown[:, ids].any(axis=1)
        column = self.raw.setdefault(measure.name, {}).setdefault(voice, np.full(self.size, np.nan, np.float32))
        column[start : start + len(unknown)] = np.where(speaks, pooled, np.nan)

    def _pool(self, judged: Judged, unknown: np.ndarray) -> np.ndarray:
        if judged.picture is None:
            return judged.values
        rows = np.flatnonzero(unknown[judged.picture, judged.class_ids])
        values = judged.values[rows] * self.how.class_weight[judged.class_ids[rows]]
        return self.how.pooling(judged.picture[rows], values, len(unknown))

    def _enter_counts(self, start: int, unknown: np.ndarray, boxes: LabelerBoxes) -> None:
        """Of several auto-labelers the one that says more counts: what one of them sees is to be looked at."""
        rows = np.flatnonzero(unknown[boxes.picture, boxes.class_ids])
        picture, p = boxes.picture[rows], boxes.probabilities[rows]
        flags = review_flags(p, boxes.reject[rows], boxes.accept[rows])
        at, count = slice(start, start + len(unknown)), len(unknown)
        near = pool_top(picture, formulas.least_confidence(p, boxes.accept[rows]), count)
        rejected = np.where(flags == Flag.REJECT, p, 0)
        for column, values in (
            (self.uncertainty, np.maximum(near, 0)),
            (self.expected, np.bincount(picture, p, count)),
            (self.shown, np.bincount(picture[flags != Flag.REJECT], minlength=count)),
            (self.review, np.bincount(picture[flags == Flag.REVIEW], minlength=count)),
            (self.hidden, np.bincount(picture, rejected, count)),
        ):
            np.maximum(column[at], values, out=column[at])

    def close(self, found: FoundPictures) -> Candidates:
        return Candidates(
            panel=self.panel,
            examples=found.examples,
            raw=self.raw,
            uncertainty=self.uncertainty,
            expected=self.expected,
            shown=self.shown,
            review=self.review,
            hidden=self.hidden,
            missing=found.missing,
            failed=found.failed,
        )
