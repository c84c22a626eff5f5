"""The plan's rules once more, slow and obvious, a picture at a time; and random batches to hold the plan to them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

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


def batches(*, least: int = 1) -> st.SearchStrategy[list[BatchLabels]]:
    """Batches that share pictures, hold some of them twice, and know more or less of every class.

    Hypothesis draws how many and a seed; drawing every box by itself would take a hundred times longer.
    """
    return st.builds(
        random_batches, st.integers(least, 4), st.integers(0, 4), st.integers(0, 3), st.builds(Random, st.integers(0))
    )


def randoms() -> st.SearchStrategy[Random]:
    return st.integers(0).map(Random)


def random_batches(num_batches: int, most_pictures: int, most_boxes: int, random: Random) -> list[BatchLabels]:
    return [random_batch(f"vehicle:b{n}", most_pictures, most_boxes, random) for n in range(num_batches)]


def random_batch(ref: str, most_pictures: int, most_boxes: int, random: Random) -> BatchLabels:
    def boxes_by_class() -> dict[str, list]:
        names = random.sample(CLASSES, random.randint(0, 3))
        return {name: random.choices(list(BOXES.values()), k=random.randint(0, most_boxes)) for name in names}

    pictures = [(random.choice(WORDS), boxes_by_class()) for _ in range(random.randint(0, most_pictures))]
    raised = {
        (word, name): random.choice([State.INCOMPLETE, State.LABELED])
        for word in WORDS
        for name in random.sample(CLASSES, random.randint(0, 2))
    }
    return make_batch(ref, pictures, labeled=random.sample(CLASSES, random.randint(0, 4)), states=raised)
