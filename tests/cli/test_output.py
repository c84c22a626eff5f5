"""How numbers, tables and progress are said."""

from __future__ import annotations

import pytest

from unify.cli import output
from unify.cli.output import Bars, duration, plural, print_table, progress_line


def test_a_table_aligns_numbers_right_and_words_left(capsys: pytest.CaptureFixture):
    print_table(["Batch", "Boxes"], [["vehicle:b1", 1200], ["b", 7]])
    assert capsys.readouterr().out == "Batch        Boxes\nvehicle:b1   1,200\nb                7\n"


def test_a_table_without_rows_is_its_header(capsys: pytest.CaptureFixture):
    print_table(["Batch", "Boxes"], [])
    assert capsys.readouterr().out == "Batch   Boxes\n"


def test_progress_tells_rate_and_time_left():
    line = progress_line("writing", 1200, 5000, "pictures", 2400.0)
    assert line == "writing  1,200 of 5,000 pictures  2,400/s  2 s left"
    assert progress_line("reading b1", 30, None, "pictures", 15.0) == "reading b1  30 pictures  15/s"
    assert progress_line("training", 1, 10, "steps", 0.0) == "training  1 of 10 steps"
    assert progress_line("training", 9, 10, "steps", 1.5) == "training  9 of 10 steps  1.5/s  1 s left"


def test_what_comes_before_the_first_report_does_not_slow_the_rate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    clock = iter([0.0, 60.0, 60.0, 70.0, 70.0])  # begun; the first step after a minute; ten more in ten seconds
    monkeypatch.setattr(output.time, "monotonic", lambda: next(clock))
    advance = Bars().stage("training", 100, "steps")
    advance(1)
    advance(10)
    assert capsys.readouterr().err.splitlines() == [
        "training  1 of 100 steps",
        "training  11 of 100 steps  1.0/s  1 min 29 s left",
    ]


@pytest.mark.parametrize(("seconds", "said"), [(0.4, "0 s"), (59.4, "59 s"), (250, "4 min 10 s"), (7500, "2 h 5 min")])
def test_durations(seconds: float, said: str):
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("count", "noun", "said"),
    [
        (1, "picture", "1 picture"),
        (2000, "picture", "2,000 pictures"),
        (3, "box", "3 boxes"),
        (0, "batch", "0 batches"),
    ],
)
def test_plurals(count: int, noun: str, said: str):
    assert plural(count, noun) == said
