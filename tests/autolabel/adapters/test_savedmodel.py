from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.autolabel.adapters.finder import SCORE, keras_finder, picture_with
from tests.autolabel.labelers import WHERE, make_version
from unify.autolabel.load import load_autolabeler
from unify.errors import AutoLabelerError

pytestmark = pytest.mark.tensorflow
pytest.importorskip("tensorflow", reason="needs the [train] extra")

BOX = (3, 4, 10, 12)


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("savedmodel") / "finder"
    keras_finder().export(path, verbose=False)
    return path


@pytest.fixture(scope="module")
def object_detection_api(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One picture of any size at a time, uint8, the API's names, classes from 1, rows of padding."""
    import tensorflow as tf

    class Exported(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([1, None, None, 3], tf.uint8, name="input_tensor")])
        def __call__(self, input_tensor):
            bright = tf.reduce_mean(tf.cast(input_tensor, tf.float32), axis=3)[0] > 127
            places = tf.cast(tf.where(bright), tf.float32)
            size = tf.cast(tf.shape(bright), tf.float32)
            box = tf.concat([tf.reduce_min(places, 0) / size, (tf.reduce_max(places, 0) + 1) / size], 0)
            return {
                "detection_boxes": tf.stack([box, tf.zeros(4)])[None],
                "detection_scores": tf.constant([[SCORE, 0.0]]),
                "detection_classes": tf.constant([[2.0, 1.0]]),
                "detection_multiclass_scores": tf.constant([[[0.125, 0.25, SCORE], [1.0, 0.0, 0.0]]]),
                "num_detections": tf.constant([1.0]),
            }

    path, module = tmp_path_factory.mktemp("savedmodel") / "api", Exported()
    tf.saved_model.save(module, str(path), signatures={"serving_default": module.__call__})
    return path


def test_a_box_is_found_where_it_is(finder: Path):
    version = make_version("savedmodel", path=finder, first_class=0, fit="letterbox", padding=0)
    (prediction,) = load_autolabeler(version, finder.parent).predict([picture_with(BOX, (20, 32))])
    assert np.abs(prediction.boxes_xyxy - [BOX]).max() <= 0.5
    assert (prediction.scores.tolist(), prediction.classes.tolist()) == ([SCORE], [1])


def test_a_detector_of_the_object_detection_api_needs_no_option(object_detection_api: Path):
    labeler = load_autolabeler(make_version("savedmodel", path=object_detection_api), object_detection_api.parent)
    found = labeler.predict([picture_with(BOX, (20, 32)), picture_with(BOX, (40, 16))])
    for prediction in found:
        assert np.allclose(prediction.boxes_xyxy, [BOX], atol=1e-4)
        assert (prediction.scores.tolist(), prediction.classes.tolist()) == ([SCORE], [1])
        assert (prediction.topk_classes.tolist(), prediction.topk_scores.tolist()) == ([[1, 0]], [[SCORE, 0.25]])


def test_a_folder_that_is_no_model_is_told(tmp_path: Path):
    with pytest.raises(AutoLabelerError) as caught:
        load_autolabeler(make_version("savedmodel", path=tmp_path), tmp_path)
    (problem,) = caught.value.problems
    assert (problem.where, problem.what) == (WHERE, "auto-labeler 'vehicle:v1' cannot be loaded")
    assert "SavedModel file does not exist" in problem.got
