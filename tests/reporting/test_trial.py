from __future__ import annotations

import json
from pathlib import Path

import pytest

from unify.errors import UnifyError
from unify.reporting.trial import TITLES, read_trial, trial_content
from unify.trials.scores import RunScores
from unify.trials.summary import summarize

METRICS = ("ap", "ap50", "ap75", "precision", "recall", "f1")


def scores(method: str, seed: int, value: float) -> RunScores:
    numbers = dict.fromkeys(METRICS, value)
    return RunScores(method, seed, numbers, {"car": numbers, "sign": dict.fromkeys(METRICS)}, {})


@pytest.fixture
def trial() -> dict:
    runs = [scores("naive", 0, 0.4), scores("naive", 1, 0.5), scores("hard", 0, 0.7), scores("hard", 1, 0.6)]
    ratio = {"naive": {"car": 0.0, "sign": 0.0}, "hard": {"car": 0.25, "sign": 0.0}}
    labeled = {"naive": {"car": 1.0, "sign": 1.0}, "hard": {"car": 1.0, "sign": 0.5}}
    settings = {"steps": 250}
    return {
        "format": "unify-trial",
        "version": 1,
        "name": "small",
        "request": {"detector": settings},
        "datasets": {"naive": "1", "hard": "2"},
        "evaluation": "3",
        "warnings": ["few pictures"],
        "runs": [{"method": "naive", "seed": 0, "losses": [2.0, 1.0], "detector": {"steps": 5}}],
        **summarize(runs, ratio, labeled),
    }


def test_tables_have_a_row_a_class_and_one_for_all(trial: dict):
    tables = {table["metric"]: table for table in trial_content(trial)["tables"]}
    assert list(tables) == list(TITLES)
    car, sign, overall = tables["f1"]["rows"]
    assert (car["name"], car["labeled_share"], car["machine_share"]) == ("car", 1.0, 0.25)
    assert (sign["labeled_share"], sign["cells"]["hard"]["mean"]) == (0.5, None)
    assert (overall["name"], overall["cells"]["hard"]["mean"]) == ("all", 0.65)
    assert overall["cells"]["hard"]["values"] == [0.7, 0.6]


def test_gains_stand_against_the_ratio_of_the_better_method(trial: dict):
    gains = [each for each in trial_content(trial)["gains"] if each["metric"] == "f1"]
    assert [(each["class"], each["better"], each["worse"], each["ratio"]) for each in gains] == [
        ("car", "hard", "naive", 0.25)
    ]
    assert gains[0]["mean"] == pytest.approx(0.2)  # 0.3 and 0.1
    assert gains[0]["low"] < 0.2 < gains[0]["high"]


def test_contrasts_are_the_trials_own(trial: dict):
    found = [each for each in trial_content(trial)["contrasts"] if each["metric"] == "ap50"]
    assert [each["name"] for each in found] == ["all", "car", "sign"]
    assert found[0]["verdict"] == trial["contrasts"]["overall"]["ap50"][0]["verdict"]


def test_losses_know_their_steps(trial: dict):
    assert trial_content(trial)["losses"] == [{"method": "naive", "seed": 0, "steps": [2, 4], "values": [2.0, 1.0]}]


def test_a_trial_is_read_from_its_folder(trial: dict, tmp_path: Path):
    (tmp_path / "trial.json").write_text(json.dumps(trial))
    assert read_trial(tmp_path) == trial


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "the trial cannot be read: No such file or directory"),
        ("{", "the trial is not JSON"),
        ('{"format": "unify-trial", "version": 2}', "is not a trial that can be read"),
        ("[]", "is not a trial that can be read"),
    ],
)
def test_what_is_no_trial_is_refused(text: str | None, message: str, tmp_path: Path):
    if text is not None:
        (tmp_path / "trial.json").write_text(text)
    with pytest.raises(UnifyError, match=message):
        read_trial(tmp_path)


def test_a_trial_with_something_missing_is_refused(trial: dict):
    del trial["scores"]
    with pytest.raises(UnifyError, match="the trial is not shaped like one"):
        trial_content(trial)
