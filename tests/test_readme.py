"""README says what is true: its files exist, its commands run, its YAML is read."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.workspaces import add_batch, make_workspace
from unify.cli.main import app

ROOT = Path(__file__).parents[1]
NOT_RUN = ("init", "demo", "trial", "autolabeler", "calibrate")  # they need a model, minutes, or are run before
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Fenced code blocks of a language, indentation removed."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", README, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#]+)\)", README))
def test_every_link_leads_somewhere(target: str):
    assert (ROOT / target).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"^make (\S+)", "\n".join(blocks("bash")), re.MULTILINE))))
def test_every_make_target_exists(target: str):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_every_verb_is_in_readme():
    shown = CliRunner().invoke(app, ["--help"]).stdout.split("Commands:")[1]
    for verb in re.findall(r"^  (\w+)  +\S", shown, re.MULTILINE):
        assert f"`unify {verb}" in README, verb


def test_its_steps_work_in_a_new_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The YAML as printed, the commands as printed, over a few small pictures."""
    taxonomy, batch, config, autolabeler, trial = blocks("yaml")
    workspace = make_workspace(tmp_path / "adas", taxonomy)
    for number in (1, 2, 3):
        labels = {f"p{number}": [("pedestrian", (4, 4, 20, 16))]}
        add_batch(workspace, f"pedestrian:b{number}", labels, ["pedestrian", "cyclist"])
    add_batch(workspace, "vehicle:b1", {"v": [("car", (4, 4, 20, 16))]}, ["car", "truck", "other_vehicle"])
    for task, name in (("vehicle", "car"), ("pedestrian", "cyclist")):
        add_batch(workspace, f"{task}:test", {"t": [(name, (4, 4, 20, 16))]}, [name], split="test")
    shutil.copytree(workspace / "data/pedestrian/b1", workspace / "data/ped/b1")
    shutil.copy(workspace / "data/pedestrian/b1.json", workspace / "data/ped/b1.json")
    printed = (workspace / "registry/datasets/pedestrian.yaml").read_text().split("  b2:")[1]
    (workspace / "registry/datasets/pedestrian.yaml").write_text(f"{batch}  b2:{printed}")
    (workspace / "configs/adas_v7.yaml").write_text(config)
    (workspace / "registry/autolabelers").mkdir(exist_ok=True)
    (workspace / "registry/autolabelers/pedestrian.yaml").write_text(autolabeler)
    (workspace / "configs/trials").mkdir()
    (workspace / "configs/trials/which_method.yaml").write_text(trial)
    monkeypatch.chdir(workspace)
    Path("results.json").write_text("[]")

    commands = [line.split("#")[0].split() for line in "\n".join(blocks("bash")).splitlines()]
    ran = []
    for command in commands:
        if command[:1] == ["unify"] and command[1] not in NOT_RUN:
            result = CliRunner().invoke(app, command[1:])
            assert result.exit_code == 0, result.output
            ran.append(command[1])
    assert ran == ["check", "plan", "compile", "verify", "evaluate", "export", "report", "lineage", "show"]
