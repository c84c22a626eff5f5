"""From boxes to pictures."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unify.ranking.pooling import POOLINGS, TOP


def pool(name: str, pictures: list[int], values: list[float], num_pictures: int) -> list[float]:
    found = POOLINGS[name](np.array(pictures, np.int64), np.array(values, np.float32), num_pictures)
    assert found.dtype == np.float32
    return found.tolist()


def test_each_pooling_in_numbers():
    pictures, values = [0, 0, 2], [0.25, 0.75, 0.5]
    assert pool("max", pictures, values, 3) == [0.75, -np.inf, 0.5]
    assert pool("mean", pictures, values, 3) == [0.5, -np.inf, 0.5]
    assert pool("sum", pictures, values, 3) == [1.0, -np.inf, 0.5]
    assert pool("top5", pictures, values, 3) == [0.5, -np.inf, 0.5]


def test_only_the_largest_five_count():
    assert pool("top5", [0] * 7, [1, 0, 1, 1, 0, 1, 1], 1) == [1.0]


def test_negative_values_pool_too():
    assert pool("top5", [0, 0, 1], [-1, -3, -5], 2) == [-2.0, -5.0]


def test_no_box_at_all():
    for name in POOLINGS:
        assert pool(name, [], [], 2) == [-np.inf, -np.inf]


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(-8, 8, width=16)), max_size=40))
def test_top_pooling_is_what_a_loop_finds(boxes: list[tuple[int, float]]):
    boxes = sorted(boxes, key=lambda box: box[0])
    found = pool("top5", [picture for picture, _ in boxes], [value for _, value in boxes], 5)
    for picture in range(5):
        mine = sorted((value for at, value in boxes if at == picture), reverse=True)[:TOP]
        expected = np.mean(mine) if mine else -np.inf
        assert np.isclose(found[picture], expected, atol=1e-5)
