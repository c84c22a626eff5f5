"""``unify trial``: wrong usage, and what of the library's report goes where."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from unify.cli.main import app
from unify.reporting import trial_report
from unify.reporting.page import environment


@dataclass
class Report:
    """What the library gives back."""

    output: Path
    warnings: tuple[str, ...] = ("few pictures",)

    def summary(self) -> dict[str, Any]:
        return {"name": "t"}

    def lines(self) -> Iterator[str]:
        yield "method   AP50"
        yield "partial  82.2"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """The arguments the library was called with; no trial is run."""
    arguments: dict[str, Any] = {}

    def trial(config: str, **options: Any) -> Report:
        arguments.update(options, config=config)
        return Report(tmp_path / "trials/t")

    monkeypatch.setitem(sys.modules, "unify.trials", SimpleNamespace(trial=trial))
    monkeypatch.setattr(trial_report, "report_trial", lambda folder: arguments.update(page=folder))
    monkeypatch.chdir(tmp_path)
    return arguments


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["trial", *arguments])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "config"),
        (["t", "--seeds", "2"], "'--seeds'"),
        (["t", "--seeds", "many"], "'--seeds'"),
        (["t", "--workers", "0"], "'--workers'"),
        (["t", "--executor", "moon"], "'--executor'"),
        (["t", "--method", "naive"], "--method"),
    ],
)
def test_wrong_usage_is_status_2_and_runs_nothing(asked: dict[str, Any], arguments: list[str], complaint: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert not asked


def test_what_is_not_said_is_left_to_the_config(asked: dict[str, Any]) -> None:
    assert run("trials/digits_high").exit_code == 0
    del asked["progress"], asked["page"]
    assert asked == {
        "config": "trials/digits_high",
        "workspace": None,
        "methods": None,
        "seeds": None,
        "output": None,
        "workers": None,
        "executor": "local",
        "ray_address": None,
        "overwrite": False,
    }


def test_methods_are_separated_by_commas(asked: dict[str, Any]) -> None:
    run("t", "--methods", "naive, partial", "--seeds", "4", "--executor", "ray", "--ray-address", "auto", "--overwrite")
    assert asked["methods"] == ["naive", "partial"]
    assert (asked["seeds"], asked["executor"], asked["ray_address"]) == (4, "ray", "auto") and asked["overwrite"]


def test_the_table_goes_to_standard_output_and_warnings_elsewhere(asked: dict[str, Any]) -> None:
    result = run("t")
    assert result.stdout == "method   AP50\npartial  82.2\n\nwritten to trials/t\n"
    assert result.stderr == "warning: few pictures\n"


def test_json_is_all_there_is_on_standard_output(asked: dict[str, Any]) -> None:
    assert json.loads(run("t", "--json").stdout) == {"name": "t"}


def test_a_page_is_written_beside_the_numbers(asked: dict[str, Any], tmp_path: Path) -> None:
    run("t")
    assert asked["page"] == tmp_path / "trials/t"


def test_without_jinja2_the_trial_is_done_all_the_same(asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "can_render", lambda: False)
    result = run("t", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"name": "t"})
    assert result.stderr == (
        "trial.html is not written, jinja2 is not installed: pip install 'unify-detection[report]', "
        "then unify report trials/t\n"
    )
    assert "page" not in asked
