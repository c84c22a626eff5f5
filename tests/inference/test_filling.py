"""Answers of many pictures, cut into those of each shard."""

from __future__ import annotations

import numpy as np

from tests.autolabel.calibration.cases import table_of
from unify.core.predictions import Failure
from unify.inference.filling import READ_PICTURES, _groups, cut_table
from unify.planning.build import ShardPlan

ONE, TWO, THREE = ((0, (0, 0, 9, score), score / 10) for score in (1, 2, 3))
PICTURES = ([ONE], None, [], Failure("no"), [THREE, TWO], [ONE])


def test_the_pieces_of_a_table_are_the_tables_of_the_pieces():
    whole = table_of(*PICTURES, class_ids=[7])
    for start in range(len(PICTURES) + 1):
        for stop in range(start, len(PICTURES) + 1):
            piece, expected = cut_table(whole, start, stop), table_of(*PICTURES[start:stop], class_ids=[7])
            for name in ("seen", "failed", "picture", "boxes_xyxy", "scores", "class_ids"):
                assert np.array_equal(getattr(piece, name), getattr(expected, name)), (start, stop, name)


def test_shards_are_read_together_up_to_a_number_of_pictures():
    sizes = [READ_PICTURES // 2, READ_PICTURES // 2, 1, 2 * READ_PICTURES, 1]
    shards = [ShardPlan(str(number), "train", np.arange(size)) for number, size in enumerate(sizes)]
    assert [[shard.file_name for shard in group] for group in _groups(shards)] == [["0", "1"], ["2"], ["3"], ["4"]]
