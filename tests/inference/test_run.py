"""Progress over rounds."""

from __future__ import annotations

from unify.inference.run import _Told


def test_pictures_that_are_looked_at_again_are_not_told_again():
    counts: list[int] = []
    told = _Told(counts.append)
    told.begin(0)
    for _ in range(5):
        told(1)
    told.begin(3)  # two of the five were lost with their worker
    for _ in range(4):
        told(1)
    assert counts == [1, 1, 1, 1, 1, 0, 0, 1, 1]


def test_pictures_that_were_answered_beside_the_lost_ones_are_told_with_the_next():
    counts: list[int] = []
    told = _Told(counts.append)
    told.begin(0)
    told(1)
    told.begin(4)
    told(1)
    assert counts == [1, 4]
