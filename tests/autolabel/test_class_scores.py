"""Columns of scores, one for each class of the model, become scores of the declared classes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from unify.autolabel.class_scores import TOP_K, declared_scores, read_classes, strongest, top_k
from unify.autolabel.classes import ClassTable, make_class_table
from unify.autolabel.options import Options
from unify.core.predictions import ScoreKind

DECLARED = ("vehicle", "person")
MODEL = {"class_names": ["car", "van", "person", "dog"], "class_map": {"car": "vehicle", "van": "vehicle"}}


def table_of(**options) -> ClassTable:
    return make_class_table(DECLARED, Options.model_validate(options))


def test_of_independent_scores_that_become_one_the_largest_counts():
    wanted, rival = declared_scores(np.array([[0.5, 0.25, 0.125, 0.75]]), table_of(**MODEL), ScoreKind.SIGMOID)
    assert (wanted.tolist(), rival.tolist()) == ([[0.5, 0.125]], [0.75])


def test_of_exclusive_scores_that_become_one_the_sum_counts():
    wanted, rival = declared_scores(np.array([[0.5, 0.25, 0.125, 0.125]]), table_of(**MODEL), ScoreKind.SOFTMAX)
    assert (wanted.tolist(), rival.tolist()) == ([[0.75, 0.125]], [0.125])


def test_a_box_whose_likeliest_class_is_not_wanted_is_not_wanted():
    scores, classes = strongest(np.array([[0.5, 0.25], [0.5, 0.25]], np.float32), np.array([0.75, 0.25]))
    assert (scores.tolist(), (classes >= 0).tolist(), classes[1]) == ([0.5, 0.5], [False, True], 0)


def test_a_sum_does_not_round_over_one():
    table = table_of(
        class_names=["car", "van", "bus", "person"], class_map=dict.fromkeys(("car", "van", "bus"), "vehicle")
    )
    wanted, _ = declared_scores(np.array([[0.5, 0.25, 0.25001, 0]], np.float32), table, ScoreKind.SOFTMAX)
    assert wanted[0, 0] == 1


def test_every_kind_of_scores_can_be_declared():
    assert [Options.model_validate({"score_kind": str(kind)}).score_kind for kind in ScoreKind] == list(ScoreKind)


def test_background_is_no_rival_first_or_last():
    columns = np.array([[0.5, 0.25, 0.125, 0.0625, 0.0625]])
    last, rival = declared_scores(columns[:, [1, 2, 3, 4, 0]], table_of(**MODEL), ScoreKind.SOFTMAX_BACKGROUND)
    first, other = declared_scores(columns, table_of(**MODEL, first_class=1), ScoreKind.SOFTMAX_BACKGROUND)
    assert last.tolist() == first.tolist() == [[0.375, 0.0625]]
    assert rival.tolist() == other.tolist() == [0.0625]


def test_numbers_between_named_classes_are_nobodys():
    table = table_of(class_names={"car": 1, "person": 4}, class_map={"car": "vehicle"})
    wanted, rival = declared_scores(np.array([[0.9, 0.5, 0.9, 0.9, 0.25, 0.9]]), table, ScoreKind.SIGMOID)
    assert (wanted.tolist(), rival.tolist()) == ([[0.5, 0.25]], [0.0])
    assert (read_classes([1, 4, 2, 90], "classes", (4,), table) >= 0).tolist() == [True, True, False, False]


def test_a_list_is_as_long_as_there_are_classes_and_no_longer_than_needed():
    classes, scores = top_k(np.array([[0.25, 0.5, 0.0]], np.float32))
    assert (classes.tolist(), scores.tolist()) == ([[1, 0, -1]], [[0.5, 0.25, 0.0]])
    assert top_k(np.ones((2, 30), np.float32))[0].shape == (2, TOP_K)


@given(arrays(np.float32, (3, 4), elements=st.floats(0, 0.25, width=32)))
def test_the_first_of_the_list_is_the_boxs_class_and_score(columns: np.ndarray):
    table = table_of(
        class_names=["car", "van", "person", "bus"], class_map=dict.fromkeys(("car", "van", "bus"), "vehicle")
    )
    for kind in ScoreKind:
        wanted, rival = declared_scores(columns, table, kind)
        scores, classes = strongest(wanted, rival)
        listed, their_scores = top_k(wanted)
        assert (their_scores[:, 0] == scores).all() and ((listed[:, 0] == classes) | (scores == 0)).all()
