from __future__ import annotations

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="needs the [train] extra", exc_type=ImportError)
network = pytest.importorskip("unify.train.detector.network", exc_type=ImportError)


@pytest.mark.parametrize("image_hw", [(16, 16), (32, 48), (192, 320)], ids=str)
def test_both_maps_have_a_quarter_of_the_size(image_hw: tuple[int, int]):
    _, outputs = network.build_layers(5, image_hw, width=4)
    height, width = (side // 4 for side in image_hw)
    assert outputs["heatmap"].shape == (None, height, width, 5)
    assert outputs["boxes"].shape == (None, height, width, 4)


@pytest.mark.parametrize(("width", "parameters"), [(24, 130_000), (32, 240_000)])
def test_it_has_as_many_parameters_as_documented(width: int, parameters: int):
    image, outputs = network.build_layers(6, (32, 48), width)
    assert keras.Model(image, outputs).count_params() == pytest.approx(parameters, rel=0.05)


def test_a_fresh_network_expects_little_and_puts_every_box_around_its_cell():
    image, outputs = network.build_layers(2, (32, 48), width=4)
    noise = np.random.default_rng(0).integers(0, 256, (2, 32, 48, 3), np.uint8)
    found = {key: np.array(values) for key, values in keras.Model(image, outputs)(noise).items()}
    assert 0.01 < (1 / (1 + np.exp(-found["heatmap"]))).mean() < 0.2  # 0.05, give or take the random kernels
    y, x = (np.arange(8) + 0.5) / 8, (np.arange(12) + 0.5) / 12
    assert (found["boxes"][..., 0] < y[:, None]).all() and (found["boxes"][..., 2] > y[:, None]).all()
    assert (found["boxes"][..., 1] < x).all() and (found["boxes"][..., 3] > x).all()


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_ends_in_float32(policy: str):
    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy(policy)
    try:
        image, outputs = network.build_layers(2, (32, 48), width=4)
        model = keras.Model(image, outputs)
    finally:
        keras.mixed_precision.set_dtype_policy(before)
    assert model.get_layer("class_head").compute_dtype == policy.removeprefix("mixed_")
    found = [np.array(values) for values in model(np.full((1, 32, 48, 3), 255, np.uint8)).values()]
    assert [values.dtype for values in found] == [np.float32] * 2
    assert all(np.isfinite(values).all() for values in found)
