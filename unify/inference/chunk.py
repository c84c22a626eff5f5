"""Chunks: some pictures, and which auto-labelers look at which of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from unify.autolabel.cache import PredictionCache
from unify.inference.known import KnownLabeler
from unify.inference.pictures import PictureFiles, Pictures

# Enough that a model's batches fill up and segments are few, little enough to keep all workers busy to the end. Fixed,
# so that no number of workers changes which pictures share a batch.
CHUNK_PICTURES = 256


@dataclass(frozen=True)
class Question:
    """One auto-labeler and the pictures it is asked about.

    Attributes:
        labeler: whom to ask.
        rows: int64 [n], ascending, each once; see `Pictures`.
    """

    labeler: KnownLabeler
    rows: np.ndarray


@dataclass(frozen=True)
class Chunk:
    """The work of one job: every picture is decoded once for all that look at it.

    Attributes:
        files: P pictures.
        labelers: L auto-labelers.
        asked: bool [L, P].
        cache: where the answers go.
        journal: folder of the run's `Journal`.
        on_error: ``stop``, or ``skip`` to leave out pictures that are missing or changed.
    """

    files: PictureFiles
    labelers: tuple[KnownLabeler, ...]
    asked: np.ndarray
    cache: PredictionCache
    journal: str
    on_error: str

    def __str__(self) -> str:
        labelers = ", ".join(each.ref for each in self.labelers)
        return f"{labelers} on {len(self.files):,} pictures from {self.files.paths[0]}"


def make_chunks(
    questions: Sequence[Question], pictures: Pictures, cache: PredictionCache, journal: str, on_error: str
) -> Iterator[Chunk]:
    """The chunks of some questions, made as they are drawn."""
    rows = asked_rows(questions)
    for start in range(0, len(rows), CHUNK_PICTURES):
        some = rows[start : start + CHUNK_PICTURES]
        asked = np.array([np.isin(some, question.rows, assume_unique=True) for question in questions])
        wanted = np.flatnonzero(asked.any(axis=1))
        labelers = tuple(questions[index].labeler for index in wanted)
        yield Chunk(pictures.files(some), labelers, asked[wanted], cache, journal, on_error)


def asked_rows(questions: Sequence[Question]) -> np.ndarray:
    """int64, ascending: rows that anyone is asked about."""
    return np.unique(np.concatenate([np.zeros(0, np.int64), *(question.rows for question in questions)]))
