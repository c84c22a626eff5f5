"""Loops: ``configs/loops/*.yaml``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.registry.workspaces import make_workspace
from unify.core.types import BatchRef
from unify.errors import RegistryError
from unify.registry.load import load_registry
from unify.registry.loop_file import load_loop
from unify.registry.loop_objects import LoopConfig

CONFIGS = {
    "configs/mix.yaml": "name: mix\nmethod: partial\ndatasets: ['vehicle:all']\n",
    "configs/trials/t.yaml": "name: t\ndatasets: [vehicle:b1]\nevaluation: [vehicle:b2]\n",
    "configs/trials/drawn.yaml": "name: drawn\nscenario: {kind: digits}\n",
}


def load(folder: Path, text: str) -> LoopConfig:
    workspace = make_workspace(folder, CONFIGS | {"configs/loops/night.yaml": text})
    return load_loop(workspace / "configs/loops/night.yaml", load_registry(workspace))


def message(folder: Path, text: str) -> str:
    with pytest.raises(RegistryError) as raised:
        load(folder, text)
    return str(raised.value)


def test_three_keys_are_enough(tmp_path: Path) -> None:
    config = load(tmp_path, "name: night\nconfig: mix\nbudget: 500\n")
    assert (config.config, config.output) == (tmp_path / "configs/mix.yaml", tmp_path / "loops/night")
    assert (config.tool, config.trial, config.oracle, config.calibrate) == ("labelstudio", None, (), True)
    assert config.costs == {"look": 1.0, "review": 0.3, "draw": 1.0}
    assert config.where == "configs/loops/night.yaml"


def test_what_the_file_says_is_what_is_asked(tmp_path: Path) -> None:
    text = "name: night\nconfig: mix\nbudget: 5\ntool: coco\ntrial: trials/t\noracle: ['vehicle:[b1-b2]']\n"
    text += "costs: {review: 1}\ntasks: [vehicle]\nfloors: {vehicle: 2}\noutput: there\ncalibrate: false\n"
    config = load(tmp_path, text)
    assert config.trial == tmp_path / "configs/trials/t.yaml"
    assert config.oracle == (BatchRef("vehicle", "b1"), BatchRef("vehicle", "b2"))
    assert (config.costs["review"], config.tasks, config.floors) == (1, ("vehicle",), {"vehicle": 2})
    assert config.output == tmp_path / "there" and not config.calibrate


def test_all_values_that_cannot_be_are_said_at_once(tmp_path: Path) -> None:
    said = message(tmp_path, "name: night\nconfig: mix\nbudget: 0\ntool: paper\n")
    assert "configs/loops/night.yaml:3:9: wrong value of 'budget'" in said
    assert "configs/loops/night.yaml:4:7: wrong value of 'tool'" in said
    assert said.endswith("2 problems in configs/loops/night.yaml; nothing was changed.")


def test_all_names_of_nothing_are_said_at_once(tmp_path: Path) -> None:
    text = "name: night\nconfig: mixx\nbudget: 1\ntasks: [vehicles]\ntrial: trials/drawn\noracle: [vehicle:b9]\n"
    said = message(tmp_path, text)
    for where, what in {
        "2:9": "no such config",
        "4:9": "unknown task 'vehicles'",
        "5:8": "a trial that makes its own pictures",
        "6:10": "unknown batch 'vehicle:b9'",
    }.items():
        assert f"configs/loops/night.yaml:{where}: {what}" in said
    assert said.endswith("4 problems in configs/loops/night.yaml; nothing was changed.")


def test_a_key_that_is_missing_is_named_with_what_it_means(tmp_path: Path) -> None:
    assert message(tmp_path, "name: night\nconfig: mix\n") == (
        "configs/loops/night.yaml:1:1: missing key 'budget'\n"
        "    1 | name: night\n"
        "  expected: what the questions of a round may cost together, such as 500\n"
        "  fix:      add 'budget:'\n"
        "\n"
        "1 problem in configs/loops/night.yaml; nothing was changed."
    )
