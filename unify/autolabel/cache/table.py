"""Raw predictions of many pictures as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from unify.autolabel.cache.columns import ColumnSpec, optional_columns, prediction_of
from unify.core.prediction_table import PredictionTable
from unify.core.predictions import Failure, Prediction

NO_BOXES = np.zeros((0, 4), np.float32)


class PictureState(IntEnum):
    """What a cache knows of a picture. Of two answers the smaller is the better."""

    ABSENT = 0  # nobody asked, or the answer was damaged
    DONE = 1
    FAILED = 2  # the auto-labeler could not process it


@dataclass(frozen=True, eq=False)
class RawPredictions:
    """One auto-labeler's answers on P pictures, N boxes in all, in the order the pictures were asked for.

    Attributes:
        sha256: uint8 [P, 32]; the pictures.
        states: uint8 [P]; `PictureState`.
        reasons: row -> why it failed.
        box_offsets: int64 [P + 1]; picture p owns boxes ``box_offsets[p]:box_offsets[p + 1]``, none unless it is done.
        boxes_xyxy: float32 [N, 4]; stored pixels.
        scores: float32 [N] in 0..1, descending within a picture.
        classes: int32 [N]; index into the auto-labeler's declared classes.
        columns: the optional columns by name; [N] or [N, width] a box, [P] or [P, width] a picture (0 unless done).
        specs: their kinds, in the same order.
    """

    sha256: np.ndarray
    states: np.ndarray
    reasons: Mapping[int, str]
    box_offsets: np.ndarray
    boxes_xyxy: np.ndarray
    scores: np.ndarray
    classes: np.ndarray
    columns: Mapping[str, np.ndarray]
    specs: tuple[ColumnSpec, ...]

    def __len__(self) -> int:
        return len(self.states)

    def of(self, row: int) -> Prediction | Failure:
        """The answer on one picture, as views.

        Raises:
            KeyError: there is none.
        """
        if self.states[row] == PictureState.ABSENT:
            raise KeyError(f"picture {row} is not in the cache")
        if self.states[row] == PictureState.FAILED:
            return Failure(self.reasons[row])
        boxes = slice(self.box_offsets[row], self.box_offsets[row + 1])
        columns = {spec.name: self.columns[spec.name][boxes if spec.per_box else row] for spec in self.specs}
        return prediction_of(self.boxes_xyxy[boxes], self.scores[boxes], self.classes[boxes], columns)

    def in_unified_ids(self, class_ids: Sequence[int] | np.ndarray) -> PredictionTable:
        """The same as the merge takes it.

        Args:
            class_ids: unified ids of the auto-labeler's declared classes, in their order.
        """
        return PredictionTable(
            seen=self.states == PictureState.DONE,
            failed=self.states == PictureState.FAILED,
            picture=np.repeat(np.arange(len(self)), np.diff(self.box_offsets)),
            boxes_xyxy=self.boxes_xyxy,
            scores=self.scores,
            class_ids=np.asarray(class_ids, np.int32)[self.classes],
        )


def blank_table(
    sha256: np.ndarray, states: np.ndarray, num_boxes: np.ndarray, specs: Sequence[ColumnSpec]
) -> RawPredictions:
    """A table with room for answers whose size is known.

    Args:
        sha256: uint8 [P, 32].
        states: uint8 [P].
        num_boxes: int [P].
        specs: optional columns.
    """
    offsets = np.append(0, np.cumsum(num_boxes, dtype=np.int64))
    room = {spec.name: np.zeros(spec.shape(offsets[-1] if spec.per_box else len(states)), spec.dtype) for spec in specs}
    return RawPredictions(
        sha256=sha256,
        states=states,
        reasons={},
        box_offsets=offsets,
        boxes_xyxy=np.zeros((offsets[-1], 4), np.float32),
        scores=np.zeros(offsets[-1], np.float32),
        classes=np.zeros(offsets[-1], np.int32),
        columns=room,
        specs=tuple(specs),
    )


def fill_rows(table: RawPredictions, rows: np.ndarray, part: RawPredictions) -> None:
    """Put the answers of ``part`` into rows of a table with room for them.

    Args:
        rows: int [len(part)]; the row of each of its pictures.
        part: has no columns that the table lacks; where it has fewer, it has no cells to put there.
    """
    boxes = owned_boxes(table.box_offsets, rows)
    table.boxes_xyxy[boxes], table.scores[boxes], table.classes[boxes] = part.boxes_xyxy, part.scores, part.classes
    for spec in part.specs:
        table.columns[spec.name][boxes if spec.per_box else rows] = part.columns[spec.name]
    table.reasons.update((int(rows[row]), reason) for row, reason in part.reasons.items())


def owned_boxes(offsets: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """int64; the boxes of some rows, one row after the other."""
    starts, counts = offsets[rows], np.diff(offsets)[rows]
    ends = np.cumsum(counts)
    return np.arange(counts.sum()) + np.repeat(starts - (ends - counts), counts)


def table_of(answers: Mapping[bytes, Prediction | Failure], specs: Sequence[ColumnSpec]) -> RawPredictions:
    """Answers by digest as a table, in the order of the digests.

    Args:
        answers: 32 bytes of digest -> answer; predictions have exactly the columns ``specs``.
    """
    keys = sorted(answers)
    ordered = [answers[key] for key in keys]
    done = [each for each in ordered if isinstance(each, Prediction)]
    is_done = np.array([isinstance(each, Prediction) for each in ordered], bool)
    counts = np.array([len(each) if isinstance(each, Prediction) else 0 for each in ordered], np.int64)
    return RawPredictions(
        sha256=np.frombuffer(b"".join(keys), np.uint8).reshape(-1, 32),
        states=np.where(is_done, PictureState.DONE, PictureState.FAILED).astype(np.uint8),
        reasons={row: each.reason for row, each in enumerate(ordered) if isinstance(each, Failure)},
        box_offsets=np.append(0, np.cumsum(counts)),
        boxes_xyxy=np.concatenate([NO_BOXES, *(each.boxes_xyxy for each in done)], dtype=np.float32),
        scores=np.concatenate([NO_BOXES[:, 0], *(each.scores for each in done)], dtype=np.float32),
        classes=np.concatenate([NO_BOXES[:, 0], *(each.classes for each in done)], dtype=np.int32, casting="unsafe"),
        columns=_stack_columns(done, specs, is_done),
        specs=tuple(specs),
    )


def _stack_columns(
    done: Sequence[Prediction], specs: Sequence[ColumnSpec], is_done: np.ndarray
) -> dict[str, np.ndarray]:
    if not specs:
        return {}
    by_name = [{spec.name: values for spec, values in optional_columns(each).items()} for each in done]
    columns = {}
    for spec in specs:
        values = [each[spec.name] for each in by_name]
        if spec.per_box:
            columns[spec.name] = np.concatenate([np.zeros(spec.shape(0), spec.dtype), *values])
        else:
            columns[spec.name] = np.zeros(spec.shape(len(is_done)), spec.dtype)
            if values:
                columns[spec.name][is_done] = np.stack(values)
    return columns
