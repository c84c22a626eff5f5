"""Weighted boxes fusion: worked by hand, and equal to the published loop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unify.core.boxes import iou_matrix
from unify.merge.fusion import FusedBoxes, fuse_boxes

Row = tuple[int, int, tuple[float, float, float, float], float]
"""Picture, model, box, confidence."""

BOX, NEAR, FAR = (0.0, 0.0, 10.0, 10.0), (0.0, 0.0, 10.0, 8.0), (50.0, 50.0, 60.0, 60.0)


def fuse(rows: list[Row], num_models: int = 2) -> FusedBoxes:
    confidence = np.array([row[3] for row in rows])
    return fuse_boxes(
        picture=np.array([row[0] for row in rows], np.int64),
        model=np.array([row[1] for row in rows], np.int64),
        boxes_xyxy=np.array([row[2] for row in rows], np.float32).reshape(-1, 4),
        values=np.stack([confidence, confidence / 2], axis=1),
        num_models=num_models,
    )


def published(rows: list[Row], num_models: int) -> list[tuple[int, list[float], float]]:
    """The paper's loop for one picture after another, with at most one box of a model in a cluster."""
    fused = []
    for picture in sorted({row[0] for row in rows}):
        clusters: list[list[Row]] = []
        means: list[np.ndarray] = []
        for row in sorted((r for r in rows if r[0] == picture), key=lambda r: (-r[3], r[1])):
            overlaps = [
                -1.0 if row[1] in {each[1] for each in cluster} else iou_matrix(mean[None], np.array([row[2]]))[0, 0]
                for cluster, mean in zip(clusters, means)
            ]
            best = int(np.argmax(overlaps)) if overlaps else -1
            if best >= 0 and overlaps[best] > 0.55:
                clusters[best].append(row)
            else:
                clusters.append([row])
                means.append(np.zeros(4))
                best = len(clusters) - 1
            weights = np.array([each[3] for each in clusters[best]])
            means[best] = (weights[:, None] * np.array([each[2] for each in clusters[best]])).sum(
                axis=0
            ) / weights.sum()
        fused += [
            (picture, mean.tolist(), sum(each[3] for each in cluster) / num_models)
            for cluster, mean in zip(clusters, means)
        ]
    return sorted(fused, key=lambda each: (each[0], -each[2]))


def scenes() -> st.SearchStrategy[list[Row]]:
    """Up to 14 boxes around two spots, drawn by a seed: round numbers make ties, and ties have no order."""
    return st.builds(random_scene, st.integers(0, 14), st.integers(0, 2**32).map(np.random.default_rng))


def random_scene(count: int, generator: np.random.Generator) -> list[Row]:
    corners = 30 * generator.integers(0, 2, (count, 1)) + generator.uniform(0, 4, (count, 2))
    boxes = np.concatenate([corners, corners + generator.uniform(8, 12, (count, 2))], axis=1).astype(np.float32)
    pictures, models = generator.integers(0, 2, count), generator.integers(0, 3, count)
    rows = zip(pictures.tolist(), models.tolist(), boxes.tolist(), generator.uniform(0.01, 1, count).tolist())
    return [(picture, model, tuple(box), confidence) for picture, model, box, confidence in rows]


def test_worked_by_hand():
    # Weights 3 and 1: bottom at (3 * 10 + 1 * 8) / 4; confidence (0.6 + 0.2) / 2. Alone, 0.5 counts half.
    fused = fuse([(0, 0, BOX, 0.6), (0, 1, NEAR, 0.2), (0, 1, FAR, 0.5)])
    assert fused.boxes_xyxy.tolist() == [[0, 0, 10, pytest.approx(9.5)], list(FAR)]
    assert fused.values == pytest.approx(np.array([[0.4, 0.2], [0.25, 0.125]]))


@given(scenes())
def test_it_equals_the_published_loop(rows: list[Row]):
    fused, expected = fuse(rows, num_models=3), published(rows, 3)
    assert fused.picture.tolist() == [each[0] for each in expected]
    assert fused.values[:, 0] == pytest.approx(np.array([each[2] for each in expected]))
    assert fused.boxes_xyxy == pytest.approx(np.array([each[1] for each in expected]).reshape(-1, 4))


@given(scenes())
def test_a_single_model_comes_out_as_it_went_in(rows: list[Row]):
    alone = [(picture, 0, box, confidence) for picture, _, box, confidence in rows]
    fused = fuse(alone, num_models=1)
    expected = sorted(alone, key=lambda row: (row[0], -row[3]))
    assert fused.picture.tolist() == [row[0] for row in expected]
    assert fused.boxes_xyxy.tolist() == [list(row[2]) for row in expected]
    assert fused.values[:, 0].tolist() == [row[3] for row in expected]


@given(scenes())
def test_pictures_do_not_touch_each_other(rows: list[Row]):
    together = fuse(rows, num_models=3)
    for picture in (0, 1):
        alone = fuse([row for row in rows if row[0] == picture], num_models=3)
        mine = together.picture == picture
        assert together.boxes_xyxy[mine].tolist() == alone.boxes_xyxy.tolist()
        assert together.values[mine].tolist() == alone.values.tolist()


def test_models_that_agree_keep_their_confidence():
    fused = fuse([(0, model, BOX, 0.7) for model in range(3)], num_models=3)
    assert (fused.boxes_xyxy.tolist(), fused.values[0, 0]) == ([list(BOX)], pytest.approx(0.7))


def test_confidence_of_zero_does_not_divide_by_it():
    fused = fuse([(0, 0, BOX, 0.0), (0, 1, NEAR, 0.0)])
    assert fused.boxes_xyxy.tolist() == [[0, 0, 10, 9]]
    assert fused.values.tolist() == [[0, 0]]
