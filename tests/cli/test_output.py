"""How numbers, tables and progress are said."""

from __future__ import annotations

import pytest

from unify.cli.output import duration, plural, print_table, progress_line


def test_a_table_aligns_numbers_right_and_words_left(capsys: pytest.CaptureFixture):
    print_table(["Batch", "Boxes"], [["vehicle:b1", 1200], ["b", 7]])
    assert capsys.readouterr().out == "Batch        Boxes\nvehicle:b1   1,200\nb                7\n"


def test_a_table_without_rows_is_its_header(capsys: pytest.CaptureFixture):
    print_table(["Batch", "Boxes"], [])
    assert capsys.readouterr().out == "Batch   Boxes\n"


def test_progress_tells_rate_and_time_left():
    line = progress_line("writing", 1200, 5000, "pictures", 0.5)
    assert line == "writing  1,200 of 5,000 pictures  2,400/s  2 s left"
    assert progress_line("reading b1", 30, None, "pictures", 2.0) == "reading b1  30 pictures  15/s"
    assert progress_line("training", 0, 10, "steps", 0.0) == "training  0 of 10 steps  0.0/s"
    assert progress_line("training", 9, 10, "steps", 6.0) == "training  9 of 10 steps  1.5/s  1 s left"


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
