"""One inference: the pictures that the cache does not answer for go through the workers, until it answers for all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from unify.autolabel.cache import CacheError, PictureState, PredictionCache, compact_many
from unify.autolabel.problems import problem_of
from unify.errors import AutoLabelerError, Problem, UnifyError
from unify.executors import Executor
from unify.executors.base import Tick, WorkerLostError
from unify.inference.chunk import Question, asked_rows, make_chunks
from unify.inference.journal import Journal
from unify.inference.known import KnownLabeler
from unify.inference.pictures import Pictures
from unify.inference.work import LOAD_SECONDS, infer_chunk
from unify.progress import Progress

# Of workers that die: each round finds at least one picture that kills them, and a model that dies on every picture
# is not worth more patience. One that has never answered and takes its whole time over it is worth one round.
MOST_ROUNDS = 5


@dataclass(frozen=True)
class InferenceReport:
    """What an inference did; a pair is an auto-labeler and a picture.

    Attributes:
        inferred: pairs that a model was asked about.
        cached: pairs that were answered before.
    """

    inferred: int
    cached: int


NO_INFERENCE = InferenceReport(0, 0)


def infer(
    questions: Sequence[Question],
    pictures: Pictures,
    cache: PredictionCache,
    executor: Executor,
    *,
    scratch: Path,
    progress: Progress,
    on_error: str = "stop",
    retry_failed: bool = False,
) -> InferenceReport:
    """Have every auto-labeler look at its pictures, less those that it looked at before.

    What is committed stays, whatever happens: a run that was interrupted is continued by the next.

    Args:
        questions: who is asked about which pictures; one a fingerprint.
        pictures: the pictures, numbered as in ``questions``.
        cache: what is known, and where the answers go.
        executor: runs the chunks.
        scratch: a folder that nobody else uses and all workers see; emptied before, removed afterwards.
        progress: told of pictures, each once for all its auto-labelers.
        on_error: ``stop``, or ``skip`` to leave out pictures that are missing or changed.
        retry_failed: ask again about pictures that an auto-labeler failed on.

    Raises:
        PictureError: pictures are missing or changed, and ``on_error`` is ``stop``.
        AutoLabelerError: an auto-labeler cannot be loaded, or its answers break the contract.
        WorkerLostError: workers keep dying.
    """
    unanswered = _unanswered(questions, pictures, cache, retry_failed)
    pairs, missing = _num_pairs(questions), _num_pairs(unanswered)
    if missing:
        run = _Run(pictures, cache, executor, scratch, on_error, retry_failed)
        with _empty_folder(scratch):
            unread = run.answer(unanswered, progress.stage(_stage_name(pairs - missing), len(asked_rows(unanswered))))
        _tidy(unanswered, cache, progress)
        never_asked = _never_asked(questions, pictures, cache)
        if never_asked > unread * len(questions):
            raise _lost(never_asked, cache)
        return InferenceReport(missing - never_asked, pairs - missing)
    return InferenceReport(0, pairs)


@dataclass(frozen=True)
class _Run:
    """What stays the same from round to round."""

    pictures: Pictures
    cache: PredictionCache
    executor: Executor
    journal: Path
    on_error: str
    retry_failed: bool

    def answer(self, questions: Sequence[Question], tick: Tick) -> int:
        """Ask, and ask on where workers die; returns how many pictures could not be read."""
        told, total = _Told(tick), len(asked_rows(questions))
        for left in reversed(range(MOST_ROUNDS)):
            try:
                told.begin(total - len(asked_rows(questions)))
                return self._round(questions, told)
            except WorkerLostError as error:
                self._check_slow(questions, error)
                before = _num_pairs(questions)
                questions = _unanswered(questions, self.pictures, self.cache, self.retry_failed)
                if not left or not (_num_pairs(questions) < before or self._blames_any(questions)):
                    raise
        raise AssertionError("unreachable: the last round returns or raises")

    def _round(self, questions: Sequence[Question], tick: Tick) -> int:
        chunks = make_chunks(questions, self.pictures, self.cache, str(self.journal), self.on_error)
        with closing(self.executor.run(infer_chunk, chunks, tick, runs_models=True)) as results:
            return sum(results)

    def _check_slow(self, questions: Sequence[Question], error: WorkerLostError) -> None:
        """Raises AutoLabelerError for auto-labelers that time out and have never answered anything."""
        journal = Journal(self.journal)
        labelers = [each.labeler for each in questions if journal.timed_out(each.labeler.fingerprint)]
        silent = [each for each in labelers if PictureState.DONE not in self.cache.index(each.fingerprint).states]
        if silent:
            raise AutoLabelerError([_too_slow(each) for each in silent]) from error

    def _blames_any(self, questions: Sequence[Question]) -> bool:
        journal = Journal(self.journal)
        return any(journal.suspicion(each.labeler.fingerprint).poison for each in questions)


class _Told:
    """Progress over rounds, in which some pictures are looked at again."""

    def __init__(self, tick: Tick) -> None:
        self._tick, self._done, self._told = tick, 0, 0

    def begin(self, done: int) -> None:
        """A round begins with so many pictures done."""
        self._done = done

    def __call__(self, count: int) -> None:
        self._done += count
        new = max(0, self._done - self._told)
        self._told += new
        self._tick(new)


def _too_slow(labeler: KnownLabeler) -> Problem:
    expected = f"an answer within its 'batch_timeout_s', after at most {LOAD_SECONDS:g} s of loading"
    fix = f"try it: unify autolabeler check {labeler.ref} --on PICTURE; raise 'batch_timeout_s' if it is only slow"
    return problem_of(labeler.version, "hangs: it has never answered", expected=expected, fix=fix)


def _tidy(questions: Sequence[Question], cache: PredictionCache, progress: Progress) -> None:
    tick = progress.stage("tidying the prediction cache")
    for each in questions:
        with suppress(UnifyError):  # to be allowed to add to a shared cache is not to be allowed to delete there
            compact_many(cache, each.labeler.fingerprint, progress=tick)


def _unanswered(
    questions: Sequence[Question], pictures: Pictures, cache: PredictionCache, retry_failed: bool
) -> list[Question]:
    """The questions less the pictures that the cache answers for."""
    missing = [
        cache.missing(each.labeler.fingerprint, pictures.sha256(each.rows), retry_failed=retry_failed)
        for each in questions
    ]
    return [replace(each, rows=each.rows[rows]) for each, rows in zip(questions, missing)]


def _num_pairs(questions: Sequence[Question]) -> int:
    return sum(len(question.rows) for question in questions)


def _stage_name(cached: int) -> str:
    return f"auto-labeling ({cached:,} cached)" if cached else "auto-labeling"


@contextmanager
def _empty_folder(folder: Path) -> Iterator[None]:
    """A folder for as long as it is needed; what a killed run left there is removed."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True)
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _never_asked(questions: Sequence[Question], pictures: Pictures, cache: PredictionCache) -> int:
    states = [cache.states(each.labeler.fingerprint, pictures.sha256(each.rows)) for each in questions]
    return sum(int((state == PictureState.ABSENT).sum()) for state in states)


def _lost(answers: int, cache: PredictionCache) -> CacheError:
    what = f"{answers:,} answers that were just committed are not there"
    fix = "run the same command again; do not prune the cache meanwhile"
    return CacheError(Problem(cache.root, what, fix=fix))
