"""Resampled AP: pycocotools' own numbers on pictures repeated, for many resamples at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.train.evaluate_cases import CAR, LEFT, MIDDLE, RIGHT, make_detections, make_truth, random_case, take
from unify.core.types import State
from unify.errors import UnifyError
from unify.train.evaluate import Detections, Truth, bootstrap, score_detections
from unify.train.evaluate.bootstrap import picture_weights, resampled_ap, weighted_ap
from unify.train.evaluate.coco import run_coco
from unify.train.evaluate.placed import place_detections

IOUS = (0.5, 0.75)


def partly_labeled_case(seed: int) -> tuple[Truth, Detections]:
    """Random boxes and crowds, of which classes are unknown or incomplete on some pictures."""
    truth, found = random_case(seed)
    state = np.random.default_rng(seed).choice([State.UNKNOWN, State.INCOMPLETE, State.LABELED], truth.state.shape)
    known = state[truth.box_picture, truth.box_class - 1] > State.UNKNOWN
    columns = ("box_picture", "box_class", "boxes_xywh_px", "box_area", "box_crowd")
    return replace(truth, state=state, **{name: getattr(truth, name)[known] for name in columns}), found


def repeated(truth: Truth, found: Detections, counts: np.ndarray) -> tuple[Truth, Detections]:
    """Every picture as often as its count says, its copies next to each other."""
    pictures = np.repeat(np.arange(len(truth)), counts)
    of_box = [np.flatnonzero(truth.box_picture == picture) for picture in pictures]
    of_found = [np.flatnonzero(np.array(found.picture_ids) == picture + 1) for picture in pictures]
    boxes = np.concatenate(of_box)
    columns = ("box_class", "boxes_xywh_px", "box_area", "box_crowd")
    copies = replace(
        truth,
        sha256=tuple(f"{row:064x}" for row in range(len(pictures))),
        state=truth.state[pictures],
        box_picture=np.repeat(np.arange(len(pictures)), [len(each) for each in of_box]),
        **{name: getattr(truth, name)[boxes] for name in columns},
    )
    ids = np.repeat(np.arange(len(pictures)) + 1, [len(each) for each in of_found]).tolist()
    return copies, replace(take(found, np.concatenate(of_found)), picture_ids=ids)


def ap_of(truth: Truth, found: Detections, weights: np.ndarray) -> np.ndarray:
    return weighted_ap(run_coco(truth, place_detections(found, truth)), weights, IOUS)


@pytest.mark.parametrize("case", [random_case, partly_labeled_case])
@pytest.mark.parametrize("seed", range(4))
def test_every_picture_once_is_the_evaluation_itself(case, seed: int):
    truth, found = case(seed)
    overall = score_detections(truth, found).overall
    ap = ap_of(truth, found, np.ones((1, len(truth)), np.int32))
    assert ap[0].tolist() == pytest.approx([overall.ap50, overall.ap75], abs=1e-12)


@pytest.mark.parametrize("case", [random_case, partly_labeled_case])
@pytest.mark.parametrize("seed", range(4))
def test_a_resample_equals_pycocotools_on_the_repeated_pictures(case, seed: int):
    truth, found = case(seed)
    (weights,) = picture_weights(len(truth), 5, seed, at_once=5)
    reports = [score_detections(*repeated(truth, found, counts)).overall for counts in weights]
    expected = [[report.ap50, report.ap75] for report in reports]
    np.testing.assert_allclose(ap_of(truth, found, weights), expected, rtol=0, atol=1e-12)


def test_equal_scores_on_different_pictures_keep_the_given_order():
    truth, found = random_case(5)
    order = np.argsort(found.picture_ids, kind="stable")
    # Equal from picture to picture, different within each: the how-manieth detection of its picture.
    rank = np.arange(len(found)) - np.searchsorted(
        np.array(found.picture_ids)[order], np.array(found.picture_ids)[order]
    )
    found = replace(take(found, order), scores=1.0 - rank / 1000)
    (weights,) = picture_weights(len(truth), 5, 0, at_once=5)
    reports = [score_detections(*repeated(truth, found, counts)).overall for counts in weights]
    np.testing.assert_allclose(ap_of(truth, found, weights)[:, 0], [each.ap50 for each in reports], rtol=0, atol=1e-12)


def test_a_resample_worked_out_by_hand():
    """Picture 1 found at once (score 0.9), a false alarm on picture 2 (0.8), then its box (0.7).

    Twice picture 1: both of 2 boxes first: AP 1. Twice picture 2: precision 1/2 (2 alarms, 2 boxes) at every recall.
    Once each: precision 1 up to recall 1/2 (51 of 101 thresholds), then 2/3.
    """
    truth = make_truth([{CAR: [LEFT]}, {CAR: [LEFT]}])
    found = make_detections([(1, CAR, LEFT, 0.9), (2, CAR, RIGHT, 0.8), (2, CAR, LEFT, 0.7)])
    ap = ap_of(truth, found, np.array([[2, 0], [0, 2], [1, 1]], np.int32))
    assert ap[:, 0].tolist() == pytest.approx([1.0, 0.5, (51 + 50 * 2 / 3) / 101], abs=1e-12)


def test_without_a_box_in_the_resample_a_class_leaves_the_mean_and_the_last_leaves_nan():
    truth = make_truth([{CAR: [LEFT]}, {}])
    ap = ap_of(truth, make_detections([(1, CAR, LEFT, 0.9)]), np.array([[2, 0], [0, 2]], np.int32))
    assert ap[0].tolist() == pytest.approx([1.0, 1.0], abs=1e-12)
    assert np.isnan(ap[1]).all()


def test_a_detector_that_finds_nothing_has_zero():
    truth = make_truth([{CAR: [LEFT, MIDDLE]}])
    assert resampled_ap(truth, make_detections([]), samples=3).tolist() == [[0.0, 0.0]] * 3
    assert resampled_ap(truth, make_detections([(1, CAR, RIGHT, 0.9)]), samples=3).tolist() == [[0.0, 0.0]] * 3


def test_the_same_resamples_whatever_the_detections_and_however_many_at_once(monkeypatch: pytest.MonkeyPatch):
    """Else two methods would not be compared on the same pictures."""
    truth, found = random_case(6)
    whole = resampled_ap(truth, found, samples=50)
    monkeypatch.setattr(bootstrap, "_CELLS", 7 * len(found))
    in_parts = resampled_ap(truth, found, samples=50)
    assert whole.dtype == np.float32 and whole.shape == (50, 2)
    assert np.array_equal(whole, in_parts)
    assert not np.array_equal(whole, resampled_ap(truth, found, samples=50, seed=1))


def test_each_resample_takes_as_many_pictures_as_there_are():
    weights = np.concatenate(list(picture_weights(40, 300, 0, at_once=7)))
    assert weights.shape == (300, 40)
    assert (weights.sum(axis=1) == 40).all()
    assert weights.mean(axis=0) == pytest.approx(np.ones(40), abs=0.3)


def test_detections_that_cannot_be_evaluated_are_refused():
    with pytest.raises(UnifyError, match="detections on pictures that are not in the split: 1"):
        resampled_ap(make_truth([{CAR: [LEFT]}]), make_detections([(2, CAR, LEFT, 0.9)]))


def test_a_threshold_that_is_not_evaluated_is_refused():
    with pytest.raises(ValueError, match="no IoU threshold 0.52 in"):
        resampled_ap(make_truth([{CAR: [LEFT]}]), make_detections([]), ious=(0.52,))
