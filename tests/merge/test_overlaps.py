"""Overlaps within a picture, equal to the matrix of all pairs."""

from __future__ import annotations

import numpy as np
import pytest

from unify.core.boxes import iou_matrix, paired_iou
from unify.merge.overlaps import lies_on


def random_boxes(generator: np.random.Generator, count: int) -> np.ndarray:
    corners = generator.integers(0, 20, (count, 2))
    return np.concatenate([corners, corners + generator.integers(0, 20, (count, 2))], axis=1).astype(np.float32)


def test_pairs_are_the_diagonal_of_the_matrix():
    generator = np.random.default_rng(0)
    a, b = random_boxes(generator, 50), random_boxes(generator, 50)
    assert (paired_iou(a, b) == np.diagonal(iou_matrix(a, b))).all()


@pytest.mark.parametrize("seed", range(5))
def test_a_box_lies_only_on_boxes_of_its_own_picture(seed: int):
    generator = np.random.default_rng(seed)
    boxes, others = random_boxes(generator, 60), random_boxes(generator, 40)
    pictures, theirs = generator.integers(0, 8, 60), np.sort(generator.integers(0, 8, 40))
    expected = ((iou_matrix(boxes, others) >= 0.3) & (pictures[:, None] == theirs)).any(axis=1)
    assert expected.any() and not expected.all()
    assert (lies_on(boxes, pictures, others, theirs, 0.3) == expected).all()


@pytest.mark.parametrize(("count", "of_others"), [(0, 0), (0, 3), (3, 0)])
def test_of_nothing_nothing_lies_on_anything(count: int, of_others: int):
    boxes, others = np.ones((count, 4), np.float32), np.ones((of_others, 4), np.float32)
    pictures, theirs = np.zeros(count, np.int64), np.zeros(of_others, np.int64)
    assert lies_on(boxes, pictures, others, theirs, 0.5).tolist() == [False] * count
