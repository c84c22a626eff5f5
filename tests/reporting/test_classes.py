from __future__ import annotations

from dataclasses import replace

import pytest

from tests.autolabel.calibration.test_file import SMALL
from tests.reporting.material import make_columns, make_names
from unify.reporting.calibrations import FoundCalibration, calibration_entry, hard_calibrators
from unify.reporting.classes import class_rows, expected
from unify.reporting.counts import count_columns

NONE = {ref: FoundCalibration("none", f"{ref} was not calibrated") for ref in ("vehicle:v1", "person:v1")}
READ = FoundCalibration("read", "", SMALL)  # car: threshold 0.42, low 0.1, recall 0.7, low recall 0.85
SOFT = {"autolabeler": "a:v1", "method": "soft", "threshold": None, "low": 0.1, "calibrated": True}
HARD = {"autolabeler": "a:v1", "method": "hard", "threshold": 0.42, "low": None, "calibrated": None}


def test_a_class_with_boxes_of_people_and_machines():
    rows = {
        row["class"]: row for row in class_rows(count_columns(make_columns(), make_names(), {}), make_names(), NONE)
    }
    car = rows["car"]
    assert [car[key] for key in ("id", "task", "method", "boxes", "human_boxes", "machine_boxes", "ignored_boxes")] == [
        *(1, "vehicle", "soft", 4, 1, 3, 1)
    ]
    assert car["auto_label_ratio"] == 0.75
    assert car["sources"] == [
        {"source": "human", "boxes": 1, "ignored": 0},
        {"source": "vehicle:v1", "boxes": 3, "ignored": 1},
    ]
    assert car["weights"]["ignored"] == 1 and car["weights"]["mean"] == pytest.approx(0.6)
    assert car["expected"]["basis"] == "weights" and car["expected"]["precision"] == pytest.approx(0.6)
    assert rows["truck"]["weights"]["mean"] is None
    assert rows["person"]["expected"] == {
        **dict.fromkeys(("precision", "right", "recall", "missed", "basis")),
        "note": "person:v1 was not calibrated",
    }


def test_what_soft_missed_follows_from_the_recall_at_its_low_threshold():
    # 17 right boxes are 85 % of 20 objects: 3 were missed
    found = expected(20, 17.0, [SOFT], {"a:v1": READ}, "car")
    assert found == {
        "precision": 0.85,
        "right": 17.0,
        "recall": 0.85,
        "missed": pytest.approx(3.0),
        "basis": "weights",
        "note": "",
    }


def test_what_hard_missed_follows_from_the_recall_at_its_threshold():
    found = expected(10, 7.0, [HARD], {"a:v1": READ}, "car")
    assert (found["basis"], found["recall"], found["missed"]) == ("calibrator", 0.7, pytest.approx(3.0))


def test_another_threshold_than_the_measured_one_has_no_recall():
    found = expected(10, 7.0, [{**HARD, "threshold": 0.6}], {"a:v1": READ}, "car")
    assert (found["precision"], found["recall"], found["missed"]) == (0.7, None, None)
    assert found["note"] == "recall was measured at 0.42, but 0.6 is used"


def test_raw_scores_are_no_probabilities():
    found = expected(10, 7.0, [{**SOFT, "calibrated": False}], {"a:v1": NONE["vehicle:v1"]}, "car")
    assert (found["precision"], found["right"], found["basis"]) == (None, None, None)


def test_fused_auto_labelers_have_no_recall_together():
    found = expected(10, 7.0, [SOFT, {**SOFT, "autolabeler": "b:v1"}], {"a:v1": READ, "b:v1": READ}, "car")
    assert (found["precision"], found["recall"]) == (0.7, None)
    assert found["note"] == "several auto-labelers were fused: nobody measured their recall together"


def test_a_class_that_nobody_fills_has_nothing_to_expect():
    assert set(expected(0, 0.0, [], {}, "car").values()) == {None, ""}


def test_only_hard_needs_calibrators_and_only_where_its_class_was_measured():
    measured = FoundCalibration("read", "", replace(SMALL, classes={"person": SMALL.classes["car"]}))
    found = hard_calibrators(make_names(), {"vehicle:v1": measured, "person:v1": measured})
    assert found == {(1, 2): SMALL.classes["car"].calibrators.weight, (2, 2): SMALL.classes["car"].calibrators.weight}


def test_a_calibration_that_was_not_read_has_the_same_keys():
    read, absent = calibration_entry(READ), calibration_entry(NONE["vehicle:v1"])
    assert read.keys() == absent.keys()
    assert list(read["reliability_before"]) == [{"confidence": 0.55, "precision": 0.5, "detections": 4}]
    assert read["classes"]["car"]["low_recall"] == 0.85
