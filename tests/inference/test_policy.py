"""What auto-labelers may do: thresholds of config, registry and calibration, and what is said of the lack of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.autolabel.calibration.test_file import SMALL
from tests.factories import TAXONOMY, make_autolabeler, make_config
from unify.autolabel.calibration.file import write_calibration
from unify.autolabel.calibration.values import Calibration
from unify.errors import RegistryError
from unify.inference.known import KnownLabeler
from unify.inference.policy import make_policy, policy_warnings, read_calibrations

ASKED = ["vehicle:v1"]


def choose(method: str, **thresholds: float):
    choice = replace(make_autolabeler("vehicle:v1", ["car", "truck"]), thresholds=thresholds)
    return make_config(methods={"vehicle": method}, autolabelers={"vehicle": [choice]})


@pytest.fixture
def calibration() -> Calibration:
    """Cars are measured, and cut at 0.42; of trucks it is known that no threshold helps."""
    car = SMALL.classes["car"]
    truck = replace(car, thresholds=replace(car.thresholds, usable=False))
    return replace(SMALL, autolabeler="vehicle:v1", fingerprint="f" * 64, classes={"car": car, "truck": truck})


def test_without_a_calibration_thresholds_are_the_chosen_ones_or_a_guess_that_is_said():
    config = choose("hard", car=0.3)
    policy = make_policy(config, TAXONOMY, ASKED, {})
    assert [(each.class_id, each.threshold) for each in policy.classes] == [(1, 0.3), (2, 0.5)]
    assert list(policy_warnings(config, TAXONOMY, ASKED, {})) == [
        "vehicle:v1 has no threshold for truck: 0.5 is a guess"
    ]


def test_an_imprecise_class_stays_unknown_and_a_chosen_threshold_goes_over_the_calibrations(calibration: Calibration):
    config, measured = choose("hard", car=0.9), {"vehicle:v1": calibration}
    (car,) = make_policy(config, TAXONOMY, ASKED, measured).classes
    assert (car.class_id, car.threshold, car.calibrated) == (1, 0.9, True)
    (free,) = make_policy(choose("hard"), TAXONOMY, ASKED, measured).classes
    assert free.threshold == 0.42
    assert list(policy_warnings(config, TAXONOMY, ASKED, measured)) == [
        "vehicle:v1 is not precise enough at any threshold for truck: not labeled by it"
    ]


def test_soft_takes_no_threshold_and_says_so_of_the_configs_own(calibration: Calibration):
    (choice,) = choose("soft", car=0.9).autolabelers["vehicle"]
    config, measured = choose("soft", car=0.9), {"vehicle:v1": calibration}
    assert make_policy(config, TAXONOMY, ASKED, measured) == make_policy(choose("soft"), TAXONOMY, ASKED, measured)
    assert list(policy_warnings(config, TAXONOMY, ASKED, measured))[1:] == [
        "vehicle:v1: the config's thresholds for car change nothing, soft goes by probability"
    ]
    registered = replace(choice, version=replace(choice.version, thresholds={"car": 0.9}))
    config = make_config(methods={"vehicle": "soft"}, autolabelers={"vehicle": [registered]})
    assert len(list(policy_warnings(config, TAXONOMY, ASKED, measured))) == 1


def test_who_has_nothing_to_fill_or_a_task_without_machines_has_no_policy():
    assert make_policy(choose("hard"), TAXONOMY, [], {}).classes == ()
    assert make_policy(choose("partial"), TAXONOMY, ASKED, {}).classes == ()
    assert list(policy_warnings(choose("partial"), TAXONOMY, ASKED, {})) == []


def test_a_calibration_of_another_model_is_refused(calibration: Calibration, tmp_path: Path):
    path = tmp_path / "calibration.json"
    write_calibration(path, calibration)
    choice = make_autolabeler("vehicle:v1", ["car", "truck"])
    version = replace(choice.version, calibration=path, where="registry/autolabelers/vehicle.yaml:4:3")
    assert read_calibrations([KnownLabeler(version, tmp_path, "f" * 64)]) == {"vehicle:v1": calibration}
    with pytest.raises(RegistryError) as caught:
        read_calibrations([KnownLabeler(version, tmp_path, "e" * 64)])
    assert str(caught.value) == (
        "registry/autolabelers/vehicle.yaml:4:3: auto-labeler 'vehicle:v1' was calibrated when it was another model: "
        "its code, weights or options changed since\n"
        f"  got:      {path}\n"
        "  fix:      calibrate it again (unify calibrate vehicle:v1), or delete 'calibration:'"
    )
