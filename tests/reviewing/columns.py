"""Human labels and opinions as columns, for tests that need no files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tests.factories import TAXONOMY, make_batch, make_config
from unify.core.prediction_table import PredictionTable
from unify.core.types import BatchLabels, ExampleTable
from unify.merge.human import merge_examples
from unify.planning.build import build_plan
from unify.reviewing.disagreements import Opinion, exclusive_pairs

Box = tuple[float, float, float, float]
Found = tuple[str, Box, float]  # class, xyxy, probability

IDS = TAXONOMY.ids
NAMES = TAXONOMY.names
EXCLUSIVE = exclusive_pairs([[1, 2], [3, 5]], TAXONOMY.num_columns)  # car, truck; pedestrian, cyclist


def humans(*batches: BatchLabels) -> ExampleTable:
    """Batches united as a compile does it, in the order of their pictures."""
    plan = build_plan(make_config(batches), TAXONOMY, batches)
    return merge_examples(plan, np.argsort(plan.rows.first_row))


def one_picture(boxes: Mapping[str, Sequence[Box]], **options) -> ExampleTable:
    """A picture of the vehicle task."""
    return humans(make_batch("vehicle:b1", {"street": boxes}, **options))


def opinion(
    found: Sequence[Sequence[Found]],
    knows: Sequence[str] = ("car", "truck"),
    recall: Mapping[str, float] | None = None,
    name: str = "vehicle:v1",
) -> Opinion:
    """What an auto-labeler found on each picture, the surest first."""
    rows = [
        (picture, each) for picture, several in enumerate(found) for each in sorted(several, key=lambda row: -row[2])
    ]
    table = PredictionTable(
        seen=np.ones(len(found), bool),
        failed=np.zeros(len(found), bool),
        picture=np.array([picture for picture, _ in rows], np.int64),
        boxes_xyxy=np.array([box for _, (_, box, _) in rows], np.float32).reshape(-1, 4),
        scores=np.array([score for *_, (_, _, score) in rows], np.float32),
        class_ids=np.array([IDS[name] for _, (name, _, _) in rows], np.int32),
    )
    known, recalls = np.zeros(TAXONOMY.num_columns, bool), np.zeros(TAXONOMY.num_columns)
    known[[IDS[each] - 1 for each in knows]] = True
    for each, value in (recall or {}).items():
        recalls[IDS[each] - 1] = value
    return Opinion(name, known, table, table.scores.astype(np.float64), recalls)
