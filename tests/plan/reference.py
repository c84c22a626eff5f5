"""The plan's rules once more, slow and obvious: dicts and loops, a picture at a time. And random batches to hold it to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from tests.factories import TAXONOMY, make_batch
from unify.core.boxes import match_boxes
from unify.core.types import BatchLabels, State

WORDS = ("street", "bridge", "tunnel", "garage")
CLASSES = tuple(TAXONOMY.ids)
# "far" overlaps none of the others; "near" and "nearer" overlap by 90/110 > 0.5; "half" and "near" by 50/150 < 0.5.
BOXES = {
    "near": (0.0, 0.0, 10.0, 10.0),
    "nearer": (0.0, 1.0, 10.0, 11.0),
    "half": (0.0, 5.0, 10.0, 15.0),
    "far": (50.0, 50.0, 60.0, 60.0),
}


class ReferenceExample:
    """One picture over all batches."""

    def __init__(self) -> None:
        self.state = dict.fromkeys(CLASSES, State.UNKNOWN)
        self.boxes: dict[str, list[tuple[float, ...]]] = {name: [] for name in CLASSES}
        self.disagreements: set[str] = set()
        self.batches: list[str] = []

    def meet(self, batch: BatchLabels, picture: int) -> None:
        if str(batch.ref) not in self.batches:
            self.batches.append(str(batch.ref))
        for name in CLASSES:
            state = State(int(batch.state[picture, TAXONOMY.ids[name] - 1]))
            boxes = boxes_of(batch, picture, name)
            if state == self.state[name] == State.LABELED and differ(boxes, self.boxes[name]):
                self.disagreements.add(name)
            if state >= self.state[name] and state > State.UNKNOWN:
                self.state[name], self.boxes[name] = state, boxes


def reference_examples(batches: Sequence[BatchLabels]) -> dict[bytes, ReferenceExample]:
    """sha256 -> everything people know of that picture."""
    examples: dict[bytes, ReferenceExample] = {}
    for batch in batches:
        for picture, digest in enumerate(batch.pictures.sha256):
            examples.setdefault(digest.tobytes(), ReferenceExample()).meet(batch, picture)
    return examples


def boxes_of(batch: BatchLabels, picture: int, name: str) -> list[tuple[float, ...]]:
    span = range(batch.box_offsets[picture], batch.box_offsets[picture + 1])
    return [tuple(batch.boxes_xyxy[n].tolist()) for n in span if batch.box_class[n] == TAXONOMY.ids[name]]


def differ(one: list, other: list) -> bool:
    boxes = [np.array(side, np.float32).reshape(-1, 4) for side in (one, other)]
    return not len(one) == len(other) == len(match_boxes(*boxes))


@st.composite
def batches(draw: st.DrawFn, *, least: int = 1, most: int = 4) -> list[BatchLabels]:
    """Batches that share pictures, hold some of them twice, and know more or less of every class."""
    drawn = []
    for number in range(draw(st.integers(least, most))):
        pictures = draw(st.lists(st.tuples(st.sampled_from(WORDS), boxes_by_class()), max_size=4))
        states = st.tuples(st.sampled_from(WORDS), st.sampled_from(CLASSES))
        raised = draw(st.dictionaries(states, st.sampled_from([State.INCOMPLETE, State.LABELED]), max_size=8))
        labeled = draw(st.sets(st.sampled_from(CLASSES)))
        drawn.append(make_batch(f"vehicle:b{number}", pictures, labeled=sorted(labeled), states=raised))
    return drawn


def boxes_by_class() -> st.SearchStrategy:
    boxes = st.lists(st.sampled_from(sorted(BOXES)).map(BOXES.__getitem__), max_size=3)
    return st.dictionaries(st.sampled_from(CLASSES), boxes, max_size=3)
