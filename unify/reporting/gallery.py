"""Which pictures a page shows, and what it shows of each.

A sample is the same on every machine: pictures are drawn by a keyed hash of their content. First comes a picture for
everything there is to see (every class in every state, every class from every source, ignored boxes of every class,
every batch, every split), the rarest first; then the pictures that somebody asked for; then the sample is filled up at
random.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from unify.core.digest import content_ids, shuffle_keys
from unify.core.types import JsonObject
from unify.records.decode import DecodedExample
from unify.reporting.columns import STATES, DatasetNames, Knowledge, PictureColumns
from unify.reporting.knowledge import who_knows
from unify.reporting.stored import Place, read_places
from unify.reporting.stream import to_columns

GALLERY_SEED = 5  # any number; another one draws another sample
_LAST = np.uint64(2**64 - 1)
_ROWS_AT_A_TIME = 64  # pictures in memory


class GalleryPicker:
    """Draws a sample of pictures while they stream by; holds one picture's place a thing to see, and the sample's.

    Args:
        names: of the dataset.
        wanted: how many pictures to draw; None draws all.
        asked: content ids of pictures to prefer.
    """

    def __init__(self, names: DatasetNames, wanted: int | None, asked: Sequence[int] = ()) -> None:
        self._names, self._wanted, self._asked = names, wanted, np.array(asked, np.int64)
        self._asked_places: list[Place] = []
        self._keys, self._places = np.zeros(0, np.uint64), np.zeros((0, 2), np.int64)
        num_sights = _num_sights(names)
        self._frequency = np.zeros(num_sights, np.int64)
        self._best_key = np.full(num_sights, _LAST)
        self._best_place = np.zeros((num_sights, 2), np.int64)
        self._best_sights = np.zeros((num_sights, num_sights), bool)

    def add(self, columns: PictureColumns) -> None:
        """Some more pictures."""
        self._note_asked(columns)
        keys = shuffle_keys(columns.sha256, GALLERY_SEED)
        all_keys, places = np.append(self._keys, keys), np.concatenate([self._places, columns.place])
        kept = np.argsort(all_keys, kind="stable")[: self._wanted]
        self._keys, self._places = all_keys[kept], places[kept]
        if self._wanted is not None:
            self._note_sights(keys, columns)

    def places(self) -> list[Place]:
        """The sample, in the order of the dataset."""
        sample = map(tuple, self._places.tolist())
        chosen = list(dict.fromkeys([*self._for_every_sight(), *sorted(self._asked_places), *sample]))
        return sorted(chosen[: self._wanted])

    def _note_asked(self, columns: PictureColumns) -> None:
        here = np.isin(content_ids(columns.sha256), self._asked)
        self._asked_places += map(tuple, columns.place[here].tolist())

    def _note_sights(self, keys: np.ndarray, columns: PictureColumns) -> None:
        sights = sights_of(columns, self._names)
        self._frequency += sights.sum(axis=0)
        masked = np.where(sights, keys[:, None], _LAST)
        best = masked.argmin(axis=0)
        better = np.flatnonzero(masked[best, np.arange(len(best))] < self._best_key)
        rows = best[better]
        self._best_key[better], self._best_place[better] = keys[rows], columns.place[rows]
        self._best_sights[better] = sights[rows]

    def _for_every_sight(self) -> Iterable[Place]:
        seen = np.zeros(len(self._frequency), bool)
        for sight in np.argsort(self._frequency, kind="stable").tolist():
            if self._frequency[sight] and not seen[sight]:
                seen |= self._best_sights[sight]
                yield tuple(self._best_place[sight].tolist())


def sights_of(columns: PictureColumns, names: DatasetNames) -> np.ndarray:
    """bool [P, T]: which of the T things to see are on each picture; see the top of this file."""
    known, count = who_knows(columns, names), len(columns)
    in_state = (known[:, :, None] == np.arange(len(Knowledge))).reshape(count, -1)
    boxes = np.zeros((count, len(names.classes), len(names.sources)), bool)
    boxes[columns.box_picture, columns.box_class, columns.source] = True
    ignored = np.zeros((count, len(names.classes)), bool)
    zero = columns.weight == 0
    ignored[columns.box_picture[zero], columns.box_class[zero]] = True
    in_split = columns.split[:, None] == np.arange(len(names.splits))
    return np.concatenate([in_state, boxes.reshape(count, -1), ignored, columns.in_batch, in_split], axis=1)


def _num_sights(names: DatasetNames) -> int:
    return len(names.classes) * (len(Knowledge) + len(names.sources) + 1) + len(names.batches) + len(names.splits)


def picture_rows(folder: Path, names: DatasetNames, places: Sequence[Place]) -> list[JsonObject]:
    """``gallery.pictures`` of the report: the pictures at some places, in that order. Raises DatasetError."""
    rows = []
    for start in range(0, len(places), _ROWS_AT_A_TIME):
        placed = list(read_places(folder, names, places[start : start + _ROWS_AT_A_TIME]))
        columns = to_columns(placed, folder, names)
        known = who_knows(columns, names)
        offsets = np.searchsorted(columns.box_picture, np.arange(len(placed) + 1)).tolist()
        rows += [
            _row(row, placed[row].example, columns, known[row], slice(*offsets[row : row + 2]), names)
            for row in range(len(placed))
        ]
    return rows


def _row(
    row: int, example: DecodedExample, columns: PictureColumns, known: np.ndarray, boxes: slice, names: DatasetNames
) -> JsonObject:
    weights = columns.weight[boxes][columns.machine[boxes]]
    states = known.tolist()
    filled = np.flatnonzero(known == Knowledge.MACHINE).tolist()
    return {
        "id": str(example.source_id),
        "file": example.filename,
        "batches": list(example.batches),
        "split": names.splits[int(columns.split[row])],
        "width": example.image_hw[1],
        "height": example.image_hw[0],
        "bytes": len(example.encoded),
        "format": example.format,
        "boxes": _boxes(example, columns, boxes, names),
        "states": {
            state: [name for name, of in zip(names.classes, states) if of == value]
            for value, state in enumerate(STATES)
        },
        "absence": {names.classes[column]: columns.absence_weight[row, column] for column in filled},
        "sources": [source for source in names.sources if source in example.source],
        "weights": [weights.min(), weights.max()] if len(weights) else None,
        "difficulty": None,
        "uncertainty": None,
    }


def _boxes(example: DecodedExample, columns: PictureColumns, boxes: slice, names: DatasetNames) -> list[JsonObject]:
    return [
        {
            "class": names.classes[column],
            "xyxy": [round(edge, 2) for edge in xyxy],
            "source": source,
            "machine": machine,
            "weight": weight,
            "box_weight": box_weight,
            "score": score,
            "crowd": crowd,
            "difficult": difficult,
            "ignored": weight == 0,
        }
        for column, xyxy, source, machine, weight, box_weight, score, crowd, difficult in zip(
            columns.box_class[boxes].tolist(),
            columns.boxes_xyxy[boxes].tolist(),
            example.source,
            columns.machine[boxes].tolist(),
            columns.weight[boxes].tolist(),
            columns.box_weight[boxes].tolist(),
            columns.score[boxes].tolist(),
            columns.crowd[boxes].tolist(),
            example.difficult.tolist(),
        )
    ]
