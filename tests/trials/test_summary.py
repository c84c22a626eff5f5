"""The numbers of ``trial.json``."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.train.evaluate_cases import random_case
from tests.trials.made_up import CLASSES, FIVE_SEEDS, LABELED, MACHINE, make_runs
from unify.train.evaluate import score_detections
from unify.trials.scores import METRICS, run_scores
from unify.trials.summary import machine_share, people_share, summarize


def test_every_method_class_and_metric_has_its_interval_and_seeds():
    summary = summarize(make_runs(FIVE_SEEDS, CLASSES), MACHINE, LABELED)
    assert (summary["methods"], summary["classes"]) == (["naive", "partial", "full"], ["car", "pedestrian", "tram"])
    for metric in METRICS:
        overall, car = (summary["scores"]["naive"][place] for place in ("overall", "classes"))
        assert overall[metric]["values"] == FIVE_SEEDS["naive"]
        # s = 0.015811, half 2.776445 * s / sqrt(5) = 0.019632
        assert car["car"][metric] == {
            "mean": 0.73,
            "low": 0.710368,
            "high": 0.749632,
            "n": 5,
            "values": [0.73, 0.74, 0.71, 0.75, 0.72],
        }


def test_shares_stand_beside_each_class():
    summary = summarize(make_runs(FIVE_SEEDS, CLASSES), MACHINE, LABELED)
    partial = summary["scores"]["partial"]["classes"]
    assert (partial["car"]["labeled_share"], partial["car"]["auto_label_ratio"]) == (0.345, 0.0)
    assert partial["tram"]["labeled_share"] is None
    assert (people_share(summary, "car"), people_share(summary, "tram")) == (0.345, 1.0)
    assert (machine_share(summary, "car"), machine_share(summary, "tram")) == (0.0, None)


def test_nothing_in_it_is_nan_or_numpys():
    runs = make_runs({"naive": [0.1], "partial": [0.2]}, CLASSES, resampled=np.full(4, np.nan))
    assert json.loads(json.dumps(summarize(runs, {}, {}), allow_nan=False)) == summarize(runs, {}, {})


def test_the_order_of_runs_decides_the_order_of_methods_only():
    runs = make_runs(FIVE_SEEDS, CLASSES)
    backwards = summarize(runs[::-1], MACHINE, LABELED)
    forwards = summarize(runs, MACHINE, LABELED)
    assert backwards["methods"] == ["full", "partial", "naive"]
    assert json.dumps({**backwards, "methods": forwards["methods"]}) == json.dumps(forwards)


def test_a_run_is_an_evaluations_report():
    truth, found = random_case(0)
    report = score_detections(truth, found).summary()
    run = run_scores("partial", 3, report)
    assert (run.method, run.seed) == ("partial", 3)
    assert run.overall["ap50"] == report["overall"]["ap50"]
    assert run.classes["truck"] == {metric: report["classes"]["truck"][metric] for metric in METRICS}
    assert summarize([run], {}, {})["scores"]["partial"]["overall"]["f1"]["mean"] == pytest.approx(
        report["overall"]["f1"], abs=1e-6
    )
