"""The oracle: ObjectLab as cleanlab has it, on the union of partially labeled components.

It takes every class for searched on every picture. With all labels right it flags pictures for objects that nobody was
asked to box; ours flags none, and so does it where it is shown only the classes that people searched for.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from tests.factories import make_batch, make_config, make_taxonomy
from tests.reviewing.columns import Box
from unify.core.prediction_table import PredictionTable
from unify.core.types import ExampleTable, State
from unify.merge.human import merge_examples
from unify.planning.build import build_plan
from unify.reviewing.disagreements import Opinion, exclusive_pairs, find_suspects

NUM_PICTURES, NUM_CLASSES, OBJECTS = 60, 10, 6
TASKS = {"even": [f"e{i}" for i in range(5)], "odd": [f"o{i}" for i in range(5)]}
TAXONOMY = make_taxonomy(TASKS)
Scene = list[tuple[int, Box, float]]  # class id, xyxy, score


@pytest.fixture(scope="module")
def filters():
    pytest.importorskip("cleanlab", reason="needs the [dev] extra")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from cleanlab.object_detection import filter as filters
    return filters


def scenes(sure: float) -> list[Scene]:
    """Objects of all classes, none overlapping, each found where it is; a share ``sure`` of them above 0.95."""
    rng = np.random.default_rng(7)
    drawn = []
    for _ in range(NUM_PICTURES):
        places = rng.permutation(18)[:OBJECTS]
        boxes = [((p % 6) * 30.0, (p // 6) * 30.0, (p % 6) * 30.0 + 24, (p // 6) * 30.0 + 24) for p in places.tolist()]
        scores = np.where(rng.random(OBJECTS) < sure, 0.99, rng.uniform(0.5, 0.94, OBJECTS))
        drawn.append(list(zip((rng.integers(NUM_CLASSES, size=OBJECTS) + 1).tolist(), boxes, scores.tolist())))
    return drawn


def partially_labeled(drawn: list[Scene]) -> ExampleTable:
    """Every second picture searched for one task, the others for the other; all boxes right."""
    batches = []
    for start, (task, names) in enumerate(TASKS.items()):
        ids = {name: TAXONOMY.ids[name] for name in names}
        pictures = {
            f"p{n}": {name: [box for of, box, _ in drawn[n] if of == ids[name]] for name in names}
            for n in range(start, NUM_PICTURES, 2)
        }
        batches.append(make_batch(f"{task}:b1", pictures, taxonomy=TAXONOMY))
    plan = build_plan(make_config(batches, taxonomy=TAXONOMY), TAXONOMY, batches)
    return merge_examples(plan, np.argsort(plan.rows.first_row))


def ours(labels: ExampleTable, drawn: list[Scene]) -> set[int]:
    rows = [(n, each) for n, scene in enumerate(drawn) for each in scene]
    scores = np.array([score for _, (*_, score) in rows])
    table = PredictionTable(
        seen=np.ones(len(drawn), bool),
        failed=np.zeros(len(drawn), bool),
        picture=np.array([n for n, _ in rows]),
        boxes_xyxy=np.array([box for _, (_, box, _) in rows], np.float32),
        scores=scores.astype(np.float32),
        class_ids=np.array([of for _, (of, *_) in rows], np.int32),
    )
    everything = Opinion("all:v1", np.ones(NUM_CLASSES, bool), table, scores, np.ones(NUM_CLASSES))
    exclusive = exclusive_pairs([range(1, NUM_CLASSES + 1)], NUM_CLASSES)
    return {each.example for each in find_suspects(labels, [everything], exclusive, 0.95)}


def theirs(filters, labels: ExampleTable, drawn: list[Scene], *, masked: bool) -> set[int]:
    """Pictures that ObjectLab flags; ``masked``: it sees no prediction of a class that nobody searched for."""
    people, found = [], []
    for n, scene in enumerate(drawn):
        mine = slice(labels.box_offsets[n], labels.box_offsets[n + 1])
        people.append({"bboxes": labels.boxes_xyxy[mine], "labels": labels.box_class[mine] - 1})
        by_class: list[list[tuple]] = [[] for _ in range(NUM_CLASSES)]
        for of, box, score in scene:
            if not masked or labels.state[n, of - 1] > State.UNKNOWN:
                by_class[of - 1].append((*box, score))
        found.append(np.array([np.array(rows, float).reshape(-1, 5) for rows in by_class] + [None], object)[:-1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return set(np.flatnonzero(filters.find_label_issues(people, found)).tolist())


def in_label_order(labels: ExampleTable, drawn: list[Scene]) -> list[Scene]:
    return [drawn[int(name[1:-4])] for name in labels.filenames]


@pytest.mark.parametrize("sure", [0.07, 0.14, 1.0])
def test_right_labels_are_flagged_by_objectlab_and_by_nobody_who_knows_what_was_searched_for(filters, sure: float):
    drawn = scenes(sure)
    labels = partially_labeled(drawn)
    drawn = in_label_order(labels, drawn)
    flagged = theirs(filters, labels, drawn, masked=False)
    assert len(flagged) >= (NUM_PICTURES * 0.9 if sure == 1 else NUM_PICTURES * 0.1)
    assert ours(labels, drawn) == set() == theirs(filters, labels, drawn, masked=True)


def test_errors_where_people_searched_are_found_by_both(filters):
    drawn = scenes(1.0)
    labels = partially_labeled(drawn)
    drawn = in_label_order(labels, drawn)
    wrong = {}
    for example in range(0, NUM_PICTURES, 6):
        first, last = labels.box_offsets[example : example + 2].tolist()
        if first < last:
            of_task = np.flatnonzero(labels.state[example] > State.UNKNOWN) + 1
            others = of_task[of_task != labels.box_class[first]]
            labels.box_class[first] = others[example % len(others)]  # a class of the same task: swapped
            wrong[example] = labels.filenames[example]
    assert wrong and ours(labels, drawn) == set(wrong)
    assert theirs(filters, labels, drawn, masked=True) >= set(wrong)
