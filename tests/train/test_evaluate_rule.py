"""What nobody looked for is neither right nor wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.train.evaluate_cases import (
    CAR,
    LEFT,
    MIDDLE,
    PEDESTRIAN,
    RIGHT,
    TRUCK,
    make_detections,
    make_truth,
    random_case,
    take,
)
from unify.core.types import State
from unify.train.evaluate import Detections, EvaluationReport, Truth, score_detections


def partly_known(truth: Truth, seed: int) -> Truth:
    """Every state drawn anew; where a class is unknown, its boxes are gone."""
    state = np.random.default_rng(seed).integers(0, 3, truth.state.shape).astype(np.uint8)
    known = state[truth.box_picture, truth.box_class - 1] != State.UNKNOWN
    return keep_boxes(replace(truth, state=state), known)


def keep_boxes(truth: Truth, kept: np.ndarray) -> Truth:
    columns = ("box_picture", "box_class", "boxes_xywh_px", "box_area", "box_crowd")
    return replace(truth, **{name: getattr(truth, name)[kept] for name in columns})


def on_pictures(truth: Truth, found: Detections, kept: np.ndarray) -> tuple[Truth, Detections]:
    """The same with the other pictures gone, the rest numbered anew."""
    row = np.cumsum(kept) - 1
    smaller = keep_boxes(truth, kept[truth.box_picture])
    smaller = replace(
        smaller,
        sha256=tuple(np.array(truth.sha256)[kept].tolist()),
        state=truth.state[kept],
        box_picture=row[smaller.box_picture],
    )
    picture = np.array(found.picture_ids) - 1
    left = take(found, np.flatnonzero(kept[picture]))
    return smaller, replace(left, picture_ids=(row[picture[kept[picture]]] + 1).tolist())


def quality(report: EvaluationReport) -> tuple:
    """All numbers but the counts of what was given and set aside."""
    classes = {name: replace(scores, detections=0, set_aside=0) for name, scores in report.classes.items()}
    return report.overall, classes


@pytest.mark.parametrize("seed", range(4))
def test_detections_of_unknown_classes_change_nothing(seed: int):
    truth, found = random_case(seed)
    truth = partly_known(truth, seed)
    picture = np.array(found.picture_ids) - 1
    unknown = truth.state[picture, found.class_ids - 1] == State.UNKNOWN
    assert unknown.any()
    assert quality(score_detections(truth, found)) == quality(
        score_detections(truth, take(found, np.flatnonzero(~unknown)))
    )


@pytest.mark.parametrize("seed", range(4))
def test_unknown_on_a_picture_equals_the_picture_removed(seed: int):
    truth, found = random_case(seed)
    state = truth.state.copy()
    state[::3, TRUCK - 1] = State.UNKNOWN
    known = state[:, TRUCK - 1] != State.UNKNOWN
    partial = keep_boxes(replace(truth, state=state), known[truth.box_picture] | (truth.box_class != TRUCK))
    mine = score_detections(partial, found).classes["truck"]
    removed = score_detections(*on_pictures(truth, found, known)).classes["truck"]
    assert replace(mine, detections=0, set_aside=0) == replace(removed, detections=0, set_aside=0)
    assert mine.detections - removed.detections == mine.set_aside - removed.set_aside > 0


@pytest.mark.parametrize("seed", range(4))
def test_an_unknown_class_leaves_the_others_alone(seed: int):
    truth, found = random_case(seed)
    before = score_detections(truth, found).classes
    state = truth.state.copy()
    state[:, TRUCK - 1] = State.UNKNOWN
    after = score_detections(keep_boxes(replace(truth, state=state), truth.box_class != TRUCK), found).classes
    assert (after["car"], after["pedestrian"]) == (before["car"], before["pedestrian"])
    assert after["truck"].set_aside == after["truck"].detections == before["truck"].detections > 0


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_detections_changes_nothing(seed: int):
    truth, found = random_case(seed)
    truth = partly_known(truth, seed)
    shuffled = take(found, np.random.default_rng(seed).permutation(len(found)))
    assert score_detections(truth, shuffled) == score_detections(truth, found)


@pytest.mark.parametrize("seed", range(4))
def test_incomplete_never_scores_below_labeled(seed: int):
    truth, found = random_case(seed, crowds=False)
    labeled = score_detections(truth, found).classes
    incomplete = score_detections(replace(truth, state=np.full_like(truth.state, State.INCOMPLETE)), found).classes
    for name in labeled:
        assert incomplete[name].ap >= labeled[name].ap and incomplete[name].f1 >= labeled[name].f1
        assert incomplete[name].ar100 == labeled[name].ar100  # a missed box is missed either way


def test_a_wrong_detection_on_a_labeled_an_incomplete_and_an_unknown_picture():
    """LVIS's rule by hand. Two cars, on pictures 1 and 2; each of pictures 1 to 3 also has a detection on nothing.

    Picture 1 is labeled, its second detection is wrong. On picture 2 cars are incomplete, on picture 3 unknown: what
    is there may be cars. By falling score: wrong, (aside), right, (aside), right.
    """
    truth = make_truth([{CAR: [LEFT]}, {CAR: [LEFT]}, {}], {(1, CAR): State.INCOMPLETE, (2, CAR): State.UNKNOWN})
    found = make_detections(
        [
            (1, CAR, RIGHT, 0.9),
            (2, CAR, RIGHT, 0.8),
            (1, CAR, LEFT, 0.7),
            (3, CAR, RIGHT, 0.6),
            (2, CAR, LEFT, 0.5),
        ]
    )
    car = score_detections(truth, found).classes["car"]
    # precision by rank 0/1, 1/2, 2/3; made monotone it is 2/3 at every recall
    assert (car.ap, car.ap50, car.ap75) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert (car.precision, car.recall, car.f1, car.threshold) == (2 / 3, 1.0, 0.8, 0.5)
    assert (car.boxes, car.labeled, car.incomplete, car.detections, car.set_aside) == (2, 1, 1, 5, 2)


def test_a_missed_box_of_an_incomplete_class_is_missed():
    truth = make_truth([{CAR: [LEFT, RIGHT]}], {(0, CAR): State.INCOMPLETE})
    car = score_detections(truth, make_detections([(1, CAR, LEFT, 0.9), (1, CAR, MIDDLE, 0.8)])).classes["car"]
    assert (car.precision, car.recall, car.f1, car.threshold) == (1.0, 0.5, 2 / 3, 0.9)
    assert car.ap50 == pytest.approx(51 / 101)  # precision 1 at recalls 0, 0.01, ... 0.5
    assert car.set_aside == 1


def test_a_second_detection_of_one_box_is_wrong_unless_the_class_is_incomplete():
    twice = make_detections([(1, CAR, LEFT, 0.9), (1, CAR, LEFT, 0.8)])
    labeled = score_detections(make_truth([{CAR: [LEFT, RIGHT]}]), twice).classes["car"]
    incomplete = score_detections(make_truth([{CAR: [LEFT, RIGHT]}], {(0, CAR): State.INCOMPLETE}), twice).classes[
        "car"
    ]
    assert (labeled.set_aside, incomplete.set_aside) == (0, 1)


def test_a_detection_in_a_crowd_is_set_aside_and_the_crowd_is_not_to_be_found():
    truth = make_truth([{PEDESTRIAN: [LEFT]}], crowds=[(0, PEDESTRIAN, (100.0, 0.0, 200.0, 40.0))])
    found = make_detections([(1, PEDESTRIAN, MIDDLE, 0.9), (1, PEDESTRIAN, RIGHT, 0.8), (1, PEDESTRIAN, LEFT, 0.7)])
    pedestrian = score_detections(truth, found).classes["pedestrian"]
    assert (pedestrian.boxes, pedestrian.set_aside, pedestrian.f1) == (1, 2, 1.0)
    assert pedestrian.ap == pytest.approx(1)


def test_scores_of_a_class_without_boxes_are_none():
    truth = make_truth([{CAR: [LEFT]}], {(0, PEDESTRIAN): State.UNKNOWN})
    report = score_detections(truth, make_detections([(1, CAR, LEFT, 0.9), (1, TRUCK, LEFT, 0.9)]))
    for name in ("truck", "pedestrian"):
        scores = report.classes[name]
        assert {scores.ap, scores.ap50, scores.ap75, scores.ar100} == {None}
        assert {scores.precision, scores.recall, scores.f1, scores.threshold} == {None}
    assert (report.overall.ap, report.overall.f1) == pytest.approx((1, 1))
    assert (report.overall.ap_small, report.overall.ar_medium, report.overall.ar_large) == (None, 1.0, None)


def test_boxes_but_no_detections_score_zero():
    report = score_detections(make_truth([{CAR: [LEFT]}]), make_detections([]))
    car = report.classes["car"]
    assert (car.ap, car.ar100, car.precision, car.recall, car.f1, car.threshold) == (0.0, 0.0, 0.0, 0.0, 0.0, None)


def test_no_boxes_at_all_make_every_mean_none():
    report = score_detections(make_truth([{}]), make_detections([(1, CAR, LEFT, 0.9)]))
    assert set(report.summary()["overall"].values()) == {None}


def test_a_picture_is_named_by_sha256_or_by_image_id():
    truth = make_truth([{CAR: [LEFT]}, {CAR: [RIGHT]}])
    by_id = make_detections([(1, CAR, LEFT, 0.9), (2, CAR, RIGHT, 0.8)])
    by_sha256 = replace(by_id, picture_ids=list(truth.sha256))
    assert score_detections(truth, by_sha256) == score_detections(truth, by_id)
    assert score_detections(truth, by_id).overall.f1 == 1.0
