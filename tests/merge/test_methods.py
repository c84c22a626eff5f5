"""What each method does with the classes that people left unknown."""

from __future__ import annotations

import numpy as np

from tests.factories import TAXONOMY
from unify.core.types import Method, State
from unify.merge.methods import apply_methods

U, S, L = State.UNKNOWN, State.INCOMPLETE, State.LABELED  # nobody looked, some boxes, searched
STATE = np.array([[L, S, U, U, U], [U, U, U, U, L]], np.uint8)  # car, truck, pedestrian, (skipped id), cyclist


def applied(vehicle: Method, pedestrian: Method) -> list[list[int]]:
    return apply_methods(STATE, {"vehicle": vehicle, "pedestrian": pedestrian}, TAXONOMY)[0].tolist()


def test_partial_touches_nothing():
    assert applied(Method.PARTIAL, Method.PARTIAL) == STATE.tolist()


def test_naive_calls_every_class_labeled_but_not_the_skipped_id():
    assert applied(Method.NAIVE, Method.NAIVE) == [[L, L, L, U, L], [L, L, L, U, L]]


def test_naive_stays_within_its_task():
    assert applied(Method.NAIVE, Method.PARTIAL) == [[L, L, U, U, U], [L, L, U, U, L]]
    assert applied(Method.PARTIAL, Method.NAIVE) == [[L, S, L, U, L], [U, U, L, U, L]]


def test_the_states_given_are_left_alone():
    given = np.full((1, 5), U, np.uint8)
    apply_methods(given, {"vehicle": Method.NAIVE}, TAXONOMY)
    assert (given == U).all()


def test_the_absence_of_a_class_is_trusted_in_full():
    weight = apply_methods(STATE, {}, TAXONOMY)[1]
    assert weight.dtype == np.float32
    assert weight.shape == STATE.shape
    assert (weight == 1).all()
