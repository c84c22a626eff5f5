"""What a trial says on the terminal, word for word."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.planning.golden import assert_golden
from tests.trials.made_up import CLASSES, FIVE_SEEDS, LABELED, MACHINE, make_runs
from unify.trials.summary import summarize
from unify.trials.table import markdown_table, summary_lines

GOLDEN = Path(__file__).parents[1] / "golden" / "trials"


def test_five_seeds():
    """The spread 0.01 between resamples shows in all methods but partial's first seed."""
    runs = make_runs(FIVE_SEEDS, CLASSES, resampled=np.linspace(-0.1, 0.1, 1000))
    runs[5].resampled["ap50"][:] = 0.82
    assert_golden(GOLDEN / "five_seeds.txt", "\n".join(summary_lines(summarize(runs, MACHINE, LABELED))))


def test_three_seeds_are_too_few():
    three = {method: scores[:3] for method, scores in FIVE_SEEDS.items()}
    runs = make_runs({**three, "full": [0.7, 0.71, 0.69]}, CLASSES)
    assert_golden(GOLDEN / "three_seeds.txt", "\n".join(summary_lines(summarize(runs, MACHINE, LABELED))))


def test_one_seed_says_nothing_and_missing_runs_are_counted():
    runs = make_runs({"naive": [0.5], "partial": [0.75, 0.8], "hard": [0.9]}, {"car": 0.0})
    ratio = {"hard": {"car": 0.625}}
    assert_golden(GOLDEN / "one_seed.txt", "\n".join(summary_lines(summarize(runs, ratio, LABELED))))


def test_specialists_are_told_above_the_tables_and_mixtures_stand_in_them():
    """Percents, of every class in the order of the tasks; nothing found is 0."""
    runs = make_runs({"partial": [0.5, 0.75], "careful": [0.75, 0.8]}, {"car": 0.0, "cyclist": 0.1})
    summary = summarize(runs, {"careful": {"car": 0.625, "cyclist": 0.0}}, LABELED)
    summary["specialists"] = {
        "vehicle:v1": {"car": {"precision": 0.906, "recall": 0.75}},
        "people:v1": {"cyclist": {"precision": 0.0, "recall": 0.0}},
    }
    assert_golden(GOLDEN / "specialists.txt", "\n".join(summary_lines(summary)))


def test_the_same_table_in_markdown():
    summary = summarize(make_runs({"naive": [0.5, 0.5], "partial": [0.75, 0.75]}, {"car": 0.0}), MACHINE, LABELED)
    assert markdown_table(summary, "f1") == [
        "| F1 | labeled | machine | naive | partial |",
        "| --- | ---: | ---: | ---: | ---: |",
        "| car | 34 % | 0 % | 50.0 ± 0.0 | 75.0 ± 0.0 |",
        "| all |  |  | 50.0 ± 0.0 | 75.0 ± 0.0 |",
    ]
