"""Simulations: ``configs/simulations/*.yaml``."""

from __future__ import annotations

from pathlib import Path

import pytest

from unify.errors import RegistryError
from unify.registry.simulation_file import load_simulation
from unify.registry.simulation_objects import SimulationConfig
from unify.registry.trial_objects import Cut, DetectorSettings, Digits

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = sorted((ROOT / "configs/simulations").glob("*.yaml"))


def load(folder: Path, text: str) -> SimulationConfig:
    path = folder / "s.yaml"
    path.write_text(text)
    return load_simulation(path, None)


def message(folder: Path, text: str) -> str:
    with pytest.raises(RegistryError) as raised:
        load(folder, text)
    return str(raised.value)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_simulation_of_the_repository_loads(path: Path) -> None:
    config = load_simulation(path, ROOT, files_needed=False)
    assert config.name == path.stem and len(config.seeds) == 5
    assert path.read_text().startswith("# yaml-language-server: $schema=../../registry/.schema/simulation.json\n# ")


def test_a_scenario_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = load(tmp_path, "name: s\nscenario: {kind: digits}\n")
    scenario, output = Digits(validation=0), tmp_path / "simulations/s"
    assert config == SimulationConfig("s", scenario, DetectorSettings(), output, where="s.yaml")


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = message(tmp_path, "name: s\nscenario: {kind: digits}\nrounds: 0\nbudget: -1\nlook: -1\n")
    for line, key in ((3, "rounds"), (4, "budget"), (5, "look")):
        assert f"s.yaml:{line}:" in said and f"wrong value of '{key}'" in said
    said = message(tmp_path, "name: s\nscenario: {kind: digits}\nseeds: 2\nstrategies: [random, ours, random]\n")
    assert "fewer seeds than a trial takes" in said and "strategy 'random' is listed twice" in said


@pytest.mark.parametrize("validation", ["", ", validation: [{annotations: val.json, images: .}]"])
def test_a_cut_needs_no_pictures_to_calibrate_on_and_takes_none(
    validation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for part in ("train", "val", "test"):
        (tmp_path / f"{part}.json").write_text("{}")
    train, test = (f"[{{annotations: {part}.json, images: .}}]" for part in ("train", "test"))
    cut = f"{{kind: cut, tasks: {{a: [b]}}, train: {train}, test: {test}{validation}}}"
    scenario = load(tmp_path, f"name: s\nscenario: {cut}\n").scenario
    assert isinstance(scenario, Cut) and scenario.train == ((tmp_path / "train.json", tmp_path),)
    assert scenario.validation == ()
