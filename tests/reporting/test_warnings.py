from __future__ import annotations

from tests.reporting.material import SOFT, labeler, make_columns, make_names, take_pictures
from unify.reporting.calibrations import FoundCalibration
from unify.reporting.counts import count_columns
from unify.reporting.warnings import find_warnings


def warnings_of(columns=None, notes=(), calibrations=None, **changes):
    names = make_names(**changes)
    counts = count_columns(make_columns() if columns is None else columns, names, {})
    return [(each["kind"], each["text"]) for each in find_warnings(counts, names, calibrations or {}, notes)]


def test_a_class_without_labels_in_val_is_told():
    assert warnings_of() == [
        (
            "unvalidated_class",
            "no picture of split val is labeled for car, truck, person: a detector is not measured on it",
        )
    ]


def test_the_most_serious_comes_first():
    raw = {**SOFT, "calibrated": False}
    found = warnings_of(
        notes=["nobody knows"],
        calibrations={"a:v1": FoundCalibration("missing", "the calibration is gone")},
        autolabelers=[
            labeler("vehicle:v1", {"car": raw, "truck": SOFT}, [], self_labeled=1200),
            labeler("person:v1", {"person": SOFT}, []),
        ],
        failed=[{"autolabeler": "person:v1", "batch": "vehicle:b1", "picture": "x.jpg"}],
        merged={"disagreements": {"car": 2}},
        conflicts={"person": 1},
        skipped=[{"batch": "person:b1", "picture": "y.jpg", "reason": "truncated"}],
    )
    assert found == [
        (
            "self_training",
            "vehicle:v1 labels 1,200 pictures it was trained on, where it looks better than it is",
        ),
        ("uncalibrated", "vehicle:v1 is not calibrated for car: soft weights are its raw scores"),
        ("failed", "person:v1 failed on 1 picture, where its classes stay unknown"),
        (
            "unvalidated_class",
            "no picture of split val is labeled for car, truck, person: a detector is not measured on it",
        ),
        ("disagreements", "car: two batches disagree on 2 pictures; the later batch won"),
        ("conflicts", "person: 1 machine box was dropped for lying on a hand box of an exclusive class"),
        ("skipped", "1 picture was left out as damaged or missing"),
        ("calibration", "the calibration is gone"),
        ("lineage", "nobody knows"),
    ]


def test_absent_and_unknown_are_two_things():
    only_val = take_pictures(make_columns(), [3])
    kinds = dict(warnings_of(only_val, autolabelers=[]))
    assert kinds["unknown_class"] == "nobody looked for car, truck on any picture"
    no_boxes = take_pictures(make_columns(), [1])
    assert dict(warnings_of(no_boxes))["absent_class"] == "not one box of truck: nothing to learn from"


def test_without_another_split_nothing_can_be_measured():
    splits = {"train": {"examples": 3, "boxes": 8, "classes": {}}}
    found = dict(warnings_of(take_pictures(make_columns(), [0]), splits=splits))
    assert found["no_validation"] == "there is no split but train: nothing to measure a detector on"


def test_naive_is_called_what_it_is():
    found = dict(warnings_of(method={"vehicle": "naive", "person": "partial"}))
    assert found["naive"] == "method naive calls every unlabeled class absent: a wrong baseline, for trials only"
