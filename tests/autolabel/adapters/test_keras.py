from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tests.autolabel.adapters.finder import SCORE, keras_finder, picture_with
from tests.autolabel.labelers import WHERE, gray, make_version
from unify.autolabel.adapters.backend import import_backend
from unify.autolabel.load import load_autolabeler
from unify.errors import AutoLabelerError

pytestmark = pytest.mark.tensorflow
pytest.importorskip("keras", reason="needs the [train] extra")

DRAWN = [(3, 4, 10, 12), (0, 0, 20, 16), (5, 1, 30, 9)]


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keras") / "finder.keras"
    keras_finder().save(path)
    return path


@pytest.mark.parametrize("fit", ["stretch", "letterbox"])
def test_a_box_is_found_where_it_is(finder: Path, fit: str):
    labeler = load_autolabeler(make_version("keras", path=finder, fit=fit, padding=0, batch_size=2), finder.parent)
    found = labeler.predict([picture_with(box, (16 + index, 32)) for index, box in enumerate(DRAWN)])
    for box, prediction in zip(DRAWN, found):
        assert np.abs(prediction.boxes_xyxy - [box]).max() <= 0.5
        assert (prediction.scores.tolist(), prediction.classes.tolist()) == ([SCORE], [1])


def test_batches_of_every_size_are_one_compiled_function(finder: Path):
    labeler = load_autolabeler(make_version("keras", path=finder, batch_size=4), finder.parent)
    model = labeler._model._network._model
    before = model.predict_function
    labeler.predict([gray((10 + size, 20)) for size in range(7)])
    labeler.predict([gray()])
    assert model.predict_function is before and before.experimental_get_tracing_count() == 1


def test_a_model_whose_outputs_are_a_list_is_read_by_their_names(tmp_path: Path):
    import keras

    finder = keras_finder()
    boxes, scores, classes = (
        keras.layers.Identity(name=name)(finder.output[key])
        for name, key in (("corners", "boxes"), ("how_sure", "scores"), ("which", "classes"))
    )
    keras.Model(finder.input, [boxes, scores, classes]).save(tmp_path / "list.keras")
    names = {"boxes": "corners", "scores": "how_sure", "classes": "which"}
    version = make_version("keras", path=tmp_path / "list.keras", outputs=names)
    (prediction,) = load_autolabeler(version, tmp_path).predict([picture_with(DRAWN[0], (24, 32))])
    assert np.abs(prediction.boxes_xyxy - [DRAWN[0]]).max() <= 0.5


def test_code_in_the_file_is_not_run(tmp_path: Path):
    import keras

    image = keras.Input((8, 8, 3))
    keras.Model(image, keras.layers.Lambda(lambda x: x)(image)).save(tmp_path / "lambda.keras")
    with pytest.raises(AutoLabelerError) as caught:
        load_autolabeler(make_version("keras", path=tmp_path / "lambda.keras"), tmp_path)
    (problem,) = caught.value.problems
    assert (problem.where, problem.what) == (WHERE, "auto-labeler 'vehicle:v1' cannot be loaded in safe mode")
    assert "lambda" in problem.got.lower() and "path/to/file.py:Class" in problem.fix


def test_the_detector_of_unify_is_read_without_a_word(tmp_path: Path):
    from unify.train.detector.detector import Detector

    detector = Detector({"car": 1, "truck": 2}, image_hw=(32, 48), width=8)
    detector.with_peaks().save(tmp_path / "model.keras")
    picture = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    options = {"fit": "letterbox", "nms_iou": 0.6, "score_floor": 0.0}
    (prediction,) = load_autolabeler(make_version("keras", path=tmp_path / "model.keras", **options), tmp_path).predict(
        [picture]
    )
    assert len(prediction) > 0 and (np.diff(prediction.scores) <= 0).all()
    assert set(prediction.classes.tolist()) <= {0, 1}


def test_tensorflow_is_told_to_take_little_memory_before_it_is_loaded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TF_FORCE_GPU_ALLOW_GROWTH", raising=False)
    import_backend("keras", make_version("keras"))
    assert os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
