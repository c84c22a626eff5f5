"""Snapshots: what went in comes out, and damage is noticed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.labels.helpers import assert_same_labels, source
from unify.core.types import CategoryLists
from unify.labels.columns import load_columns, save_columns
from unify.labels.snapshot import load_snapshot, save_snapshot

floats = st.floats(width=32)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@st.composite
def labels(draw):
    categories = draw(st.lists(names, min_size=1, max_size=4))
    box = st.tuples(st.integers(0, len(categories) - 1), floats, floats, floats, floats)
    per_picture = draw(st.lists(st.lists(box, max_size=4), max_size=5))
    num_pictures, num_boxes = len(per_picture), sum(map(len, per_picture))
    flags = st.lists(st.booleans(), min_size=num_boxes, max_size=num_boxes)
    values = draw(st.lists(st.integers(0, len(categories) - 1), max_size=6))
    cuts = sorted(draw(st.lists(st.integers(0, len(values)), min_size=num_pictures, max_size=num_pictures)))
    offsets = np.array([0, *cuts[1:], len(values)][: num_pictures + 1], np.int64)
    lists = CategoryLists(offsets, np.array(values, np.int32))
    return source(
        per_picture,
        categories,
        file_names=draw(st.lists(names, min_size=num_pictures, max_size=num_pictures)),
        box_area=np.array(draw(st.lists(floats, min_size=num_boxes, max_size=num_boxes)), np.float32),
        box_crowd=np.array(draw(flags), bool),
        box_difficult=np.array(draw(flags), bool),
        normalized=draw(st.booleans()),
        verified_absent=draw(st.sampled_from([None, lists])),
        not_exhaustive=draw(st.sampled_from([None, lists])),
    )


@given(before=labels())
@settings(deadline=None)
def test_a_snapshot_returns_what_was_saved(tmp_path_factory, before):
    path = tmp_path_factory.getbasetemp() / "round" / "trip.arrow"
    save_snapshot(path, before)
    assert_same_labels(load_snapshot(path), before)


def test_an_absent_snapshot_is_none(tmp_path):
    assert load_snapshot(tmp_path / "none.arrow") is None


def test_any_flipped_byte_or_lost_end_makes_it_absent(tmp_path):
    path = tmp_path / "x.arrow"
    save_snapshot(path, source([[(0, 1, 2, 3, 4)], []]))
    whole = path.read_bytes()
    for position in range(0, len(whole), 41):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        assert load_snapshot(path) is None, position
        path.write_bytes(whole[:position])
        assert load_snapshot(path) is None, position
    path.write_bytes(whole)
    assert load_snapshot(path) is not None


def test_columns_of_different_lengths_share_a_file(tmp_path):
    columns = {"a": np.arange(3), "b": np.zeros(0, np.float32), "c": ["x", "é"], "d": []}
    save_columns(tmp_path / "x", columns)
    loaded = load_columns(tmp_path / "x")
    assert loaded["a"].tolist() == [0, 1, 2] and loaded["b"].dtype == np.float32
    assert (loaded["c"], loaded["d"]) == (["x", "é"], [])


def test_reading_imports_no_pandas(tmp_path: Path):
    save_columns(tmp_path / "columns", {"numbers": np.arange(3.0), "names": ["a", "b"]})
    script = (
        "import sys; from pathlib import Path; from unify.labels.columns import load_columns\n"
        f"columns = load_columns(Path({str(tmp_path / 'columns')!r}))\n"
        "print(columns['numbers'].tolist(), columns['names'], 'pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[0.0, 1.0, 2.0] ['a', 'b'] False\n"
