from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.autolabel.adapters.finder import INPUT_HW, SCORE, picture_with, save_onnx_finder
from tests.autolabel.labelers import WHERE, make_version
from tests.real_data import real
from unify.autolabel.load import load_autolabeler, read_spec
from unify.core.boxes import match_boxes
from unify.errors import AutoLabelerError

pytest.importorskip("onnxruntime", reason="needs the [onnx] extra")

COCO = (
    "person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,parking meter,"
    "bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee,skis,"
    "snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,cup,"
    "fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,"
    "potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,"
    "refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush"
).split(",")


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("onnx", reason="makes the model")
    return save_onnx_finder(tmp_path_factory.mktemp("onnx") / "finder.onnx")


@pytest.mark.parametrize("fit", ["stretch", "letterbox"])
def test_a_box_is_found_where_it_is(finder: Path, fit: str):
    labeler = load_autolabeler(make_version("onnx", path=finder, fit=fit, padding=0, batch_size=2), finder.parent)
    drawn = [(3, 4, 10, 12), (0, 0, 20, 16), (5, 1, 30, 9)]
    found = labeler.predict([picture_with(box, (16 + i, 32)) for i, box in enumerate(drawn)])
    for box, prediction in zip(drawn, found):
        assert np.abs(prediction.boxes_xyxy - [box]).max() <= 0.5
        assert (prediction.scores.tolist(), prediction.classes.tolist()) == ([SCORE], [1])


def test_its_threads_are_as_many_as_asked_and_change_no_prediction(finder: Path):
    versions = [make_version("onnx", path=finder, **options) for options in ({"threads": 1}, {})]
    one, default = (load_autolabeler(version, finder.parent) for version in versions)
    settings = one._model._network._session.get_session_options()
    assert settings.intra_op_num_threads == 1
    assert settings.get_session_config_entry("session.intra_op.allow_spinning") == "0"
    assert one.recipe == default.recipe


def test_weights_beside_the_file_belong_to_it(tmp_path: Path):
    for name in ("model.onnx", "model.onnx.data", "model.onnx_data", "other.onnx"):
        (tmp_path / name).write_bytes(b"")
    spec = read_spec(make_version("onnx", path=tmp_path / "model.onnx"), tmp_path)
    assert [path.name for path in spec.files] == ["model.onnx", "model.onnx.data", "model.onnx_data"]


def test_a_file_that_is_no_model_is_told(tmp_path: Path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"<html>404</html>")
    with pytest.raises(AutoLabelerError) as caught:
        load_autolabeler(make_version("onnx", path=path), tmp_path)
    (problem,) = caught.value.problems
    assert (problem.where, problem.what) == (WHERE, "auto-labeler 'vehicle:v1' cannot be loaded")
    assert "Protobuf parsing failed" in problem.got


def test_a_wrong_layout_is_found_at_loading(finder: Path):
    height, width = INPUT_HW
    with pytest.raises(AutoLabelerError) as caught:
        load_autolabeler(make_version("onnx", path=finder, layout="NHWC"), finder.parent)
    assert str(caught.value) == (
        f"{WHERE}: auto-labeler 'vehicle:v1' takes an input of shape [N, 3, {height}, {width}]\n"
        "  got:      layout NHWC in its options\n"
        "  fix:      set 'layout'"
    )


def test_fastestdet_is_the_mediocre_detector_that_it_is():
    """Declared by options alone. At score 0.45 its AP50 for sofas is known to be 0.21."""
    from PIL import Image

    version = make_version(
        "onnx", ["sofa", "pottedplant"], real("models/fastestdet") / "FastestDet.onnx", head="fastestdet",
        class_names=COCO, class_map={"couch": "sofa", "potted plant": "pottedplant"}, channel_order="bgr",
        divide_by=255, antialias=False, nms_iou=0.45,
    )  # fmt: skip
    labeler = load_autolabeler(version, Path())
    sofas = hits = answered = 0
    for name, truth in sofas_of(real("indoor")).items():
        (found,) = labeler.predict([np.asarray(Image.open(name).convert("RGB"))])
        likely = found.boxes_xyxy[(found.classes == 0) & (found.scores >= 0.45)]
        sofas, answered = sofas + len(truth), answered + len(likely)
        hits += len(match_boxes(likely, truth))
    assert sofas == 21 and 4 <= hits <= 6 and 20 <= answered <= 26


def sofas_of(folder: Path) -> dict[Path, np.ndarray]:
    """Picture -> its sofas, xyxy, for all that have some."""
    sofas: dict[Path, np.ndarray] = {}
    for path in sorted((folder / "ground-truth").glob("*.txt")):
        rows = [line.split() for line in path.read_text().splitlines()]
        boxes = [row[1:5] for row in rows if row[0] == "sofa"]
        if boxes:
            sofas[folder / "images-optional" / f"{path.stem}.jpg"] = np.array(boxes, np.float32)
    return sofas
