from __future__ import annotations

import numpy as np

from tests.reporting.material import ABSENCE, STATE, L, U, make_columns, make_names
from unify.reporting.columns import Knowledge
from unify.reporting.knowledge import who_knows

LABELED, INCOMPLETE, MACHINE, ASSUMED, UNKNOWN = Knowledge


def test_who_knows_what_of_the_tiny_dataset():
    assert who_knows(make_columns(), make_names()).tolist() == [
        [LABELED, LABELED, MACHINE],
        [MACHINE, MACHINE, LABELED],
        [LABELED, LABELED, LABELED],
        [UNKNOWN, UNKNOWN, INCOMPLETE],
    ]


def test_a_class_that_hard_filled_without_a_box_is_still_the_machines():
    names = make_names()
    columns = make_columns(absence_weight=np.ones_like(ABSENCE))  # hard trusts absence in full
    assert who_knows(columns, names)[1].tolist() == [MACHINE, MACHINE, LABELED]
    assert columns.state[1, 1] == L and not (columns.box_class[columns.box_picture == 1] == 1).any()


def test_a_split_that_is_not_filled_is_peoples():
    columns = make_columns(split=np.array([0, 0, 0, 1]), state=np.where(STATE == U, L, STATE))
    filled, unfilled = make_names(auto_label_splits=["train", "val"]), make_names()
    assert who_knows(columns, filled)[3].tolist() == [MACHINE, MACHINE, INCOMPLETE]
    assert who_knows(make_columns(state=columns.state, absence_weight=np.ones_like(ABSENCE)), unfilled)[3].tolist() == [
        LABELED,
        LABELED,
        INCOMPLETE,
    ]


def test_naive_assumes_what_nobody_declared_even_where_a_stray_box_is():
    names = make_names(method={"vehicle": "naive", "person": "naive"}, autolabelers=[])
    everything = np.full_like(STATE, L)
    known = who_knows(make_columns(state=everything, source=np.zeros(9, int), absence_weight=np.ones((4, 3))), names)
    assert known.tolist() == [
        [LABELED, LABELED, ASSUMED],
        [ASSUMED, ASSUMED, LABELED],
        [LABELED, LABELED, LABELED],
        [ASSUMED, ASSUMED, ASSUMED],
    ]


def test_a_state_that_no_batch_declares_is_the_records_own_where_nothing_fills():
    names = make_names(autolabelers=[])
    known = who_knows(make_columns(source=np.zeros(9, int), absence_weight=np.ones((4, 3))), names)
    assert known.tolist() == [[LABELED] * 3, [LABELED] * 3, [LABELED] * 3, [UNKNOWN, UNKNOWN, INCOMPLETE]]


def test_a_doubtful_absence_is_the_machines_even_of_a_class_that_the_batch_declares():
    """A federated file declares a class and has searched some of its pictures only."""
    absence = ABSENCE.copy()
    absence[0, 1] = 0.25  # no box of a truck is on picture 0, whose batch declares trucks
    assert who_knows(make_columns(absence_weight=absence), make_names())[0].tolist() == [LABELED, MACHINE, MACHINE]
