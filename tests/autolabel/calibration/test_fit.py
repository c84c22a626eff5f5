"""From matches to a calibration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.autolabel.calibration.cases import draw_matches, make_matches
from unify.autolabel.calibration.calibrators import fit_class_calibrators
from unify.autolabel.calibration.fit import fit_calibration
from unify.autolabel.calibration.match import Matches
from unify.autolabel.calibration.settings import CalibrationSettings
from unify.autolabel.calibration.values import Calibration
from unify.errors import UnifyError


def fit(matches: Matches, names: list[str], settings: CalibrationSettings | None = None) -> Calibration:
    return fit_calibration(
        matches, names, autolabeler="street:v1", fingerprint="0f", batches=["vehicle:b7"], settings=settings
    )


def test_each_class_gets_its_own_numbers():
    matches = draw_matches({"car": lambda scores: scores**2, "truck": lambda scores: scores / 2})
    calibration = fit(matches, ["car", "truck"])
    assert list(calibration.classes) == ["car", "truck"]
    for index, each in enumerate(calibration.classes.values()):
        mine = matches.class_index == index
        assert each.calibrators == fit_class_calibrators(matches)[index]
        assert (each.detections, each.right, each.tight) == (400, matches.right[mine].sum(), matches.tight[mine].sum())
        assert (each.boxes, each.pictures) == (matches.boxes[index], 50)
    assert (calibration.pictures, calibration.failed, calibration.batches) == (50, 0, ("vehicle:b7",))


def test_scores_that_promise_too_much_are_corrected():
    quality = fit(draw_matches({"car": lambda scores: scores**3}, detections=2000), ["car"]).quality
    assert quality.d_ece_before > 0.2
    assert quality.d_ece_after < 0.05
    assert quality.la_ece_after < quality.la_ece_before
    assert sum(each.detections for each in quality.reliability_before) == sum(
        each.detections for each in quality.reliability_after
    )


def test_calibration_errors_look_at_scores_of_three_tenths_and_more():
    rows = [(0.95, "right"), (0.1, "wrong")]
    (car,) = fit(make_matches([rows]), ["car"]).classes.values()
    assert car.d_ece_before == pytest.approx(0.05)
    (car,) = fit(make_matches([rows[1:]]), ["car"]).classes.values()
    assert (car.d_ece_before, car.d_ece_after) == (None, None)


def test_a_class_no_picture_was_searched_for_is_left_out():
    matches = make_matches([[(0.9, "right")], []])
    assert list(fit(replace(matches, pictures=np.array([50, 0])), ["car", "truck"]).classes) == ["car"]


def test_a_class_that_was_searched_for_and_never_found_is_not_usable():
    calibration = fit(make_matches([[(0.9, "right")] * 12, []], boxes=[12, 3]), ["car", "truck"])
    assert calibration.unusable == ("truck",)
    truck = calibration.classes["truck"].thresholds
    assert (truck.threshold, truck.recall, truck.absence_weight) == (1.0, 0.0, 0.0)


def test_the_order_of_detections_changes_nothing():
    matches = draw_matches({"car": lambda scores: scores, "truck": lambda scores: scores**2})
    shuffled = matches.take(np.random.default_rng(1).permutation(800))
    # Sums of floats in another order may differ in their last bit, so both are sorted as the matcher sorts.
    order = np.lexsort((-shuffled.scores, shuffled.class_index, shuffled.picture))
    again = np.lexsort((-matches.scores, matches.class_index, matches.picture))
    assert fit(shuffled.take(order), ["car", "truck"]) == fit(matches.take(again), ["car", "truck"])


def test_settings_are_obeyed_and_kept():
    settings = CalibrationSettings(least_precision=0.99, low_trust=0.5)
    calibration = fit(draw_matches({"car": lambda scores: scores / 2}), ["car"], settings)
    assert calibration.settings == settings
    assert calibration.unusable == ("car",)


def test_nothing_to_measure_message():
    matches = replace(make_matches([[], []]), pictures=np.zeros(2, int), failed=4)
    with pytest.raises(UnifyError) as raised:
        fit(matches, ["car", "truck"])
    assert str(raised.value) == (
        "street:v1: no picture can tell how good it is: none was searched for car, truck\n"
        "  got:      50 pictures in vehicle:b7, of which 4 could not be processed\n"
        "  fix:      calibrate on batches whose labeled_classes hold them"
    )
