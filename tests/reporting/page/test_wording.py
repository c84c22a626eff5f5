"""Numbers as a page writes them."""

import pytest

from unify.reporting.page import wording


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0.0, "0 %"), (0.004, "< 1 %"), (0.426, "43 %"), (0.996, "> 99 %"), (1.0, "100 %")],
)
def test_a_share_never_rounds_to_none_or_all(value: float | None, text: str):
    assert wording.share(value) == text


def test_what_is_not_known_is_a_dash_and_zero_is_zero():
    assert [wording.number(None), wording.decimal(None), wording.percent(None), wording.rounded(None)] == ["–"] * 4
    assert [wording.number(0), wording.decimal(0.0), wording.percent(0.0), wording.rounded(0.0)] == [
        "0", "0.00", "0.0", "0",
    ]  # fmt: skip


def test_expected_counts_have_a_decimal_below_ten():
    assert [wording.rounded(each) for each in (3.15, 9.96, 12345.6)] == ["3.1", "10", "12,346"]


def test_plurals():
    assert wording.plural(1, "box") == "1 box"
    assert wording.plural(2000, "box") == "2,000 boxes"
    assert [wording.plural(2, noun) for noun in ("batch", "class", "picture")] == [
        "2 batches",
        "2 classes",
        "2 pictures",
    ]


def test_methods_name_their_tasks_only_where_they_differ():
    assert wording.methods({"vehicle": "soft", "signal": "soft"}) == "soft"
    mixed = {"vehicle": "soft", "pedestrian": "partial", "signal": "soft"}
    assert wording.methods(mixed) == "soft (vehicle, signal), partial (pedestrian)"


def test_sizes():
    assert [wording.size(each) for each in (999, 1000, 123_456, 3_200_000_000)] == [
        "999 B",
        "1.0 kB",
        "123 kB",
        "3.2 GB",
    ]


def test_a_cell_in_words_leaves_out_what_is_not_there():
    assert wording.in_words({"labeled": 0.67, "incomplete": 0.0, "unknown": 0.33}) == "labeled 67 %, unknown 33 %"
    assert wording.in_words({"labeled": 0.0}) == "no pictures"
