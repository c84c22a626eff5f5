"""The detector as a Keras model: its gradients, what survives a file, what it detects."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.train.detector.batches import Arrays, Box, make_batch, random_batch

tf = pytest.importorskip("tensorflow", reason="needs the [train] extra", exc_type=ImportError)
keras = pytest.importorskip("keras", reason="needs the [train] extra", exc_type=ImportError)
losses = pytest.importorskip("unify.losses", exc_type=ImportError)
Detector = pytest.importorskip("unify.train.detector.detector", exc_type=ImportError).Detector
detect = pytest.importorskip("unify.train.detector.detect", exc_type=ImportError).detect

CLASSES = {"car": 1, "truck": 2, "pedestrian": 3}
LOADED_ELSEWHERE = """
import sys
import keras, numpy
found = keras.saving.load_model(sys.argv[1], safe_mode=True)(numpy.load(sys.argv[2]))
assert not [name for name in sys.modules if name.split(".")[0] == "unify"]
numpy.savez(sys.argv[3], **found)
"""


def compiled(width: int = 4) -> Any:
    keras.utils.set_random_seed(0)
    detector = Detector(CLASSES, (32, 48), width, exclusive=[(0, 1)])
    loss = {"heatmap": losses.PartialHeatmapFocalCrossentropy(), "boxes": losses.PartialBoxGIoU()}
    detector.compile(keras.optimizers.Adam(0.01), loss=loss, run_eagerly=True)  # tracing takes longer than the steps
    return detector


def targets(detector: Any, batch: Arrays) -> tuple:
    return detector.targets({key: tf.constant(values) for key, values in batch.items()})


def noise(seed: int = 0, count: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 32, 48, 3), np.uint8)


def test_unknown_classes_get_exactly_no_gradient_through_the_whole_detector():
    detector = compiled()
    batch = make_batch([Box(1, (4, 4, 20, 24))], [], absence=(1.0, 0.0, 0.0)) | {"image": noise()}
    pictures, true, weights = targets(detector, batch)
    kernel, bias = detector.get_layer("heatmap").trainable_variables
    with tf.GradientTape() as tape:
        outputs = detector(pictures, training=True)
        loss = detector.compute_loss(pictures, true, outputs, weights)
    by_logit, by_bias = map(np.array, tape.gradient(loss, [outputs["heatmap"], bias.value]))
    rival = (0, 3, 3, 1)  # the truck that the car in this cell cannot be
    np.testing.assert_array_equal(by_logit[..., 0] != 0, True)
    assert np.argwhere(by_logit[..., 1:]).tolist() == [[0, 3, 3, 0]] and by_logit[rival] > 0
    assert (by_bias != 0).tolist() == [True, True, False]

    before = keras.ops.convert_to_numpy(kernel).copy()
    detector.train_on_batch(pictures, true, sample_weight=weights)
    learned = (keras.ops.convert_to_numpy(kernel) != before).any(axis=(0, 1, 2))
    assert learned.tolist() == [True, True, False]


def test_a_saved_detector_keeps_classes_settings_and_outputs_and_training_goes_on(tmp_path: Path):
    detector = compiled()
    pictures, true, weights = targets(detector, random_batch(0))
    detector.train_on_batch(pictures, true, sample_weight=weights)
    assert len(detector.detect([])) == 0  # what detects shares the layers, and is not saved twice
    detector.save(tmp_path / "detector.keras")
    again = keras.saving.load_model(tmp_path / "detector.keras")
    assert type(again) is Detector and again.name == detector.name
    assert again.settings == {"classes": CLASSES, "image_hw": [32, 48], "width": 4} == detector.settings
    assert again.exclusive == ((0, 1),)
    for key, values in detector(noise()).items():
        np.testing.assert_array_equal(again(noise())[key], values)
    going_on = [each.train_on_batch(pictures, true, sample_weight=weights) for each in (detector, again)]
    assert going_on[1] == pytest.approx(going_on[0], rel=1e-5)


def peaks(model: Any) -> dict[int, set[tuple[float, ...]]]:
    """Class column -> what was found on the first of two pictures: score and box."""
    found = {key: keras.ops.convert_to_numpy(values)[0].tolist() for key, values in model(noise()).items()}
    columns = sorted(set(found["classes"]))
    each = [*zip(found["classes"], found["scores"], found["boxes"])]
    return {column: {(score, *box) for of, score, box in each if of == column} for column in columns}


def test_a_specialist_finds_its_classes_as_the_detector_does_and_numbers_them_anew():
    detector = compiled()
    everything = peaks(detector.with_peaks())
    chosen = peaks(detector.specialist(["pedestrian", "car"]))
    assert set(everything) == {0, 1, 2} and set(chosen) == {0, 1}
    assert everything[2] <= chosen[0] and everything[0] <= chosen[1]  # the trucks took the room of some
    assert sum(map(len, everything.values())) == sum(map(len, chosen.values()))
    assert everything[1] <= peaks(detector.specialist(["truck"]))[0]


def test_a_specialist_of_all_classes_in_their_order_is_the_detector():
    detector = compiled()
    for key, values in detector.specialist(list(CLASSES))(noise()).items():
        np.testing.assert_array_equal(detector.with_peaks()(noise())[key], values)


def test_a_detector_is_no_specialist_of_classes_that_it_does_not_know():
    with pytest.raises(KeyError, match="tram"):
        compiled().specialist(["car", "tram"])


@pytest.mark.parametrize("classes", [None, ["pedestrian", "car"], ["truck"]], ids=str)
def test_what_detects_is_loaded_in_safe_mode_where_unify_is_not(classes: list[str] | None, tmp_path: Path):
    with_peaks = compiled().with_peaks() if classes is None else compiled().specialist(classes)
    with_peaks.save(tmp_path / "model.keras")
    np.save(tmp_path / "pictures.npy", noise())
    files = [tmp_path / name for name in ("model.keras", "pictures.npy", "found.npz")]
    subprocess.run([sys.executable, "-c", LOADED_ELSEWHERE, *files], check=True, cwd=tmp_path)
    with np.load(files[-1]) as found:
        for key, values in with_peaks(noise()).items():
            np.testing.assert_allclose(found[key], values, rtol=1e-5, atol=1e-6, err_msg=key)


class Oracle:
    """Finds one car in the left upper quarter of whatever it sees, twice, and a truck in which it hardly believes."""

    name = "oracle"

    def predict_on_batch(self, pictures: Any) -> dict[str, np.ndarray]:
        count = len(pictures)
        return {
            "boxes": np.tile(np.float32([[0, 0, 0.5, 0.5]] * 3), (count, 1, 1)),
            "scores": np.tile(np.float32([0.75, 0.5, 0.01]), (count, 1)),
            "classes": np.tile(np.int32([0, 0, 1]), (count, 1)),
        }


@pytest.mark.parametrize(("content_hw", "right"), [(None, 160), ([20, 48], 160), ([32, 24], 320)], ids=str)
def test_detections_are_in_stored_pixels(content_hw: list[int] | None, right: float):
    """The stored picture is 320 wide and 200 high; half of what is seen may be the padding of a letterbox."""
    batch = {"image": noise(count=1), "image_hw": np.array([[200, 320]]), "picture": np.array([b"ab"], object)}
    if content_hw:
        batch["content_hw"] = np.array([content_hw])
    found = detect(Oracle(), [batch, batch], floor=0.02)
    bottom = 100 if content_hw is None else 100 * 32 / content_hw[0]
    assert (found.picture_ids, found.origin) == (["ab", "ab"], "oracle")
    assert found.class_ids.tolist() == [1, 1] and found.scores.tolist() == [0.75, 0.75]
    np.testing.assert_allclose(found.boxes_xywh_px, [[0, 0, right, bottom]] * 2)
