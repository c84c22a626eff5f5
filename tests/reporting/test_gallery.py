from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reporting.material import make_columns, make_names, take_pictures
from unify.core.digest import content_ids
from unify.reporting.columns import PictureColumns
from unify.reporting.gallery import GalleryPicker, sights_of

NAMES = make_names()
COLUMNS = make_columns()


def picked(wanted: int | None, *parts: list[int]) -> list[int]:
    picker = GalleryPicker(NAMES, wanted)
    for rows in parts:
        picker.add(take_pictures(COLUMNS, rows))
    return [offset // 100 for _, offset in picker.places()]


def test_all_pictures_are_shown_in_the_order_of_the_dataset():
    assert picked(None, [2, 0], [3, 1]) == picked(4, [0, 1, 2, 3]) == picked(9, [0, 1, 2, 3]) == [0, 1, 2, 3]
    assert picked(0, [0, 1, 2, 3]) == []


def test_everything_there_is_to_see_is_seen():
    """Pictures 0, 1 and 3 have states, sources or batches that no other has; 2 alone has a person's truck."""
    many = [0, 2, 1, 3] + [2] * 20
    picker = GalleryPicker(NAMES, 4)
    columns = take_pictures(COLUMNS, list(dict.fromkeys(many)))
    picker.add(columns)
    assert len(picker.places()) == 4
    seen = sights_of(columns, NAMES).any(axis=0)
    assert seen.sum() == len(np.flatnonzero(sights_of(COLUMNS, NAMES).any(axis=0)))


@given(st.permutations([0, 1, 2, 3]), st.integers(1, 3), st.integers(0, 4))
def test_a_sample_does_not_depend_on_order_or_chunks(order: list[int], cut: int, wanted: int):
    assert picked(wanted, order[:cut], order[cut:]) == picked(wanted, [0, 1, 2, 3])


@pytest.mark.parametrize("wanted", [40, 60, 200])
def test_rare_things_are_drawn_out_of_many_pictures(wanted: int):
    """One picture of 2,000 has a machine box, another an ignored one; a sample of 40 shows both all the same."""
    count = 2000
    columns = _many(count, 1234, 77)
    picker = GalleryPicker(NAMES, wanted)
    picker.add(columns)
    offsets = [offset for _, offset in picker.places()]
    assert len(offsets) == wanted and {1234, 77} <= set(offsets)
    assert np.mean(offsets) == pytest.approx(count / 2, rel=0.35)  # the rest is drawn evenly


def test_pictures_that_are_asked_for_come_before_the_sample_and_within_its_size():
    columns = _many(2000, 1234, 77)
    asked = content_ids(columns.sha256)[[1500, 3, 900]].tolist()
    for wanted, come in ((40, {3, 900, 1500}), (0, set())):
        picker = GalleryPicker(NAMES, wanted, asked)
        picker.add(columns)
        offsets = [offset for _, offset in picker.places()]
        assert len(offsets) == wanted and come <= set(offsets)


def _many(count: int, machine: int, ignored: int) -> PictureColumns:
    rng = np.random.default_rng(0)
    one = np.ones(count, int)
    return make_columns(
        sha256=rng.integers(0, 256, (count, 32), dtype=np.uint8),
        place=np.stack([one * 0, np.arange(count)], axis=1),
        split=one * 0,
        in_batch=np.tile([True, False, False], (count, 1)),
        state=np.full((count, 3), 2, np.uint8),
        absence_weight=np.ones((count, 3), np.float32),
        box_picture=np.arange(count),
        box_class=one * 0,
        boxes_xyxy=np.tile(np.array([0, 0, 9, 9], np.float32), (count, 1)),
        weight=(np.arange(count) != ignored).astype(np.float32),
        box_weight=np.ones(count, np.float32),
        score=np.ones(count, np.float32),
        source=np.where(np.arange(count) == machine, 2, 0),
        crowd=np.zeros(count, bool),
    )
