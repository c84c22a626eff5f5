"""One pair of eyes for many detectors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the [train] extra", exc_type=ImportError)
keras = pytest.importorskip("keras", reason="needs the [train] extra", exc_type=ImportError)
Detector = pytest.importorskip("unify.train.detector.detector", exc_type=ImportError).Detector
Watcher = pytest.importorskip("unify.train.detector.watcher", exc_type=ImportError).Watcher

PICTURES = np.random.default_rng(0).integers(0, 256, (2, 32, 48, 3), np.uint8)
BATCHES = [{"image": PICTURES, "image_hw": np.array([[64, 96]] * 2), "picture": np.array([b"ab", b"cd"], object)}]


def fresh(seed: int) -> Any:
    keras.utils.set_random_seed(seed)
    return Detector({"car": 1, "truck": 2}, (32, 48), width=4, name="detector")


def test_a_watcher_finds_what_each_detector_finds_and_changes_none():
    detectors = [fresh(0), fresh(1)]
    before = [each.get_weights() for each in detectors]
    watcher = Watcher(detectors[0])
    for detector in (*detectors, detectors[0]):
        seen, found = watcher.detect(detector, BATCHES), detector.detect(BATCHES)
        assert len(found) > 0 and (seen.picture_ids, seen.origin) == (found.picture_ids, found.origin)
        for column in ("class_ids", "boxes_xywh_px", "scores"):
            np.testing.assert_allclose(getattr(seen, column), getattr(found, column), rtol=1e-5, atol=1e-5)
    for detector, weights in zip(detectors, before, strict=True):
        for now, then in zip(detector.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(now, then)


def test_what_a_watcher_runs_is_traced_once(monkeypatch: pytest.MonkeyPatch):
    written: list[str] = []
    plain = keras.layers.Conv2D.call

    def counted(layer: Any, inputs: Any) -> Any:
        written.append(layer.name)
        return plain(layer, inputs)

    detectors = [fresh(0), fresh(1)]
    watcher = Watcher(detectors[0])
    monkeypatch.setattr(keras.layers.Conv2D, "call", counted)
    counts = []
    for detector in detectors:
        watcher.detect(detector, BATCHES)
        counts.append(len(written))
    assert counts[0] > 0 and counts == [counts[0]] * 2
