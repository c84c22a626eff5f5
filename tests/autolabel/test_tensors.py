"""Networks get batches of one shape, and what does not fit is found before the first picture."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from pathlib import Path

import numpy as np
import pytest

from tests.autolabel.labelers import WHERE, gray, make_version
from unify.autolabel.interface import AutoLabelerSpec
from unify.autolabel.options import TensorOptions
from unify.autolabel.tensors import InputShape, TensorModel, the_picture
from unify.errors import AutoLabelerError

HEAD = f"{WHERE}: auto-labeler 'vehicle:v1' "


class Network:
    """Answers one box a picture whose score is the picture's brightness; remembers what it got."""

    def __init__(self, shape: tuple | None, dtype: type = np.float32, run: Callable | None = None) -> None:
        self.input = InputShape(shape, np.dtype(dtype))
        self.batches: list[np.ndarray] = []
        self._run = run or self._one_box

    def run(self, batch: np.ndarray) -> dict[str, np.ndarray]:
        self.batches.append(batch)
        return self._run(batch)

    def _one_box(self, batch: np.ndarray) -> dict[str, np.ndarray]:
        scores = batch.reshape(len(batch), -1)[:, :1] / np.float32(255)
        return {"boxes": np.tile(np.float32([0, 0, 1, 1]), (len(batch), 1, 1)), "scores": scores, "classes": 0 * scores}


def make_model(network: Network, **options) -> TensorModel:
    spec = AutoLabelerSpec(make_version("onnx"), Path(), TensorOptions.model_validate(options), (), {})
    return TensorModel(spec, network)


def scores(model: TensorModel, *pictures: np.ndarray) -> list[int]:
    ready = [model.prepare(picture) for picture in pictures]
    return [round(float(answer["scores"][0]) * 255) for answer in model(model.assemble(ready), None)]


def test_every_batch_has_the_same_shape():
    network = Network((None, 8, 8, 3))
    pictures = [gray((30 + value, 40), value) for value in (10, 20, 30, 40, 50)]
    assert scores(make_model(network, batch_size=2), *pictures) == [10, 20, 30, 40, 50]
    assert {batch.shape for batch in network.batches} == {(2, 8, 8, 3)} and len(network.batches) == 1 + 3


def test_a_network_of_a_fixed_batch_gets_no_other():
    network = Network((1, 3, 8, 8))
    assert scores(make_model(network, batch_size=4, layout="NCHW"), gray(value=10), gray(value=20)) == [10, 20]
    assert {batch.shape for batch in network.batches} == {(1, 3, 8, 8)}


def test_models_that_take_a_picture_alike_say_so():
    def preparation(size: int, **options) -> Hashable:
        return make_model(Network((None, size, size, 3)), **options).preparation

    assert preparation(8) == preparation(8, batch_size=2, divide_by=255, channel_order="bgr", max_detections=7)
    others = [preparation(16), preparation(8, fit="letterbox"), preparation(8, antialias=False)]
    others += [preparation(8, fit="letterbox", anchor="center"), preparation(8, fit="letterbox", padding=0)]
    assert len({preparation(8), *others}) == 6


def test_a_network_that_takes_any_size_gets_each_picture_as_it_is():
    network = Network((None, None, None, 3), np.uint8)
    scores(make_model(network), gray((10, 20)), gray((30, 5)))
    assert [batch.shape for batch in network.batches] == [(1, 10, 20, 3), (1, 30, 5, 3)]
    assert network.batches[0].dtype == np.uint8


def test_boxes_of_a_network_that_takes_any_size_are_fractions_of_the_picture():
    model = make_model(Network((None, None, None, 3)))
    (answer,) = model(model.assemble([model.prepare(gray((10, 20)))]), None)
    assert answer["boxes"].tolist() == [[0, 0, 20, 10]]


def test_a_blank_batch_tells_what_is_wrong_with_every_picture():
    def explode(batch: np.ndarray) -> dict:
        raise RuntimeError("Got invalid dimensions for input: images\nExpected: 3")

    with pytest.raises(AutoLabelerError) as caught:
        make_model(Network((None, 8, 8, 3), run=explode))
    assert str(caught.value) == (
        HEAD + "cannot run on a blank picture\n"
        "  got:      RuntimeError: Got invalid dimensions for input: images\n"
        "  fix:      check 'input_hw', 'layout' and 'outputs' in its options"
    )
    with pytest.raises(AutoLabelerError) as caught:
        make_model(Network((None, 8, 8, 3), run=lambda batch: {"output0": batch, "output1": batch}))
    assert str(caught.value) == (
        HEAD + "has no output 'boxes'\n"
        "  expected: one of output0, output1\n"
        "  fix:      say which it is in its options, outputs: {boxes: NAME}"
    )


MISFITS = {
    "layout": ((1, 3, 8, 9), np.float32, {}, "takes an input of shape [1, 3, 8, 9]", "layout NHWC", "set 'layout'"),
    "size": (
        (None, 8, 9, 3), np.float32, {"input_hw": [9, 8]}, "takes an input of shape [N, 8, 9, 3]", "input_hw [9, 8]",
        "delete 'input_hw', or correct it",
    ),
    "whole numbers": (
        (None, 8, 8, 3), np.uint8, {"divide_by": 255}, "takes whole numbers", "divide_by, mean or std",
        "delete 'divide_by', 'mean' and 'std'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MISFITS)
def test_options_that_do_not_fit_the_network(case: str):
    shape, dtype, options, what, got, fix = MISFITS[case]
    with pytest.raises(AutoLabelerError) as caught:
        make_model(Network(shape, dtype), **options)
    assert str(caught.value) == f"{HEAD}{what}\n  got:      {got} in its options\n  fix:      {fix}"


def test_a_model_of_two_inputs_is_refused():
    with pytest.raises(ValueError, match="the model takes 2 inputs; one, the picture, is expected"):
        the_picture(["image", "mask"])
