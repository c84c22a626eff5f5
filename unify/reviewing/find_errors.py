"""``unify.find_label_errors``: the story top to bottom; rules stand in ``disagreements.py``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import numpy as np

from unify.autolabel.cache import PredictionCache
from unify.calibrating.truth import Truth, read_truth, select_batches
from unify.core.types import State
from unify.errors import CacheError, Problem, UnifyError, shorten
from unify.inference.autolabeling import open_cache
from unify.progress import Progress, Silent
from unify.registry.load import load_registry
from unify.registry.objects import Registry
from unify.request import default_workers, open_workspace
from unify.reviewing.disagreements import Opinion, Suspect, exclusive_pairs, find_suspects
from unify.reviewing.errors_report import LabelErrorReport, LikelyError
from unify.reviewing.witnesses import Witness, find_witnesses, need_witnesses
from unify.trained_on import manifests_of, training_closure

CHUNK = 20_000  # pictures whose predictions are in memory at once


def find_label_errors(
    on: str | Sequence[str],
    *,
    autolabelers: Sequence[str] | None = None,
    confident: float = 0.95,
    workspace: str | os.PathLike | None = None,
    cache: str | os.PathLike | None = None,
    workers: int | None = None,
    on_error: str = "stop",
    progress: Progress | None = None,
) -> LabelErrorReport:
    """Human boxes that are likely missing, wrong or misplaced, from predictions that are cached already.

    A prediction counts only for classes that people searched for on its picture: what nobody looked for is no error of
    anybody. See `find_suspects` for the rules.

    Args:
        on: selections of batches, such as ``pedestrian:[b1-b4]``; the same picture in several of them is united.
        autolabelers: ``name:version`` or ``name``; the top of every stack by default.
        confident: 0..1; a prediction this probable (calibrated where it was measured) may contradict people; and so
            may the silence of an auto-labeler that was measured to find this share of all objects.
        workspace: folder that holds ``registry/``; the nearest parent of the current folder by default.
        cache: folder or URL of the prediction cache; ``.unify/cache`` in the workspace by default.
        workers: threads that look at pictures; the cores of this machine by default.
        on_error: ``stop``, or ``skip`` to leave bad pictures out.
        progress: told how the work goes.

    Raises:
        UnifyError: ``confident`` is out of its range, or anything is wrong with registry, batches or cache.
        CacheError: no auto-labeler was asked about any of the pictures.
    """
    if not 0 < confident <= 1:
        raise UnifyError(Problem("--confident", "is out of range", got=f"{confident:g}", expected="over 0, up to 1"))
    registry = load_registry(open_workspace(workspace))
    batches = select_batches(registry, [on] if isinstance(on, str) else list(on))
    witnesses = find_witnesses(registry, autolabelers, list(registry.taxonomy.ids))
    need_witnesses(witnesses, list(registry.taxonomy.ids))
    progress = progress or Silent()
    truth = read_truth(registry, batches, workers=workers or default_workers(), on_error=on_error, progress=progress)
    found = _Search(registry, truth, witnesses, open_cache(registry.workspace, cache), confident)
    found.run(progress)
    if not found.pictures:
        raise _nothing_cached(witnesses, [str(batch.ref) for batch in batches])
    return LabelErrorReport(
        errors=tuple(sorted(found.errors, key=lambda each: (-each.score, each.name, each.box_xyxy))),
        pictures=found.pictures,
        autolabelers=tuple(each.ref for each in witnesses),
        task_of=dict(registry.taxonomy.task_of),
        warnings=(*truth.warnings, *found.warnings()),
    )


class _Search:
    """All pictures of the truth, some thousands at a time."""

    def __init__(
        self,
        registry: Registry,
        truth: Truth,
        witnesses: Sequence[Witness],
        cache: PredictionCache,
        confident: float,
    ) -> None:
        self.registry, self.truth, self.witnesses, self.cache = registry, truth, witnesses, cache
        self.confident = confident
        taxonomy = registry.taxonomy
        groups = [[taxonomy.ids[name] for name in group] for group in taxonomy.exclusive]
        self.exclusive = exclusive_pairs(groups, taxonomy.num_columns)
        self.errors: list[LikelyError] = []
        self.pictures = self.unseen = 0

    def run(self, progress: Progress) -> None:
        total = len(self.truth.plan.rows)
        tick = progress.stage("looking for label errors", total)
        for start in range(0, total, CHUNK):
            examples = np.arange(start, min(start + CHUNK, total))
            self._look_at(examples)
            tick(len(examples))

    def _look_at(self, examples: np.ndarray) -> None:
        humans = self.truth.labels_of(examples)
        opinions = [each.opinion(self.cache, humans.sha256) for each in self.witnesses]
        known = humans.state > State.UNKNOWN
        asked = np.array([(known & each.knows).any(axis=1) for each in opinions])
        heard = np.array([each.predictions.seen for each in opinions]) & asked
        self.pictures += int(heard.any(axis=0).sum())
        self.unseen += int((asked & ~heard).any(axis=0).sum())
        for each in find_suspects(humans, opinions, self.exclusive, self.confident):
            digest = humans.sha256[each.example].tobytes().hex()
            name = f"{humans.batches[each.example][0]}/{humans.filenames[each.example]}"
            self.errors.append(_error(each, digest, name, opinions, self.registry.taxonomy.names))

    def warnings(self) -> Iterator[str]:
        """What was not looked at, and what is worth less than it seems."""
        if self.unseen:
            yield f"{self.unseen:,} pictures have no cached answer of an auto-labeler that knows their classes"
        for each in self.witnesses:
            weak = [name for name in each.labeler.version.classes if not self._finds_all(each, name)]
            if weak:
                yield (
                    f"{each.ref} was not measured to find {self.confident:.0%} of all objects of {shorten(weak)}: "
                    "its silence makes no box of them spurious"
                )
            closure = training_closure(each.labeler.version, self.registry, manifests_of(self.registry))
            seen = sorted({str(batch.ref) for batch in self.truth.plan.batches} & set(closure.batches))
            if seen:
                yield f"{each.ref} was trained on {shorten(seen)}: errors that it learned there are not found"

    def _finds_all(self, witness: Witness, name: str) -> bool:
        return witness.recall_of(name) >= self.confident


def _error(
    suspect: Suspect, digest: str, name: str, opinions: Sequence[Opinion], class_names: dict[int, str]
) -> LikelyError:
    return LikelyError(
        kind=suspect.kind,
        picture=digest,
        name=name,
        class_name=class_names[suspect.class_id],
        box_xyxy=tuple(suspect.box_xyxy.tolist()),
        likely_class=class_names[suspect.likely_class_id],
        likely_box_xyxy=tuple(suspect.likely_box_xyxy.tolist()),
        score=suspect.score,
        autolabeler=opinions[suspect.opinion].autolabeler,
    )


def _nothing_cached(witnesses: Sequence[Witness], batches: Sequence[str]) -> CacheError:
    refs = [each.ref for each in witnesses]
    return CacheError(
        Problem(
            shorten(batches),
            "no auto-labeler was asked about these pictures, as far as people know classes of it there",
            got=f"no cached answer of {shorten(refs)}",
            fix=f"unify calibrate {refs[0]} --on {batches[0]}, which asks and caches",
        )
    )
