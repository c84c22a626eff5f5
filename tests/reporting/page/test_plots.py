"""Where marks of plots go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unify.reporting.page.plots import histogram, reliability
from unify.reporting.page.scale import Scale, Tick

BINS = {"labels": ["a", "b", "c"], "edges": [0, 8, 16, None]}


def test_bars_stack_and_the_tallest_reaches_the_top():
    plot = histogram(BINS, {"human": [4, 1, 0], "machine": [4, 0, 2]}, width=90, height=56)
    assert plot.peak == 8 and plot.floor == 40
    assert [(bar.kind, bar.x, bar.y, bar.height) for bar in plot.bars] == [
        ("human", 0.75, 22, 18),
        ("human", 30.75, 35.5, 4.5),
        ("machine", 0.75, 4, 18),
        ("machine", 60.75, 31, 9),
    ]
    assert plot.bars[2].title == "a: 4 machine"


def test_ticks_stand_at_borders_of_bins_and_not_where_there_is_no_bound():
    assert histogram(BINS, {"human": [1, 1, 1]}, width=90).ticks == [Tick(0, "0"), Tick(30, "8"), Tick(60, "16")]


def test_ticks_that_have_no_room_are_left_out_evenly():
    edges = [place / 20 for place in range(21)]
    plot = histogram({"labels": [str(edge) for edge in edges[1:]], "edges": edges}, {"machine": [1] * 20})
    assert [tick.text for tick in plot.ticks] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]


def test_a_histogram_of_nothing_has_no_bars():
    assert histogram(BINS, {"human": [0, 0, 0]}).bars == []


def test_perfectly_calibrated_bins_lie_on_the_diagonal_with_areas_by_detections():
    bins = [{"confidence": p, "precision": p, "detections": n} for p, n in ((0.0, 4), (0.5, 16), (1.0, 0))]
    plot = reliability(bins, [], size=148)
    assert [(point.x, point.y) for point in plot.before] == [(38, 110), (88, 60), (138, 10)]
    assert [point.radius for point in plot.before] == [5, 8, 2]
    assert plot.before[1].title == "said 0.50, was right 0.50: 16 detections"


def test_ticks_are_round_numbers_in_the_asked_unit():
    assert [tick.text for tick in Scale(0.77, 0.98, 0, 100).ticks(4, factor=100)] == ["80", "85", "90", "95"]
    assert [tick.text for tick in Scale(0, 20_000, 0, 100).ticks(4)] == ["0", "5,000", "10,000", "15,000", "20,000"]


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3), st.integers(2, 8))
def test_ticks_lie_within_the_scale_about_as_many_as_asked(low: float, extent: float, count: int):
    scale = Scale(low, low + extent, 0, 100)
    ticks = scale.ticks(count)
    assert all(-0.01 <= tick.place <= 100.01 for tick in ticks)
    assert count / 1.5 - 1 <= len(ticks) <= count * 1.5 + 1


@pytest.mark.parametrize(("start", "stop"), [(0, 10), (10, 0)])
def test_a_scale_may_go_either_way(start: float, stop: float):
    scale = Scale(1, 3, start, stop)
    assert (scale(1), scale(2), scale(3)) == (start, 5, stop)
