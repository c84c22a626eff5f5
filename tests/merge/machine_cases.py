"""Human examples, predictions and policies in a few words, for the tests of filling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import numpy as np

from tests.factories import TAXONOMY as PLAIN
from tests.factories import Box, make_config
from unify.core.calibrator import RAW_SCORES, Calibrator
from unify.core.fill_policy import ClassPolicy, FillPolicy
from unify.core.prediction_table import PredictionTable, gather_predictions
from unify.core.predictions import Failure, Prediction
from unify.core.types import BatchLabels, ExampleTable, Method
from unify.merge.fill_counts import FillCounts
from unify.merge.human import merge_examples
from unify.merge.machine import fill_classes
from unify.planning.build import build_plan

TAXONOMY = replace(PLAIN, exclusive=(("car", "truck"), ("car", "pedestrian")))
BOX, HALF, THIRD, FAR = (0, 0, 60, 60), (0, 0, 60, 30), (0, 0, 60, 20), (100, 0, 160, 60)
"""Boxes xyxy on pictures of 200 x 100; IoU with BOX: 1/2, 1/3, 0."""

Found = Sequence[tuple[str, Box, float]] | Failure
"""What an auto-labeler says of a picture: rows (class, box, score) by falling score, or that it failed."""


def humans_of(*batches: BatchLabels, method: str = "partial") -> ExampleTable:
    """All examples of the batches, in the order of the plan."""
    plan = build_plan(make_config(batches, method=method), TAXONOMY, batches)
    return merge_examples(plan, np.arange(len(plan.rows)))


def predicted(humans: ExampleTable, found: Mapping[str, Found]) -> PredictionTable:
    """Predictions by the pictures' words; of words that are missing nobody asked."""
    return gather_predictions([_said(found.get(word)) for word in words_of(humans)], list(TAXONOMY.ids.values()))


def words_of(table: ExampleTable) -> list[str]:
    return [name.removesuffix(".jpg") for name in table.filenames]


def _said(found: Found | None) -> Prediction | Failure | None:
    if found is None or isinstance(found, Failure):
        return found
    names = list(TAXONOMY.ids)
    return Prediction(
        boxes_xyxy=np.array([box for _, box, _ in found], np.float32).reshape(-1, 4),
        scores=np.array([score for _, _, score in found], np.float32),
        classes=np.array([names.index(name) for name, _, _ in found], np.int32),
    )


def policy(
    name: str,
    method: Method = Method.HARD,
    *,
    autolabeler: str = "street:v1",
    threshold: float = 0.5,
    low: float = 0.25,
    trust: float = 0.75,
    weight: Calibrator = RAW_SCORES,
    box_weight: Calibrator = RAW_SCORES,
    ignore_zone: bool = False,
) -> ClassPolicy:
    """A policy of a class by name."""
    class_id = TAXONOMY.ids[name]
    return ClassPolicy(autolabeler, class_id, method, threshold, low, trust, weight, box_weight, ignore_zone)


def fill(
    humans: ExampleTable,
    found: dict[str, Found],
    *policies: ClassPolicy,
    others: dict[str, dict[str, Found]] | None = None,
) -> tuple[ExampleTable, FillCounts]:
    """``found`` is what ``street:v1`` says; ``others`` are further auto-labelers."""
    said = {"street:v1": found, **(others or {})}
    predictions = {name: predicted(humans, each) for name, each in said.items()}
    return fill_classes(humans, predictions, FillPolicy(policies), TAXONOMY)


def assert_equal_tables(one: ExampleTable, other: ExampleTable) -> None:
    """Every column is equal."""
    for each in fields(ExampleTable):
        mine, theirs = getattr(one, each.name), getattr(other, each.name)
        same = np.array_equal(mine, theirs) if isinstance(mine, np.ndarray) else mine == theirs
        assert same, each.name


def boxes_of(table: ExampleTable, word: str, name: str) -> list[tuple[Box, float, float, float, str]]:
    """The boxes of a class on a picture: box, weight, regression weight, score, source."""
    example = words_of(table).index(word)
    index = range(table.box_offsets[example], table.box_offsets[example + 1])
    return [
        (
            tuple(table.boxes_xyxy[n].tolist()),
            float(table.box_weight[n]),
            float(table.box_regression_weight[n]),
            float(table.box_score[n]),
            table.sources[table.box_source[n]],
        )
        for n in index
        if table.box_class[n] == TAXONOMY.ids[name]
    ]
