"""``unify evaluate`` from the shell's side."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.records.tables import BoxRow, ExampleRow, write_dataset
from unify.cli import evaluate as verb
from unify.errors import UnifyError
from unify.train.evaluate import evaluate

CAR = {"image_id": 1, "category_id": 1, "bbox": [10, 10, 40, 40], "score": 0.75}


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """One picture with one car, where nobody looked for pedestrians."""
    row = ExampleRow(labeled={1: 1.0, 2: 1.0}, boxes=[BoxRow((10, 10, 50, 50), 1, area=1600.0)])
    write_dataset(tmp_path / "dataset", tmp_path / "files", {"train": [[ExampleRow()]], "val": [[row]]})
    return tmp_path / "dataset"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    path = tmp_path / "results.json"
    path.write_text(json.dumps([CAR, {**CAR, "category_id": 3}]))
    return path


def run(*arguments: object):
    app = typer.Typer()
    verb.add_to(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=True)


def test_json_is_the_library_s_summary(dataset: Path, results: Path):
    printed = json.loads(run(dataset, "--detections", results, "--json").stdout)
    assert printed == evaluate(dataset, results).summary()
    assert (printed["pictures"], printed["detections"], printed["overall"]["ar100"]) == (1, 2, 1.0)
    assert printed["classes"]["pedestrian"]["ap"] is None
    assert printed["classes"]["pedestrian"]["set_aside"] == 1


def test_the_table(dataset: Path, results: Path):
    rows = [line.split() for line in run(dataset, "--detections", results).stdout.splitlines()]
    assert ["car", *["1.000"] * 7, "0.750", "1", "1", "0", "1", "0"] in rows
    assert ["truck", *["-"] * 8, "0", "1", "0", "0", "0"] in rows
    assert ["pedestrian", *["-"] * 8, "0", "0", "0", "1", "1"] in rows
    assert ["AP", "1.000", "-", "1.000", "-"] in rows


def test_a_user_s_mistake_is_a_unify_error(dataset: Path, results: Path):
    for arguments in ([dataset, "--detections", "none.json"], [dataset, "--detections", results, "--split", "vla"]):
        assert isinstance(run(*arguments).exception, UnifyError)


def test_without_pycocotools_the_message_says_how_to_get_it(
    dataset: Path, results: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "pycocotools", None)
    with pytest.raises(UnifyError) as caught:
        evaluate(dataset, results)
    assert str(caught.value) == (
        "unify evaluate: pycocotools is not installed\n"
        "  got:      import of pycocotools halted; None in sys.modules\n"
        "  fix:      pip install 'unify-detection[train]'"
    )
