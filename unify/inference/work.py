"""What a worker does with a chunk: read, decode, ask, commit.

`infer_chunk` takes and returns plain values and is a top-level function: it runs in a worker process or in a Ray actor,
never in a process that anybody needs, for a model may take its process with it. Threads read, decode and put batches
together while the model runs.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import NamedTuple

import numpy as np

from unify.autolabel.cache import SegmentWriter
from unify.autolabel.labeler import AutoLabeler, ReadyPicture
from unify.autolabel.problems import in_one_line
from unify.core.predictions import Failure, PictureKey, Prediction
from unify.errors import PictureError, UnifyError
from unify.executors.cores import stand_back
from unify.executors.quiet import stderr_in
from unify.inference.chunk import Chunk
from unify.inference.journal import Journal, Suspicion
from unify.inference.known import KnownLabeler
from unify.inference.stop import exit_when_told

POISON = "the process that looks at it dies"
ENDLESS = "the model does not answer within {seconds:g} s"
LOAD_SECONDS = 900.0  # weights may come over a slow network, and be compiled

_HELPERS = 2  # threads, beside the one that asks: other workers and the models want the rest of the cores

_loaded: dict[tuple[str, str], AutoLabeler] = {}  # kept from chunk to chunk, for as long as the process lives


def infer_chunk(chunk: Chunk, progress: Callable[[int], None]) -> int:
    """Ask the auto-labelers of a chunk and commit what they say. Ends the process where one does not answer in time.

    Returns:
        pictures that are missing or changed, which nobody was asked about; 0 unless the chunk says skip.

    Raises:
        PictureError: pictures are missing or changed and the chunk says stop.
        AutoLabelerError: an auto-labeler cannot be loaded, or its answers break the contract.
        CacheError, OutputError: the cache cannot be written.
    """
    log = Path(chunk.journal) / f"log-{os.getpid()}.txt"  # libraries chatter while they load; what matters is raised
    with exit_when_told(), stderr_in(log, progress) as tell:
        labelers = [_load(known, Journal(Path(chunk.journal))) for known in chunk.labelers]
        with ThreadPoolExecutor(_HELPERS, "prepare", stand_back) as pool:
            with _Asking(chunk, labelers, pool) as asking:
                # A batch is looked at while the next is put together and the pictures of the one after are decoded.
                ahead = _HELPERS + max(labeler.batch_size for labeler in labelers)
                for index, ready in _ahead(pool, asking.prepare, range(len(chunk.files)), ahead):
                    asking.look(index, ready)
                    tell(1)
                asking.finish()
        return asking.unread


def _load(known: KnownLabeler, journal: Journal) -> AutoLabeler:
    key = known.ref, known.fingerprint
    if key not in _loaded:
        with journal.looking(known.fingerprint, [], LOAD_SECONDS):
            _loaded[key] = known.load()
    return _loaded[key]


Ready = list[ReadyPicture | Failure | None]  # for each auto-labeler; None where it is not asked


class _Asking:
    """The auto-labelers of a chunk, each with its writer and the pictures that wait for its next batch."""

    def __init__(self, chunk: Chunk, labelers: list[AutoLabeler], pool: ThreadPoolExecutor) -> None:
        self._chunk = chunk
        self._askers = [_Asker(known, labeler, chunk, pool) for known, labeler in zip(chunk.labelers, labelers)]
        self._asked = chunk.asked.copy()
        self.unread = 0

    def __enter__(self) -> _Asking:
        for number, asker in enumerate(self._askers):
            self._asked[number, asker.refuse_poison(self._asked[number])] = False
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind and not issubclass(kind, Exception):  # interrupted: what was answered is no worse for it
            for asker in self._askers:
                asker.writer.commit()

    def prepare(self, index: int) -> Ready | None:
        """What the models take of a picture; None where it is missing or changed. Called from any thread."""
        wanted = self._asked[:, index]
        if not wanted.any():
            return [None] * len(wanted)
        try:
            data = self._chunk.files.read(index)
        except PictureError:
            if self._chunk.on_error == "stop":
                raise
            return None
        try:
            picture: np.ndarray | Failure = self._chunk.files.decode(index, data)
        except PictureError as error:
            # A property of the bytes, as all that is kept under their digest.
            picture = Failure(f"{error.problems[0].what}: {error.problems[0].got}")
        made: dict[Hashable, ReadyPicture | Failure] = {}  # models that take the same share it
        for asker in (asker for asker, asks in zip(self._askers, wanted) if asks):
            if asker.preparation not in made:
                made[asker.preparation] = asker.prepare(picture)
        return [made[asker.preparation] if asks else None for asker, asks in zip(self._askers, wanted)]

    def look(self, index: int, ready: Ready | None) -> None:
        self.unread += ready is None
        for asker, content in zip(self._askers, ready or ()):
            if content is not None:
                asker.add(index, content)

    def finish(self) -> None:
        for asker in self._askers:
            asker.finish()


class _Batch(NamedTuple):
    """Pictures that are looked at next."""

    indices: Sequence[int]
    contents: Sequence[ReadyPicture]
    assembled: Future


class _Asker:
    """One auto-labeler of a chunk. It looks at a batch while helpers put the next one together."""

    def __init__(self, known: KnownLabeler, labeler: AutoLabeler, chunk: Chunk, pool: ThreadPoolExecutor) -> None:
        self._labeler, self._pool, self._fingerprint = labeler, pool, known.fingerprint
        self._sha256, self._names = chunk.files.sha256, chunk.files.names
        self.writer: SegmentWriter = chunk.cache.writer(known.fingerprint, autolabeler=known.ref)
        self._journal = Journal(Path(chunk.journal))
        self._suspicion: Suspicion = self._journal.suspicion(known.fingerprint)
        self._waiting: list[tuple[int, ReadyPicture]] = []
        self._next: _Batch | None = None
        self.preparation = labeler.preparation

    def refuse_poison(self, asked: np.ndarray) -> np.ndarray:
        """Record the pictures that killed workers as failed; returns bool [P], where they are."""
        poison = np.array([self._hex(index) in self._suspicion.poison for index in range(len(asked))]) & asked
        for index in np.flatnonzero(poison).tolist():
            endless = self._hex(index) in self._suspicion.endless
            self._answer(index, Failure(ENDLESS.format(seconds=self._labeler.batch_timeout_s) if endless else POISON))
        self.writer.commit()  # now: the next death must not ask for them again
        return poison

    def prepare(self, picture: np.ndarray | Failure) -> ReadyPicture | Failure:
        if isinstance(picture, Failure):
            return picture
        try:
            return self._labeler.prepare(picture)
        except UnifyError:
            raise
        except Exception as error:
            return Failure(in_one_line(error))

    def add(self, index: int, content: ReadyPicture | Failure) -> None:
        if isinstance(content, Failure):
            self._answer(index, content)
            return
        suspect = self._hex(index) in self._suspicion.suspects
        if suspect:
            self.finish()  # what is answered is safe, whatever the suspect does
        self._waiting.append((index, content))
        if suspect:
            self._ask()
        elif len(self._waiting) == self._labeler.batch_size:
            self._assemble()

    def finish(self) -> None:
        self._ask()
        self.writer.commit()

    def _ask(self) -> None:
        """About all that wait."""
        if self._waiting:
            self._assemble()
        self._look()

    def _assemble(self) -> None:
        """Have what waits put together, and look meanwhile at what was put together before."""
        indices, contents = zip(*self._waiting)
        self._waiting.clear()
        batch = _Batch(indices, contents, self._pool.submit(self._labeler.assemble, contents))
        self._look()
        self._next = batch

    def _look(self) -> None:
        if self._next is None:
            return
        (indices, contents, assembled), self._next = self._next, None
        digests = [self._hex(index) for index in indices]
        keys = [PictureKey(self._names[index], digest) for index, digest in zip(indices, digests)]
        wait([assembled])  # out of the time that the model has
        with self._journal.looking(self._fingerprint, digests, self._labeler.batch_timeout_s):
            results = self._labeler.predict_batch(contents, keys, assembled.result)
        for index, result in zip(indices, results):
            self._answer(index, result)

    def _answer(self, index: int, answer: Prediction | Failure) -> None:
        self.writer.add(self._sha256[index], answer)

    def _hex(self, index: int) -> str:
        return self._sha256[index].tobytes().hex()


def _ahead(
    pool: ThreadPoolExecutor, work: Callable[[int], Ready | None], items: Iterable[int], most: int
) -> Iterator[tuple[int, Ready | None]]:
    """Every item with its result, in order, worked on by other threads up to ``most`` items ahead."""
    window: deque = deque()
    try:
        for item in items:
            window.append((item, pool.submit(work, item)))
            if len(window) > most:
                done, future = window.popleft()
                yield done, future.result()
        while window:
            done, future = window.popleft()
            yield done, future.result()
    finally:
        for _, future in window:
            future.cancel()
