"""The plot: whole, repeatable, in the same colours in every trial."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.trials.made_up import CLASSES, FIVE_SEEDS, LABELED, MACHINE, make_runs
from unify.errors import UnifyError
from unify.trials.plot import METHOD_STYLES, draw_plot, styles_of
from unify.trials.summary import summarize


def drawn(folder: Path, scores: dict, classes: dict) -> str:
    draw_plot(summarize(make_runs(scores, classes), MACHINE, LABELED), folder / "trial.svg")
    return (folder / "trial.svg").read_text(encoding="utf-8")


def test_methods_classes_and_shares_are_on_it(tmp_path: Path):
    svg = drawn(tmp_path, FIVE_SEEDS, CLASSES)
    for text in ("AP50 (%)", "F1 (%)", *FIVE_SEEDS, *CLASSES, "all", "34 % labeled"):
        assert f"<!-- {text} -->" in svg, text  # matplotlib draws letters as outlines and notes the words
    assert "% machine" not in svg


def test_the_same_numbers_give_the_same_bytes(tmp_path: Path):
    assert drawn(tmp_path, FIVE_SEEDS, CLASSES) == drawn(tmp_path, FIVE_SEEDS, CLASSES)


@pytest.mark.parametrize("method", METHOD_STYLES)
def test_a_method_has_its_own_colour_alone_and_among_others(method: str, tmp_path: Path):
    colours = {name: colour for name, (colour, _) in METHOD_STYLES.items()}
    assert len(set(colours.values())) == len(colours)
    alone = drawn(tmp_path, {method: [0.5, 0.6]}, {"car": 0.0})
    assert [name for name, colour in colours.items() if f"fill: {colour}" in alone] == [method]


def test_a_mixture_has_a_style_that_is_no_methods_and_no_other_mixtures():
    mixtures = [f"mixture-{number}" for number in range(12)]
    styles = styles_of([*mixtures[:1], "naive", *mixtures[1:], *METHOD_STYLES])
    assert styles | METHOD_STYLES == styles
    assert len(set(styles.values())) == 12 + len(METHOD_STYLES)
    methods = {colour for colour, _ in METHOD_STYLES.values()}, {marker for _, marker in METHOD_STYLES.values()}
    assert all(styles[name][0] not in methods[0] and styles[name][1] not in methods[1] for name in mixtures)


def test_mixtures_are_told_apart_by_colour_before_by_marker():
    (one, two, three, four) = styles_of(["a", "b", "c", "d"]).values()
    assert len({one[0], two[0], three[0]}) == 3 and four[0] == one[0] and four[1] != one[1]


def test_a_mixture_is_drawn_in_its_own_style_whatever_stands_before_it(tmp_path: Path):
    (colour, _) = styles_of(["careful"])["careful"]
    for scores in ({"careful": [0.5, 0.6]}, {"naive": [0.3, 0.2], "soft": [0.4, 0.5], "careful": [0.5, 0.6]}):
        svg = drawn(tmp_path, scores, {"car": 0.0})
        assert f"fill: {colour}" in svg and "<!-- careful -->" in svg


def test_one_seed_has_no_interval_and_no_scores_no_marks(tmp_path: Path):
    assert "<svg" in drawn(tmp_path, {"naive": [0.5]}, {"car": None})


def test_without_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UnifyError) as error:
        drawn(tmp_path, FIVE_SEEDS, CLASSES)
    assert str(error.value) == (
        "unify trial: not installed: matplotlib\n  fix:      pip install 'unify-detection[train]'"
    )
