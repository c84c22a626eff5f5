"""The calibration file: exact both ways, and clear about what is wrong with it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.autolabel.calibration.cases import draw_matches
from unify.autolabel.calibration.calibrators import ClassCalibrators
from unify.autolabel.calibration.file import (
    calibration_bytes,
    parse_calibration,
    read_calibration,
    write_calibration,
)
from unify.autolabel.calibration.fit import fit_calibration
from unify.autolabel.calibration.quality import ReliabilityBin
from unify.autolabel.calibration.settings import CalibrationSettings
from unify.autolabel.calibration.thresholds import Thresholds
from unify.autolabel.calibration.values import Calibration, ClassCalibration, Quality
from unify.core.calibrator import Calibrator, Isotonic, Platt
from unify.errors import UnifyError

SMALL = Calibration(
    autolabeler="street:v1",
    fingerprint="0f",
    batches=("vehicle:b7", "vehicle:b8"),
    pictures=12,
    failed=1,
    settings=CalibrationSettings(beta=1.5),
    classes={
        "car": ClassCalibration(
            thresholds=Thresholds(0.42, 0.1, 0.9, 0.8, 0.7, 0.85, usable=True, absence_weight=1.0),
            calibrators=ClassCalibrators(Isotonic((0.1, 0.9), (0.0, 1.0)), Platt(1.5, -0.25), False, True),
            pictures=11,
            boxes=40,
            detections=60,
            right=35,
            tight=9,
            d_ece_before=0.125,
            d_ece_after=None,
        )
    },
    quality=Quality(0.125, None, 0.25, 0.2, (ReliabilityBin(0.55, 0.5, 4),), ()),
)
fractions = st.floats(0, 1)
platts = st.builds(Platt, st.floats(0, 1e9), st.floats(-1e9, 1e9))
isotonics = st.lists(st.tuples(fractions, fractions), min_size=1, unique_by=lambda knot: knot[0]).map(
    lambda knots: Isotonic(*(tuple(sorted(column)) for column in zip(*knots)))
)

GONE = object()
GIVE_ANOTHER = "  fix:      give the file that `unify calibrate` wrote"


def message_of(change: Callable[[dict[str, Any]], Any]) -> str:
    content = json.loads(calibration_bytes(SMALL))
    change(content)
    return message_of_bytes(json.dumps(content).encode())


def message_of_bytes(content: bytes) -> str:
    with pytest.raises(UnifyError) as raised:
        parse_calibration(content, "calibration.json")
    return str(raised.value)


def test_what_was_written_is_read_back(tmp_path: Path):
    calibration = fit_calibration(
        draw_matches({"car": lambda scores: scores, "truck": lambda scores: scores**2}),
        ["car", "truck"],
        autolabeler="street:v1",
        fingerprint="0f",
        batches=["vehicle:b7"],
    )
    path = tmp_path / "v1" / "calibration.json"
    write_calibration(path, calibration)
    assert read_calibration(path) == calibration
    assert path.read_bytes() == calibration_bytes(read_calibration(path))


@given(st.one_of(platts, isotonics), st.one_of(platts, isotonics))
def test_calibrators_come_back_to_the_last_bit(weight: Calibrator, box_weight: Calibrator):
    car = replace(SMALL.classes["car"], calibrators=ClassCalibrators(weight, box_weight, True, False))
    calibration = replace(SMALL, classes={"bus": car, "car": car})
    assert parse_calibration(calibration_bytes(calibration), "calibration.json") == calibration


def test_bytes_do_not_depend_on_the_order_of_classes():
    car = SMALL.classes["car"]
    one, other = ({name: car for name in order} for order in (("bus", "car"), ("car", "bus")))
    assert calibration_bytes(replace(SMALL, classes=one)) == calibration_bytes(replace(SMALL, classes=other))


def test_keys_of_later_writers_are_left_alone():
    content = json.loads(calibration_bytes(SMALL))
    content["mood"] = content["classes"]["car"]["mood"] = "good"
    assert parse_calibration(json.dumps(content).encode(), "calibration.json") == SMALL


def test_all_that_is_wrong_is_said_at_once():
    def change(content: dict[str, Any]) -> None:
        car = content["classes"]["car"]
        car["threshold"], car["right"], car["d_ece_after"], car["usable"] = 1.5, -1, "low", 1
        del car["low"], content["fingerprint"]
        car["box_weight"]["slope"] = -2
        car["weight"]["scores"] = [0.9, 0.1]
        content["settings"]["confidence"] = 3
        content["quality"]["reliability_before"][0]["precision"] = None

    assert message_of(change) == (
        "calibration.json: fingerprint is missing\n"
        "  expected: a text\n"
        "\n"
        "calibration.json: settings: confidence is out of range\n"
        "  got:      3\n"
        "  expected: a number over 0 and below 1\n"
        "\n"
        "calibration.json: classes.car.threshold is something else\n"
        "  got:      1.5\n"
        "  expected: a number from 0 to 1\n"
        "\n"
        "calibration.json: classes.car.low is missing\n"
        "  expected: a number from 0 to 1\n"
        "\n"
        "calibration.json: classes.car.usable is something else\n"
        "  got:      1\n"
        "  expected: true or false\n"
        "\n"
        "calibration.json: classes.car.weight: values that do not fit together\n"
        "  got:      the scores do not ascend within 0..1\n"
        "\n"
        "calibration.json: classes.car.box_weight: values that do not fit together\n"
        "  got:      slope -2 and intercept -0.25, expected finite, the slope 0 or more\n"
        "\n"
        "calibration.json: classes.car.right is something else\n"
        "  got:      -1\n"
        "  expected: a whole number, 0 or more\n"
        "\n"
        "calibration.json: classes.car.d_ece_after is something else\n"
        '  got:      "low"\n'
        "  expected: a number from 0 to 1, or null\n"
        "\n"
        "calibration.json: quality.reliability_before[0].precision is something else\n"
        "  got:      null\n"
        "  expected: a number from 0 to 1\n"
        "\n"
        "calibration.json is damaged: take it from version control, or calibrate again."
    )


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("settings.beta", "one", "settings.beta is something else"),
        ("settings", GONE, "settings is missing"),
        ("classes", [], "classes is something else"),
        ("classes.car", None, "classes.car is something else"),
        ("classes.car.weight.kind", "spline", "classes.car.weight.kind is something else"),
        ("classes.car.weight.kind", ["platt"], "classes.car.weight.kind is something else"),
        ("classes.car.weight.scores", GONE, "classes.car.weight.scores is missing"),
        ("classes.car.box_weight.slope", float("nan"), "classes.car.box_weight.slope is something else"),
        ("classes.car.box_weight.slope", 10**400, "classes.car.box_weight.slope is something else"),
        ("quality.reliability_after", [3], "quality.reliability_after is something else"),
    ],
)
def test_one_wrong_thing_is_one_problem(path: str, value: Any, line: str):
    def change(content: dict[str, Any]) -> None:
        *way, last = path.split(".")
        for key in way:
            content = content[key]
        if value is GONE:
            del content[last]
        else:
            content[last] = value

    first, *rest = message_of(change).split("\n\n")
    assert first.split("\n")[0] == f"calibration.json: {line}"
    assert rest == ["calibration.json is damaged: take it from version control, or calibrate again."]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b'{"format": ', [":1:12: is not JSON: Expecting value", GIVE_ANOTHER]),
        (b"[1]", [": is not a calibration", '  expected: "format": "unify-calibration"', GIVE_ANOTHER]),
        (
            b"\xff{}",
            [
                ": is not JSON",
                "  got:      'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
                GIVE_ANOTHER,
            ],
        ),
        (
            b'{"format": "unify-calibration", "version": 9}',
            [
                ": unknown version of a calibration",
                "  got:      9",
                "  expected: 1",
                "  fix:      install the unify that wrote it, or a newer one",
            ],
        ),
    ],
)
def test_files_that_are_none(content: bytes, lines: list[str]):
    assert message_of_bytes(content) == "calibration.json" + "\n".join(lines)


def test_a_missing_file(tmp_path: Path):
    path = tmp_path / "calibration.json"
    with pytest.raises(UnifyError) as raised:
        read_calibration(path)
    assert str(raised.value) == (
        f"{path}: the calibration cannot be read: No such file or directory\n"
        "  fix:      run `unify calibrate`, or correct `calibration:` in the registry"
    )


def test_reading_and_applying_loads_neither_scikit_learn_nor_scipy():
    modules = "unify.autolabel.calibration.policy, unify.autolabel.calibration.file, unify.merge.machine"
    code = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"sklearn", "scipy", "matplotlib"} & set(done.stdout.split())
