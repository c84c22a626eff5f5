"""The key index: every digest is found, no other is, and the order of discovery makes no difference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.autolabel.cache.answers import digests
from unify.autolabel.cache.index import KeyIndex, SegmentKeys, as_keys, merge_segments
from unify.autolabel.cache.marker import Marker
from unify.autolabel.cache.table import PictureState

segments = st.lists(
    st.dictionaries(st.integers(0, 12), st.sampled_from([PictureState.DONE, PictureState.FAILED])), max_size=5
)


def segment(number: int, states: dict[int, int]) -> tuple[Marker, SegmentKeys]:
    keys = as_keys(digests(states))
    order = np.argsort(keys)
    marker = Marker(f"{9 - number:016x}-{0:016x}", number // 2, 0, 1, 1, len(states), 0, 0)
    values = np.array(list(states.values()), np.uint8)
    return marker, SegmentKeys(keys[order], values[order], np.full(len(states), number, np.int32))


def answers(index: KeyIndex, numbers: range) -> list[tuple[int, int, str]]:
    """Of each picture its state, and time and name of the segment that answers."""
    at = index.find(digests(numbers))
    return [(int(index.states[i]), *rank_of(index.segments[index.segment[i]])) if i >= 0 else (0, 0, "") for i in at]


def rank_of(marker: Marker) -> tuple[int, str]:
    return marker.first_ns, marker.id


@given(segments, st.randoms(use_true_random=False))
def test_done_wins_then_the_first_then_the_smallest_name_in_whatever_order_segments_are_found(given, random):
    entries = [segment(number, states) for number, states in enumerate(given)]
    expected = []
    for number in range(14):
        held = [
            (int(states[number]), *rank_of(marker)) for states, (marker, _) in zip(given, entries) if number in states
        ]
        expected.append(min(held, default=(0, 0, "")))
    shuffled = list(entries)
    random.shuffle(shuffled)
    index = KeyIndex()
    for each in shuffled:
        index = merge_segments(index, [each])
    assert answers(index, range(14)) == answers(merge_segments(KeyIndex(), entries), range(14)) == expected


def test_rows_and_boxes_follow_their_keys():
    index = merge_segments(KeyIndex(), [segment(3, {5: 1, 6: 1}), segment(7, {8: 1})])
    at = index.find(digests([8, 5, 6]))
    assert index.num_boxes[at].tolist() == [7, 3, 3] and sorted(index.row[at[1:]]) == [0, 1] and index.row[at[0]] == 0


def test_digests_that_end_or_begin_in_zeros_are_told_apart():
    """NumPy pads texts with zeros."""
    keys = np.zeros((4, 32), np.uint8)
    keys[1, 0] = keys[2, 31] = keys[3, 5] = 1
    ordered = np.sort(as_keys(keys[:3]))
    ones = np.ones(3, np.uint8)
    index = merge_segments(KeyIndex(), [(segment(0, {})[0], SegmentKeys(ordered, ones, ones.astype(np.int32)))])
    assert (index.find(keys) >= 0).tolist() == [True, True, True, False]
    assert len(set(index.find(keys[:3]).tolist())) == 3


@pytest.mark.parametrize("wrong", [np.zeros((2, 31), np.uint8), np.zeros((2, 32), np.int64), np.zeros(32, np.uint8)])
def test_what_is_no_digest_is_refused(wrong):
    with pytest.raises(ValueError, match=r"digests are uint8 \[P, 32\]"):
        KeyIndex().find(wrong)
