"""Answers of the cache as the measures take them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.factories import TAXONOMY, make_autolabeler
from tests.ranking.boxes import make_boxes, make_facts
from unify.autolabel.cache import PredictionCache
from unify.core.calibrator import Isotonic
from unify.core.predictions import Failure, Prediction, ScoreKind
from unify.ranking.boxes import LabelerBoxes, LabelerFacts, dense_scores, read_boxes
from unify.ranking.panels import make_bands

FINGERPRINT = "ab" * 32
BOX = [[0, 0, 10, 10]]
HALVED = Isotonic((0.0, 1.0), (0.0, 0.5))


def read(folder: Path, facts: LabelerFacts, *answers: Prediction | Failure, columns: list[str]) -> LabelerBoxes:
    cache = PredictionCache(folder)
    writer = cache.writer(FINGERPRINT)
    digests = np.arange(32 * len(answers), dtype=np.uint8).reshape(-1, 32)
    for digest, answer in zip(digests, answers):
        writer.add(digest, answer)
    writer.commit()
    return read_boxes(cache.read(FINGERPRINT, digests, columns=columns), facts)


def prediction(score: float, place: int, **fields) -> Prediction:
    return Prediction(np.array(BOX, np.float32), np.array([score], np.float32), np.array([place], np.int32), **fields)


def test_classes_become_unified_ids_and_failed_is_not_seen(tmp_path: Path):
    boxes = read(tmp_path, make_facts(classes=[5, 3]), prediction(0.5, 1), Failure("broken"), columns=[])
    assert boxes.class_ids.tolist() == [3] and boxes.listed_ids.tolist() == [[3]]
    assert boxes.seen.tolist() == [True, False]


def test_a_list_of_classes_is_taken_as_it_is_cached(tmp_path: Path):
    lists = {"topk_classes": np.array([[1, 0, -1]], np.int32), "topk_scores": np.array([[0.5, 0.25, 0]], np.float32)}
    columns = ["topk_classes", "topk_scores"]
    boxes = read(tmp_path, make_facts(classes=[5, 3]), prediction(0.5, 1, **lists), columns=columns)
    assert boxes.listed_ids.tolist() == [[3, 5, 0]]
    assert boxes.listed.tolist() == [[0.5, 0.25, 0.0]]


def test_calibration_may_swap_the_order_of_independent_classes(tmp_path: Path):
    lists = {"topk_classes": np.array([[0, 1]], np.int32), "topk_scores": np.array([[0.8, 0.6]], np.float32)}
    facts = make_facts(classes=[1, 2], calibrators={1: HALVED}, accept=0.6)
    boxes = read(tmp_path, facts, prediction(0.8, 0, **lists), columns=["topk_classes", "topk_scores"])
    np.testing.assert_allclose(boxes.listed, [[0.6, 0.4]], atol=1e-6)
    assert boxes.listed_ids.tolist() == [[2, 1]]
    np.testing.assert_allclose(boxes.probabilities, [0.4], atol=1e-6)
    np.testing.assert_allclose(boxes.accept, [0.3], atol=1e-6)
    np.testing.assert_allclose(boxes.scores, [0.8], atol=1e-6)


def test_exclusive_scores_stay_as_they_add_up(tmp_path: Path):
    lists = {"topk_classes": np.array([[0, 1]], np.int32), "topk_scores": np.array([[0.75, 0.25]], np.float32)}
    facts = make_facts(classes=[1, 2], kind=ScoreKind.SOFTMAX, calibrators={1: HALVED})
    boxes = read(tmp_path, facts, prediction(0.75, 0, **lists), columns=["topk_classes", "topk_scores"])
    assert boxes.listed.tolist() == [[0.75, 0.25]]


def test_dense_scores_have_a_column_a_class_and_zeros_where_there_is_no_box():
    boxes = make_boxes([[((0, 0, 9, 9), {2: 0.5, 5: 0.25})]])
    found = dense_scores(boxes, np.array([0, -1]), [1, 2, 5])
    assert found.tolist() == [[0.0, 0.5, 0.25], [0.0, 0.0, 0.0]]


def test_thresholds_of_people_go_over_guesses():
    version = make_autolabeler("vehicle:v1", ["car", "truck"]).version
    bands = make_bands(version, {"car": 0.05}, None, TAXONOMY)
    assert bands.accept[[1, 2]].tolist() == [np.float32(0.05), 0.5]
    assert bands.reject[[1, 2]].tolist() == [np.float32(0.05), np.float32(0.1)]  # never over the accept threshold
