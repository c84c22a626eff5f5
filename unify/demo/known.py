"""What is known on a few pictures: the states of all classes beside each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from unify.core.types import State
from unify.demo.cut import CLASSES
from unify.demo.gallery import contact_sheet, draw_example
from unify.records.decode import DecodedExample, iterate_examples
from unify.scenarios.truth import Truth

SHOWN = 4


def draw_known(dataset: Path, truths: Sequence[Truth], path: Path) -> DecodedExample:
    """Draw a training example of each set of batches, `SHOWN` at most; returns the last, a vehicle picture."""
    truth_of = {truth.file_name: truth for truth in truths}
    by_batches: dict[tuple[str, ...], list[DecodedExample]] = {}
    for example in iterate_examples(dataset, "train"):
        by_batches.setdefault(example.batches, []).append(example)
    busiest = [max(by_batches[batches], key=partial(_interest, truth_of)) for batches in sorted(by_batches)][-SHOWN:]
    contact_sheet([_drawn(example, truth_of[example.filename]) for example in busiest], columns=2).save(path)
    return busiest[-1]


def _interest(truth_of: Mapping[str, Truth], example: DecodedExample) -> tuple[int, str]:
    """Pictures with many kinds of objects explain most; the name breaks ties."""
    truth = truth_of[example.filename]
    return len(set(truth.class_names)) + min(len(example.class_ids), 3), example.filename


def _drawn(example: DecodedExample, truth: Truth) -> Image.Image:
    states = states_of(example)
    unknown = [row for row, name in enumerate(truth.class_names) if states[name] == "unknown"]
    return draw_example(
        picture_of(example),
        example.boxes_xyxy_px,
        names_of(example),
        states,
        truth=(truth.boxes_xyxy[unknown], [truth.class_names[row] for row in unknown]),
        caption=", ".join(example.batches),
    )


def picture_of(example: DecodedExample) -> np.ndarray:
    """uint8 [H, W, 3]; RGB."""
    return np.asarray(Image.open(BytesIO(example.encoded)).convert("RGB"))


def names_of(example: DecodedExample) -> list[str]:
    """The class of every box."""
    names = {class_id: name for name, class_id in CLASSES.items()}
    return [names[class_id] for class_id in example.class_ids.tolist()]


def states_of(example: DecodedExample) -> dict[str, str]:
    """class -> ``labeled``, ``incomplete`` or ``unknown`` on one example."""
    labeled, incomplete = set(example.labeled_ids.tolist()), set(example.incomplete_ids.tolist())
    return {
        name: (
            State.LABELED if class_id in labeled else State.INCOMPLETE if class_id in incomplete else State.UNKNOWN
        ).name.lower()
        for name, class_id in CLASSES.items()
    }
