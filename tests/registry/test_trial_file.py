"""Trials; what most wrong ones say is in test_golden.py."""

from __future__ import annotations

import copy
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.real_data import real
from tests.registry.test_shape import odd, paths_of, put
from tests.registry.workspaces import make_workspace
from unify.errors import RegistryError
from unify.registry.file_kinds import json_schemas
from unify.registry.load import load_registry
from unify.registry.objects import Registry
from unify.registry.trial_file import load_trial
from unify.registry.trial_objects import TRIAL_METHODS, Cut, DetectorSettings, Digits, Driving, TrialConfig

ROOT = Path(__file__).parents[2]
CONFIGS = sorted((ROOT / "configs/trials").glob("*.yaml"))
DIGITS = "name: t\nscenario: {kind: digits}\n"
DRIVING = """\
name: t
scenario:
  kind: driving
  tasks: {vehicle: [car, bus], roadside: [cone]}
  fully_labeled: 0.25
  image_hw: [96, 161]
  rare: {cone: 0.5}
seeds: [4, 0, 7]
detector: {image_hw: [48, 64], steps: 1, scale: 1}
output: out/t
"""
SELECTED = "name: t\ndatasets: [vehicle:b1]\nevaluation: [vehicle:b2]\n"
CUT = """\
name: t
scenario:
  kind: cut
  train: [{annotations: data/a.json, images: data}, {annotations: data/b.json, images: data}]
  test: [{annotations: data/c.json, images: data}]
  tasks: {red: [RBC]}
"""


MIXTURES = (
    DIGITS
    + """\
methods: [naive, careful]
mixtures: {careful: {default: partial, zero_to_one: soft}, bold: hard}
"""
)
VEHICLE = """\
task: vehicle
batches:
  b1: {annotations: data/v1.json, images: data/v1}
  b2: {annotations: data/v2.json, images: data/v2, split: test}
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def load(folder: Path, text: str, *, files: dict[str, str] | None = None, **arguments: Any) -> TrialConfig:
    """A trial of a workspace of two batches, one to train on and one to evaluate on."""
    workspace = make_workspace(folder, {"registry/datasets/vehicle.yaml": VEHICLE, **(files or {})})
    return load_trial(write(folder / "configs/trials/t.yaml", text), load_registry(workspace), **arguments)


def message(folder: Path, text: str, **arguments: Any) -> str:
    with pytest.raises(RegistryError) as raised:
        load(folder, text, **arguments)
    return str(raised.value)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_trial_of_the_repository_loads(path: Path) -> None:
    if path.stem == "blood":
        real("blood")
    config = load_trial(path, load_registry(ROOT))
    assert config.name.replace("-", "_") == path.stem
    assert (config.methods, len(config.seeds)) == (TRIAL_METHODS, 5)
    assert config.output == ROOT / "trials" / config.name
    assert path.read_text().startswith("# yaml-language-server: $schema=../../registry/.schema/trial.json\n# ")


def test_defaults_are_those_of_the_objects(tmp_path: Path) -> None:
    config = load(tmp_path, DIGITS)
    assert (config.scenario, config.detector) == (Digits(), DetectorSettings())
    assert (config.methods, config.seeds) == (("naive", "partial", "hard", "soft", "full"), (0, 1, 2, 3, 4))
    assert (config.output, config.where) == (tmp_path / "trials/t", "configs/trials/t.yaml")
    tasks = {"vehicle": ("car",)}
    driving = load(tmp_path, "name: t\nscenario: {kind: driving, tasks: {vehicle: [car]}}\n")
    assert driving.scenario == Driving(tasks)


def test_what_the_file_says_is_what_is_tried(tmp_path: Path) -> None:
    config = load(tmp_path, DRIVING)
    tasks = {"vehicle": ("car", "bus"), "roadside": ("cone",)}
    assert config.scenario == Driving(tasks, fully_labeled=0.25, image_hw=(96, 161), rare={"cone": 0.5})
    assert config.seeds == (4, 0, 7)
    assert asdict(config.detector) == asdict(DetectorSettings()) | {"image_hw": (48, 64), "steps": 1, "scale": 1.0}
    assert config.output == tmp_path / "out/t"


def test_registered_batches_are_kept_as_selections(tmp_path: Path) -> None:
    config = load(tmp_path, SELECTED)
    assert (config.datasets, config.withheld, config.evaluation) == (("vehicle:b1",), (), ("vehicle:b2",))
    assert config.scenario is None


def test_full_is_tried_by_default_only_where_all_labels_are_known(tmp_path: Path) -> None:
    assert load(tmp_path, SELECTED).methods == ("naive", "partial")
    text = SELECTED.replace("evaluation: [vehicle:b2]", "withheld: [vehicle:b2]\nevaluation: [vehicle:b3]")
    batches = VEHICLE.replace("b2", "b3") + "  b2: {annotations: data/v3.json, images: data/v3}\n"
    files = {"registry/datasets/vehicle.yaml": batches}
    assert load(tmp_path, text, files=files).methods == ("naive", "partial", "full")


VALIDATED = CUT.replace("  test:", "  validation: [{annotations: data/d.json, images: data}]\n  test:")
MIXED = "mixtures: {careful: {red: soft}, plain: {red: partial}}\n"
CUT_FILES = {f"data/{name}.json": "{}" for name in "abcd"}


@pytest.mark.parametrize(
    ("text", "methods"),
    [
        (CUT, ("naive", "partial", "full")),
        (CUT + "mixtures: {plain: partial}\n", ("naive", "partial", "full", "plain")),
        (VALIDATED, ("naive", "partial", "hard", "soft", "full")),
        (VALIDATED + MIXED, ("naive", "partial", "hard", "soft", "full", "careful", "plain")),
        (SELECTED + "mixtures: {plain: partial}\n", ("naive", "partial", "plain")),
        (SELECTED + "mixtures: {careful: {vehicle: soft}}\n", ("naive", "partial", "careful")),
    ],
)
def test_hard_and_soft_are_tried_by_default_only_where_specialists_can_be_made(
    tmp_path: Path, text: str, methods: tuple[str, ...]
) -> None:
    assert load(tmp_path, text, files=CUT_FILES).methods == methods


def test_pictures_to_calibrate_on_are_kept_with_the_others(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert load(tmp_path, VALIDATED, files=CUT_FILES).scenario.validation == ((data / "d.json", data),)
    files = {name: text for name, text in CUT_FILES.items() if name != "data/d.json"}
    assert "annotations of 'validation' not found" in message(tmp_path / "without", VALIDATED, files=files)


@pytest.mark.parametrize(
    ("methods", "needing"),
    [
        (["naive", "plain", "full"], ()),
        (["naive", "soft", "careful"], ("soft", "careful")),
        (["careful"], ("careful",)),
        (["bold", "plain"], ("bold",)),
    ],
)
def test_a_mixture_needs_specialists_where_one_of_its_methods_does(
    tmp_path: Path, methods: list[str], needing: tuple[str, ...]
) -> None:
    text = DIGITS + "mixtures: {careful: {default: partial, zero_to_one: soft}, bold: hard, plain: partial}\n"
    config = load(tmp_path, text, methods=methods)
    assert (config.methods, config.auto_labeling) == (tuple(methods), needing)


def test_what_a_compile_is_told_of_a_method(tmp_path: Path) -> None:
    config = load(tmp_path, MIXTURES)
    told = {method: config.method_in(method) for method in (*TRIAL_METHODS, "careful", "bold")}
    assert told == {
        "naive": "naive",
        "partial": "partial",
        "hard": "hard",
        "soft": "soft",
        "full": "partial",
        "careful": {"default": "partial", "zero_to_one": "soft"},
        "bold": "hard",
    }


def test_a_mixture_on_the_command_line_is_known_whatever_else_is_wrong(tmp_path: Path) -> None:
    text = message(tmp_path, MIXTURES + "seed: 3\n", methods=["careful", "boldd"])
    assert text.startswith(
        "--methods: unknown method\n"
        "  got:      'boldd'\n"
        "  expected: one of naive, partial, hard, soft, full, careful, bold\n"
        "  fix:      did you mean 'bold'?\n"
    )
    assert "unknown key 'seed'" in text and text.endswith("2 problems in configs/trials/t.yaml; nothing was changed.")


def test_a_method_that_nothing_resembles_can_be_described(tmp_path: Path) -> None:
    assert "fix:      describe a method of your own under 'mixtures:'\n" in message(tmp_path, DIGITS, methods=["mine"])


@pytest.mark.parametrize("methods", [["soft"], ["careful"]])
def test_a_cut_needs_pictures_to_calibrate_on_for_the_methods_of_the_command_line(
    tmp_path: Path, methods: list[str]
) -> None:
    text = CUT + "methods: [naive]\n" + MIXED
    files = {f"data/{name}.json": "{}" for name in "abc"}
    assert load(tmp_path, text, files=files).methods == ("naive",)
    said = message(tmp_path, text, files=files, methods=methods)
    assert f"missing key 'validation', which method '{methods[0]}' needs\n" in said


def test_arguments_take_the_place_of_what_the_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = DIGITS + "methods: [no-such]\nseeds: 1\noutput: a\n"
    config = load(tmp_path, text, methods=["full", "naive"], seeds=3, output=Path("here/b"))
    assert (config.methods, config.seeds, config.output) == (("full", "naive"), (0, 1, 2), tmp_path / "here/b")


def test_wrong_arguments_are_reported_with_the_problems_of_the_file(tmp_path: Path) -> None:
    text = SELECTED.replace("b2", "b9") + "methods: [no-such]\n"
    assert message(tmp_path, text, methods=["naiv", "full"], seeds=2) == (
        "--methods: unknown method\n"
        "  got:      'naiv'\n"
        "  expected: one of naive, partial, hard, soft, full\n"
        "  fix:      did you mean 'naive'?\n"
        "\n"
        "--methods: method 'full' needs the labels that the other methods do without\n"
        "  expected: a scenario, or withheld batches\n"
        "  fix:      add 'withheld:', the batches that label the rest of the same pictures, or leave 'full' out\n"
        "\n"
        "--seeds: fewer seeds than a trial takes\n"
        "  got:      2\n"
        "  expected: 3 to 100: the interval of a mean comes from how its seeds differ\n"
        "\n"
        "configs/trials/t.yaml:3:14: unknown batch 'vehicle:b9'\n"
        "    2 | datasets: [vehicle:b1]\n"
        "    3 | evaluation: [vehicle:b9]\n"
        "  got:      'b9'\n"
        "  expected: one of b1, b2\n"
        "  fix:      add it to registry/datasets/vehicle.yaml\n"
        "\n"
        "4 problems in configs/trials/t.yaml; nothing was changed."
    )


@pytest.mark.parametrize("seeds", [0, -1])
def test_no_seeds_and_no_methods_are_not_taken_for_none_given(tmp_path: Path, seeds: int) -> None:
    text = message(tmp_path, DIGITS, seeds=seeds, methods=[])
    assert text.startswith(
        "--methods: no method is named\n  expected: some of naive, partial, hard, soft, full\n\n"
        f"--seeds: fewer seeds than a trial takes\n  got:      {seeds}\n"
    )


def test_a_scenario_is_tried_outside_of_a_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path / "elsewhere/t.yaml", DIGITS)
    config = load_trial(path, None)
    assert (config.output, config.where) == (tmp_path / "trials/t", "elsewhere/t.yaml")


def test_registered_batches_need_a_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RegistryError) as raised:
        load_trial(write(tmp_path / "t.yaml", SELECTED), None)
    assert str(raised.value) == (
        "t.yaml:2:1: registered batches are selected outside of a workspace\n"
        "    1 | name: t\n"
        "    2 | datasets: [vehicle:b1]\n"
        "  expected: a folder 'registry' here or in a folder above\n"
        "  fix:      make a workspace with 'unify init DIR', or name one with --workspace DIR\n"
        "\n"
        "1 problem in t.yaml; nothing was changed."
    )


def test_files_of_a_cut_are_seen_from_the_workspace_or_else_from_the_config(tmp_path: Path) -> None:
    files = {f"data/{name}.json": "{}" for name in "abc"}
    data = tmp_path / "inside/data"
    inside = load(tmp_path / "inside", CUT, files=files).scenario
    assert inside == Cut(
        train=((data / "a.json", data), (data / "b.json", data)),
        validation=(),
        test=((data / "c.json", data),),
        tasks={"red": ("RBC",)},
    )
    make_workspace(tmp_path / "outside", files)
    outside = load_trial(write(tmp_path / "outside/t.yaml", CUT), None).scenario
    assert outside.test == ((tmp_path / "outside/data/c.json", tmp_path / "outside/data"),)


def test_files_that_a_cut_lacks_are_named(tmp_path: Path) -> None:
    text = message(tmp_path, CUT, files={"data/a.json": "{}", "data/c.json": "{}"})
    assert text == (
        "configs/trials/t.yaml:4:67: annotations of 'train' not found\n"
        "    3 |   kind: cut\n"
        "    4 |   train: [{annotations: data/a.json, images: data}, {annotations: data/b.json, images: data}]\n"
        f"  got:      {tmp_path}/data/b.json\n"
        "  expected: a file\n"
        "  fix:      check the path\n"
        "\n"
        "1 problem in configs/trials/t.yaml; nothing was changed."
    )
    text = message(tmp_path / "none", CUT.replace("test: [{annotations: data/c.json", "test: [{annotations: data"))
    assert text.count("not found") == 6


@pytest.mark.parametrize("name", ["a" * 5000, "a\\0b"])
def test_names_that_no_file_can_have_are_not_found(tmp_path: Path, name: str) -> None:
    assert "annotations of 'test' not found" in message(tmp_path, CUT.replace("data/c.json", f'"{name}"'))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="cannot be read: No such file"):
        load_trial(tmp_path / "t.yaml", None)


@cache
def any_registry(folder: Path) -> Registry:
    files = {f"data/{name}.json": "{}" for name in "abc"}
    return load_registry(make_workspace(folder, {"registry/datasets/vehicle.yaml": VEHICLE, **files}))


@given(data=st.data())
@settings(deadline=None, max_examples=60)
@pytest.mark.parametrize("text", [DIGITS + "methods: [naive]\nseeds: [0, 1, 2]\n", DRIVING, SELECTED, CUT, MIXTURES])
def test_any_value_anywhere_is_read_or_reported(text: str, data: st.DataObject, tmp_path_factory) -> None:
    registry = any_registry(tmp_path_factory.getbasetemp() / "any")
    value = yaml.safe_load(text)
    for _ in range(data.draw(st.integers(1, 3))):
        value = put(value, data.draw(st.sampled_from(paths_of(value)[1:])), data.draw(odd))
    path = write(registry.workspace / "configs/trials/t.yaml", yaml.safe_dump(value, sort_keys=False))
    try:
        load_trial(path, registry)
    except RegistryError as error:
        assert all(each.where.startswith("configs/trials/t.yaml:") and each.what for each in error.problems)


@pytest.mark.parametrize("text", [DIGITS, DRIVING, SELECTED, CUT, MIXTURES])
def test_the_schema_accepts_what_loads_and_refuses_unknown_keys(text: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json_schemas()["trial"]
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    value = yaml.safe_load(text)
    assert list(validator.iter_errors(value)) == []
    for path in paths_of(value):
        changed = copy.deepcopy(value)
        inner = changed
        for part in path:
            inner = inner[part]
        if isinstance(inner, dict) and path[-1:] != ("tasks",):
            inner["colour"] = "red"
            assert not validator.is_valid(changed), path


@pytest.mark.parametrize(
    "keys",
    [
        {"scenario": None},
        {"scenario": {"kind": "digits", "tasks": 4}},
        {"scenario": {"kind": "driving", "tasks": {"vehicle": ["lorry"]}}},
        {"scenario": {"kind": "driving", "tasks": {"vehicle": ["car"]}, "rare": {"lorry": 0.5}}},
        {"scenario": {"kind": "driving", "tasks": {"vehicle": ["car"]}, "rare": {"car": 0}}},
        {"seeds": 2},
        {"seeds": [0, 1, 1]},
        {"methods": [3]},
        {"mixtures": {"careful": "sotf"}},
        {"mixtures": {"careful": {"default": "full"}}},
        {"scenario": {"kind": "digits", "validation": 0}},
        {"detector": {"image_hw": [100, 64]}},
        {"detector": {"image_hw": [64]}},
        {"datasets": ["vehicle:b1"], "evaluation": ["vehicle:b2"]},
    ],
)
def test_the_schema_refuses_what_loading_refuses(tmp_path: Path, keys: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    value = yaml.safe_load(DIGITS) | keys
    assert not jsonschema.Draft202012Validator(json_schemas()["trial"]).is_valid(value)
    message(tmp_path, yaml.safe_dump(value))
