"""Compile requests; what a wrong one says is in test_golden.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.registry import design_workspace
from tests.registry.workspaces import make_workspace
from unify.core.types import Method
from unify.errors import RegistryError
from unify.registry.config import find_config, load_config
from unify.registry.load import load_registry
from unify.registry.objects import CompileConfig, ExecutorChoice

PEDESTRIAN = """\
task: pedestrian
batches:
  b1: {annotations: data/p1.json, images: data/p1}
  v1: {annotations: data/p2.json, images: data/p2, split: val}
"""
AUTOLABELER = """\
name: vehicle
classes: [car, truck]
versions:
  v2: {adapter: keras, thresholds: {car: 0.5, truck: 0.4}}
  v1: {adapter: keras}
"""
FILES = {"registry/datasets/pedestrian.yaml": PEDESTRIAN, "registry/autolabelers/vehicle.yaml": AUTOLABELER}


def load(folder: Path, text: str, *, files: dict[str, str] | None = None, **arguments: object) -> CompileConfig:
    registry = load_registry(make_workspace(folder, {**FILES, **(files or {})}))
    path = folder / "configs" / "x.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return load_config(path, registry, **arguments)


def message(folder: Path, text: str, **arguments: object) -> str:
    with pytest.raises(RegistryError) as raised:
        load(folder, text, **arguments)
    return str(raised.value)


def labelers(config: CompileConfig) -> dict[str, list[str]]:
    return {task: [str(choice.version.ref) for choice in choices] for task, choices in config.autolabelers.items()}


def test_the_config_of_the_design_loads_as_it_is(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, design_workspace.FILES)
    config = load_config(workspace / "configs/adas_v7.yaml", load_registry(workspace))
    assert config.name == "adas-v7"
    assert config.methods == {"vehicle": Method.SOFT, "pedestrian": Method.SOFT}
    names = ["vehicle:b6", "pedestrian:b1", "pedestrian:b2", "pedestrian:b3", "pedestrian:b4", "pedestrian:b5"]
    assert [str(batch.ref) for batch in config.batches] == names
    assert labelers(config) == {"vehicle": ["vehicle:v4"], "pedestrian": ["pedestrian:v3"]}
    assert config.autolabelers["pedestrian"][0].thresholds == {"pedestrian": 0.5, "cyclist": 0.37}
    assert (config.output, config.seed, config.shard_size_mb) == (tmp_path / "unified/adas-v7", 7, 128.0)
    assert (config.where, config.datasets_where) == ("configs/adas_v7.yaml", "configs/adas_v7.yaml:3:1")


def test_defaults(tmp_path: Path) -> None:
    config = load(tmp_path, "name: x\ndatasets: [vehicle:all]\n")
    assert set(config.methods.values()) == {Method.PARTIAL}
    assert labelers(config) == {"vehicle": ["vehicle:v2"]}
    assert config.autolabelers["vehicle"][0].thresholds == {"car": 0.5, "truck": 0.4}
    assert (config.output, config.seed, config.shard_size_mb) == (tmp_path / "unified/x", 0, 128.0)
    assert config.on_missing == "error"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", ExecutorChoice("local")),
        ("executor: ray\n", ExecutorChoice("ray")),
        (
            "executor: {name: ray, ray_address: ray://head:10001, gpus_per_worker: 0.5}\n",
            ExecutorChoice("ray", None, "ray://head:10001", 0.5),
        ),
        ("executor: {workers: 3}\n", ExecutorChoice("local", 3)),
    ],
)
def test_where_the_work_runs(tmp_path: Path, line: str, expected: ExecutorChoice) -> None:
    assert load(tmp_path, f"name: x\ndatasets: [vehicle:b1]\n{line}").executor == expected


def test_an_executor_that_there_is_not_is_named(tmp_path: Path) -> None:
    text = message(tmp_path, "name: x\ndatasets: [vehicle:b1]\nexecutor: {name: slurm, workers: 0}\n")
    assert "wrong value of 'name'" in text and "wrong value of 'workers'" in text
    assert "local, ray, or a mapping" in message(tmp_path, "name: x\ndatasets: [vehicle:b1]\nexecutor: 3\n")


def test_a_choice_goes_over_another_unless_that_is_of_another_executor() -> None:
    config = ExecutorChoice("ray", 8, "ray://head:10001", 0.5)
    assert ExecutorChoice().over(config) == config
    assert ExecutorChoice(workers=2).over(config) == ExecutorChoice("ray", 2, "ray://head:10001", 0.5)
    assert ExecutorChoice("ray", None, "auto").over(config) == ExecutorChoice("ray", 8, "auto", 0.5)
    assert ExecutorChoice("local").over(config) == ExecutorChoice("local")
    assert ExecutorChoice("ray").over(ExecutorChoice("local", 3)) == ExecutorChoice("ray")


def test_method_per_task(tmp_path: Path) -> None:
    text = "name: x\ndatasets: [vehicle:b1]\nmethod: {default: naive, vehicle: hard}\n"
    assert load(tmp_path, text).methods == {"vehicle": Method.HARD, "pedestrian": Method.NAIVE}


def test_arguments_take_the_place_of_what_the_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "name: x\ndatasets: [vehicle:b1]\nmethod: no-such\noutput: a\nseed: -3\n"
    config = load(tmp_path, text, method="naive", output=Path("here/b"), seed=5)
    assert set(config.methods.values()) == {Method.NAIVE}
    assert (config.output, config.seed) == (tmp_path / "here/b", 5)


def test_output_of_the_file_is_relative_to_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    config = load(tmp_path, "name: x\ndatasets: [vehicle:b1]\noutput: out/a\n")
    assert config.output == tmp_path / "out/a"


def test_wrong_arguments_are_reported_with_the_problems_of_the_file(tmp_path: Path) -> None:
    assert message(tmp_path, "name: x\ndatasets: [vehicle:b9]\n", method="sofd", seed=-1) == (
        "--method: unknown method\n"
        "  got:      'sofd'\n"
        "  expected: one of partial, hard, soft, naive\n"
        "  fix:      did you mean 'soft'?\n"
        "\n"
        "--seed: wrong value\n"
        "  got:      -1\n"
        "  expected: 0 or more\n"
        "\n"
        "configs/x.yaml:2:12: unknown batch 'vehicle:b9'\n"
        "    1 | name: x\n"
        "    2 | datasets: [vehicle:b9]\n"
        "  got:      'b9'\n"
        "  expected: one of b1, b2\n"
        "  fix:      add it to registry/datasets/vehicle.yaml\n"
        "\n"
        "3 problems in configs/x.yaml; nothing was changed."
    )


def test_the_method_of_the_command_line_obeys_the_rule_too(tmp_path: Path) -> None:
    text = "name: x\ndatasets: [vehicle:b1, pedestrian:b1]\n"
    assert "pedestrian, cyclist on vehicle:b1" in message(tmp_path, text, method="hard")


@pytest.mark.parametrize(
    ("written", "refs"),
    [
        ("vehicle:v1", ["vehicle:v1"]),
        ("vehicle:latest", ["vehicle:v2"]),
        ("{version: v1}", ["vehicle:v1"]),
        ("{thresholds: {car: 0.9}}", ["vehicle:v2"]),
        ("{name: vehicle, version: latest}", ["vehicle:v2"]),
        ("[vehicle:v1, {version: v2}]", ["vehicle:v1", "vehicle:v2"]),
        ("[]", []),
    ],
)
def test_ways_to_choose_an_auto_labeler(tmp_path: Path, written: str, refs: list[str]) -> None:
    config = load(tmp_path, f"name: x\ndatasets: [vehicle:b1]\nautolabelers:\n  vehicle: {written}\n")
    assert labelers(config)["vehicle"] == refs


def test_the_only_auto_labeler_that_finds_a_class_of_the_task_is_its_default(tmp_path: Path) -> None:
    text = "name: people\nclasses: [cyclist]\nversions:\n  v1: {adapter: keras}\n"
    files = {"registry/autolabelers/people.yaml": text}
    config = load(tmp_path / "one", "name: x\ndatasets: [vehicle:b1]\n", files=files)
    assert labelers(config)["pedestrian"] == ["people:v1"]
    files["registry/autolabelers/riders.yaml"] = text.replace("people", "riders")
    config = load(tmp_path / "two", "name: x\ndatasets: [vehicle:b1]\n", files=files)
    assert "pedestrian" not in config.autolabelers


BOTH = "name: x\ndatasets: [vehicle:b1, vehicle:b2, pedestrian:b1]\nmethod: soft\n"


def test_classes_that_nothing_fills_are_named_with_their_batches(tmp_path: Path) -> None:
    assert "  got:      pedestrian, cyclist on vehicle:b1, vehicle:b2\n" in message(tmp_path, BOTH)


def test_batches_that_lack_different_classes_are_named_apart(tmp_path: Path) -> None:
    text = BOTH + "autolabelers: {vehicle: []}\n"
    got = "pedestrian, cyclist on vehicle:b1, vehicle:b2; car, truck on pedestrian:b1"
    assert f"  got:      {got}\n" in message(tmp_path, text)


def test_mask_leaves_classes_unknown(tmp_path: Path) -> None:
    assert load(tmp_path, BOTH + "on_missing: mask\n").on_missing == "mask"


def test_an_auto_labeler_that_finds_some_classes_does_not_fill_the_others(tmp_path: Path) -> None:
    text = "name: pedestrian\nclasses: [pedestrian]\nversions:\n  v1: {adapter: keras}\n"
    files = {"registry/autolabelers/pedestrian.yaml": text}
    assert "  got:      cyclist on vehicle:b1, vehicle:b2\n" in message(tmp_path, BOTH, files=files)


def test_a_task_with_partial_needs_no_auto_labeler(tmp_path: Path) -> None:
    text = BOTH.replace("method: soft", "method: {default: soft, pedestrian: partial}")
    assert load(tmp_path, text).methods["pedestrian"] == Method.PARTIAL


def test_classes_that_no_selected_batch_labels_need_no_auto_labeler(tmp_path: Path) -> None:
    assert load(tmp_path, "name: x\ndatasets: [vehicle:all]\nmethod: soft\n").batches


def test_splits_other_than_train_stay_human(tmp_path: Path) -> None:
    text = "name: x\ndatasets: [vehicle:b1, pedestrian:v1]\nmethod: {default: partial, vehicle: hard}\n"
    assert load(tmp_path, text + "autolabelers: {vehicle: []}\n").batches


def test_a_config_may_lie_outside_the_workspace(tmp_path: Path) -> None:
    registry = load_registry(make_workspace(tmp_path / "workspace"))
    path = tmp_path / "mine.yaml"
    path.write_text("name: x\ndatasets: [vehicle:b1]\n")
    config = load_config(path, registry)
    assert config.where == path.as_posix()
    assert config.output == tmp_path / "workspace/unified/x"


def test_ways_to_name_a_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = make_workspace(tmp_path / "w", design_workspace.FILES | {"configs/trials/small.yaml": "name: s\n"})
    path = workspace / "configs/adas_v7.yaml"
    monkeypatch.chdir(workspace / "configs")
    assert find_config(workspace, "adas_v7.yaml") == path
    monkeypatch.chdir(tmp_path)
    for text in ("adas_v7", "configs/adas_v7.yaml", "w/configs/adas_v7.yaml", str(path)):
        assert find_config(workspace, text) == path
    assert find_config(workspace, "trials/small") == workspace / "configs/trials/small.yaml"


def test_a_misspelt_config(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, design_workspace.FILES)
    with pytest.raises(RegistryError) as raised:
        find_config(workspace, "configs/adas_v8.yaml")
    assert str(raised.value) == (
        "configs/adas_v8.yaml: no such config\n  expected: a file, or one of adas_v7 (configs/)\n"
        "  fix:      did you mean 'adas_v7'?"
    )
