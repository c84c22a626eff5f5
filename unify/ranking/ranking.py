"""One ranking: who speaks for which task, how candidates are scored, and how chosen ones become questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from unify.autolabel.cache import PictureState, PredictionCache
from unify.core.digest import shuffle_keys
from unify.core.types import State
from unify.planning.build import CompilePlan
from unify.progress import Progress
from unify.ranking.boxes import LabelerFacts
from unify.ranking.difficulty import Level
from unify.ranking.diversity import unit_rows
from unify.ranking.learning import labels_that_count, learning_weights, mean_boxes
from unify.ranking.measures import Measure
from unify.ranking.panels import Panel, open_panels
from unify.ranking.pooling import POOLINGS
from unify.ranking.queue import Query
from unify.ranking.reasons import reasons_of, shown_boxes
from unify.ranking.requirements import choose_measures
from unify.ranking.scores import PairTable, ScoredCandidates, class_weights, combine_scores
from unify.ranking.scoring import How, score_candidates, sha256_of, without_help
from unify.ranking.selection import Diversity, Selection
from unify.ranking.settings import RankSettings, check_tasks
from unify.ranking.spending import Budget
from unify.ranking.target import Target

EMBEDDING = "embedding"
MOST_LABELED = 4_096  # pictures that people labeled, to keep away from: a sample of them covers what all of them cover


@dataclass(frozen=True)
class Ranking:
    """A target with all that is needed to rank it.

    Attributes:
        target: the pictures.
        settings: the knobs.
        panels: who speaks for which task.
        measures: measure -> weight.
        cache: the answers.
    """

    target: Target
    settings: RankSettings
    panels: tuple[Panel, ...]
    measures: Mapping[Measure, float]
    cache: PredictionCache

    @property
    def plan(self) -> CompilePlan:
        return self.target.plan

    @property
    def how(self) -> How:
        weights = class_weights(self.plan.boxes_per_class, self.settings.balance)
        return How(tuple(self.measures), POOLINGS[self.settings.pooling], weights)

    @property
    def labeled_pictures(self) -> np.ndarray:
        """bool [N]; people labeled the picture for anything."""
        return (self.plan.coverage.state == State.LABELED).any(axis=1)

    def score(self, progress: Progress) -> list[ScoredCandidates]:
        """The candidates of every panel, scored."""
        candidates = score_candidates(self.plan, self.panels, self.cache, self.how, progress)
        if self.settings.unaided:
            means = mean_boxes(self.target)
            candidates = [without_help(each, means[each.panel.task]) for each in candidates]
        return [combine_scores(each, self.measures, self.settings) for each in candidates]

    def budget(self, total: float) -> Budget:
        place = {panel.task: number for number, panel in enumerate(self.panels)}

        def by_place(amounts: Mapping[str, float]) -> dict[int, float]:
            return {place[task]: amount for task, amount in amounts.items() if task in place}

        labeled = by_place(labels_that_count(self.target)) if self.settings.learning_weights else {}
        limits = by_place(self.settings.floors), by_place(self.settings.ceilings)
        return Budget(total, *limits, labeled, self.settings.together)

    def diversity(self, scored: Sequence[ScoredCandidates], table: PairTable) -> Diversity:
        """Embeddings are read of shortlists only."""

        def of_pairs(task: int, pairs: np.ndarray) -> np.ndarray | None:
            return self._embeddings(task, scored[task].candidates.examples[table.place[pairs]])

        return Diversity(
            shortlist=self.settings.shortlist,
            near_duplicate=self.settings.near_duplicate,
            density=self.settings.density,
            embeddings=of_pairs,
            labeled=lambda task: self._embeddings(task, self._labeled(task)),
        )

    def queries(
        self, scored: Sequence[ScoredCandidates], table: PairTable, selection: Selection, *, with_boxes: bool
    ) -> Iterator[Query]:
        """The questions, by falling score; ties by picture and task."""
        made: list[Query] = []
        tasks, pictures = table.pairs.task[selection.pairs], table.pairs.picture[selection.pairs]
        asked: dict[int, list[str]] = {}
        for task, picture in zip(tasks.tolist(), pictures.tolist()):
            asked.setdefault(picture, []).append(self.panels[task].task)
        for task in np.unique(tasks).tolist():
            places, distances = table.place[selection.pairs[tasks == task]], selection.distance[tasks == task]
            made += self._questions(self.panels[task], scored[task], places, distances, with_boxes, asked)
        yield from sorted(made, key=lambda each: (-each.score, each.picture, each.task))

    def questions(self, task: int, scored: ScoredCandidates, places: np.ndarray) -> list[Query]:
        """Questions about some candidates of a task, int64 [n], of which no more is known."""
        nothing = np.full(len(places), np.nan)
        return list(self._questions(self.panels[task], scored, places, nothing, self.settings.explain, {}))

    def _questions(
        self,
        panel: Panel,
        scored: ScoredCandidates,
        places: np.ndarray,
        distances: np.ndarray,
        with_boxes: bool,
        asked_for: Mapping[int, Sequence[str]],
    ) -> Iterator[Query]:
        """``asked_for``: example -> tasks that are asked about it in the same queue."""
        examples, names = scored.candidates.examples[places], self.plan.taxonomy.names
        sha256, files = sha256_of(self.plan, examples), self._files(examples)
        unknown = np.zeros((len(examples), self.plan.taxonomy.num_columns + 1), bool)
        unknown[:, 1:] = self.plan.coverage.state[examples] == State.UNKNOWN
        boxes = [()] * len(examples)
        if with_boxes:
            boxes = shown_boxes(self.cache, panel, sha256, unknown, self.plan.taxonomy)
        costs = self.settings.task_costs.get(panel.task, self.settings.costs)
        for row, place in enumerate(places.tolist()):
            asked = [names[each] for each in panel.class_ids.tolist() if unknown[row, each]]
            labeled = [names[each] for each in np.flatnonzero(~unknown[row]).tolist() if each in names]
            others = [task for task in asked_for.get(int(examples[row]), ()) if task != panel.task]
            told = (scored, place, boxes[row], asked, labeled, others, float(distances[row]), costs)
            yield Query(
                picture=sha256[row].tobytes().hex(),
                task=panel.task,
                score=float(scored.score[place]),
                cost=float(scored.cost[place]),
                difficulty=str(Level(int(scored.level[place]))),
                reasons=reasons_of(*told) if self.settings.explain else (),
                classes=tuple(asked),
                batch=files[row][0],
                file=files[row][1],
                image_hw=files[row][2],
                boxes=boxes[row],
            )

    def _files(self, examples: np.ndarray) -> list[tuple[str, str, tuple[int, int]]]:
        """(batch, file name, height and width) of examples."""
        found = []
        for row in self.plan.rows.first_row[examples].tolist():
            number, place = self.plan.rows.place_of(row)
            batch = self.plan.batches[number]
            height, width = batch.pictures.image_hw[place].tolist()
            found.append((str(batch.ref), batch.pictures.names[place], (height, width)))
        return found

    def _embeddings(self, task: int, examples: np.ndarray) -> np.ndarray | None:
        """Unit rows, float32 [n, E]; None where there are none."""
        labeler = _embedder(self.panels[task])
        if labeler is None or not len(examples):
            return None
        raw = self.cache.read(labeler.fingerprint, sha256_of(self.plan, examples), columns=[EMBEDDING])
        return unit_rows(raw.columns[EMBEDDING])

    def _labeled(self, task: int) -> np.ndarray:
        """int64; pictures that people searched for all that the panel finds and that it looked at; some of many."""
        panel = self.panels[task]
        labeler = _embedder(panel)
        if labeler is None:
            return np.zeros(0, np.int64)
        state = self.plan.coverage.state[:, panel.found_ids - 1]
        examples = np.flatnonzero((state == State.LABELED).all(axis=1))
        sha256 = sha256_of(self.plan, examples)
        seen = np.flatnonzero(self.cache.states(labeler.fingerprint, sha256) == PictureState.DONE)
        order = np.argsort(shuffle_keys(sha256[seen], 0), kind="stable")
        return examples[np.sort(seen[order[:MOST_LABELED]])]


def _embedder(panel: Panel) -> LabelerFacts | None:
    return next((each for each in panel.own if EMBEDDING in each.cached), None)


def open_ranking(
    target: Target, settings: RankSettings, tasks: Sequence[str] | None, cache: PredictionCache
) -> Ranking:
    """Look up who speaks for which task, and hold the measures against the cache; nothing is scored yet.

    Raises:
        UnifyError: an auto-labeler's files or options are wrong, there is no such measure or task, or the cache lacks
            what a measure needs.
    """
    check_tasks([*target.registry.taxonomy.tasks], tasks or ())
    if settings.learning_weights:
        weights = learning_weights(target)
        mine = {task: weight * settings.task_weights.get(task, 1.0) for task, weight in weights.items()}
        settings = replace(settings, task_weights=mine)
    panels = open_panels(target.config, target.registry, cache)
    panels = tuple(panel for panel in panels if tasks is None or panel.task in tasks)
    return Ranking(target, settings, panels, choose_measures(settings.measures, panels, cache.root), cache)
