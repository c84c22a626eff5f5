"""Segments: small, sorted, and decoded no further than needed."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.autolabel.cache.answers import answer, assert_same, digest
from unify.autolabel.cache.columns import optional_columns
from unify.autolabel.cache.segment import decode_keys, decode_rows, encode_segment
from unify.autolabel.cache.table import table_of
from unify.core.predictions import Failure, Prediction


def detections(rng: np.random.Generator, count: int, image_hw=(480, 640)) -> Prediction:
    """Boxes as a detector gives them: any size, any place, cut off at the border; many low scores, few classes."""
    limits = np.array([image_hw[1], image_hw[0]] * 2, np.float32)
    centres, sizes = rng.random((count, 2)) * limits[:2], np.exp(rng.normal(3.6, 0.9, (count, 2)))
    boxes = np.clip(np.hstack([centres - sizes / 2, centres + sizes / 2]), 0, limits).astype(np.float32)
    scores = -np.sort(-rng.beta(0.6, 2, count)).astype(np.float32)
    return Prediction(boxes, scores, rng.choice(5, count, p=[0.5, 0.2, 0.15, 0.1, 0.05]).astype(np.int32))


def test_eight_boxes_take_less_than_175_bytes_a_picture_without_rounding():
    """200 are promised. Numbers that are not split into their bytes would take 180."""
    rng = np.random.default_rng(0)
    pictures = 4096
    answers = {rng.bytes(32): detections(rng, count) for count in rng.poisson(8, pictures)}
    assert len(encode_segment(table_of(answers, ()))) / pictures < 175


def test_equal_answers_give_equal_bytes_in_whatever_order_they_came():
    answers = {digest(number).tobytes(): answer(number) for number in range(9)}
    assert encode_segment(table_of(answers, ())) == encode_segment(table_of(dict(reversed(answers.items())), ()))


@pytest.mark.parametrize("rich", [False, True])
def test_rows_come_from_any_row_group_in_any_order(monkeypatch, rich):
    monkeypatch.setattr("unify.autolabel.cache.segment._ROWS_A_GROUP", 3)
    answers = {digest(number).tobytes(): answer(number, rich=rich) for number in range(11)}
    table = table_of(answers, specs := tuple(optional_columns(answer(1, rich=rich))))
    data = encode_segment(table)
    rows = np.array([10, 0, 5, 5, 3])
    part = decode_rows(data, rows, specs)
    for at, row in enumerate(rows.tolist()):
        assert part.sha256[at].tobytes() == table.sha256[row].tobytes()
        assert_same(part.of(at), table.of(row))


def test_keys_ascend_and_sizes_follow_them():
    answers = {digest(number).tobytes(): answer(number) for number in range(20)}
    keys = decode_keys(encode_segment(table_of(answers, ())))
    assert keys.keys.tolist() == sorted(keys.keys.tolist())
    expected = [0 if isinstance(answers[key], Failure) else len(answers[key]) for key in sorted(answers)]
    assert keys.num_boxes.tolist() == expected


def test_a_stranger_reads_it_with_parquet_alone():
    answers = {digest(number).tobytes(): answer(number) for number in (3, 4)}
    rows = pq.read_table(io.BytesIO(encode_segment(table_of(answers, ())))).to_pylist()
    by_key = {row["sha256"]: row for row in rows}
    three, four = by_key[digest(3).tobytes()], by_key[digest(4).tobytes()]
    assert (three["state"], three["num_boxes"], three["reason"]) == (1, 3, "")
    assert three["boxes_xyxy"] == answer(3).boxes_xyxy.reshape(-1).tolist()
    assert (four["state"], four["reason"], four["scores"]) == (2, "picture 4 is broken", [])


def test_reading_imports_neither_pandas_nor_all_compute_functions(tmp_path: Path):
    path = tmp_path / "segment.parquet"
    path.write_bytes(encode_segment(table_of({digest(1).tobytes(): answer(1)}, ())))
    script = (
        "import sys; from pathlib import Path; import numpy as np\n"
        "from unify.autolabel.cache.segment import decode_keys, decode_rows\n"
        f"data = Path({str(path)!r}).read_bytes()\n"
        "print(len(decode_keys(data).keys), len(decode_rows(data, np.array([0]), ()).scores))\n"
        "print({'pandas', 'pyarrow.compute'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == f"1 {len(answer(1))}\nset()\n"
