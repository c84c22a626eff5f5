"""Tables in plain text and in Markdown."""

from __future__ import annotations

from unify.text import markdown_lines, table_lines

COLUMNS, ROWS, RIGHT = ["class", "boxes"], [["car", "1,200"], ["pedestrian", "7"]], [False, True]


def test_cells_are_padded_to_columns():
    assert table_lines(COLUMNS, ROWS, RIGHT) == ["class        boxes", "car          1,200", "pedestrian       7"]


def test_lines_end_without_spaces_and_no_rows_are_a_header():
    assert table_lines(["a", "b"], [["1", ""]], [False, False]) == ["a   b", "1"]
    assert table_lines(["a", "b"], [], [False, False]) == ["a   b"]


def test_markdown():
    expected = ["| class | boxes |", "| --- | ---: |", "| car | 1,200 |", "| pedestrian | 7 |"]
    assert markdown_lines(COLUMNS, ROWS, RIGHT) == expected
