"""The losses inside Keras: compile, fit, save, load, masks, mixed precision."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.train.backend import BACKEND, numpy_of
from tests.train.losses.batches import A, B, C, random_batch

keras = pytest.importorskip("keras", reason="needs the [train] extra", exc_type=ImportError)
losses = pytest.importorskip("unify.losses", exc_type=ImportError)

EVERY_LOSS = {
    "binary": lambda: losses.PartialBinaryCrossentropy(class_weights=[1, 2, 3, 4, 5], exclusive=[(0, 1), (2, 3, 4)]),
    "focal": lambda: losses.PartialBinaryFocalCrossentropy(alpha=None, gamma=1.5, normalizer="labeled", name="f"),
    "focal_ema": lambda: losses.PartialBinaryFocalCrossentropy(normalizer="positives_ema"),
    "heatmap": lambda: losses.PartialHeatmapFocalCrossentropy(gamma=1.0, penalty=2.0, from_logits=False),
    "softmax": lambda: losses.PartialCategoricalCrossentropy(normalizer=losses.Proportion(beta=6.0)),
    "l1": lambda: losses.PartialBoxL1(reduction=None),
    "giou": lambda: losses.PartialBoxGIoU(normalizer=losses.MovingPositives(momentum=0.5)),
}
every_loss = pytest.mark.parametrize("make", EVERY_LOSS.values(), ids=EVERY_LOSS)


def linear_model(outputs: int = C) -> keras.Model:
    inputs = keras.Input((A, 4))
    model = keras.Model(inputs, keras.layers.Dense(outputs, kernel_initializer=keras.initializers.Ones())(inputs))
    return model


def pictures(seed: int = 0, batch: int = B) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(batch, A, 4)).astype(np.float32)


@every_loss
def test_configuration_survives_json(make):
    loss = make()
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(loss)))
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is type(loss)
    assert again.get_config() == loss.get_config()
    assert type(loss).from_config(loss.get_config()).get_config() == loss.get_config()


def test_the_saved_average_goes_on_where_it_stopped():
    loss = losses.PartialBinaryCrossentropy(normalizer="positives_ema")
    batch = random_batch(0)
    loss(batch.y_true, batch.logits)
    again = type(loss).from_config(loss.get_config())
    assert numpy_of(again.normalizer.result()) == numpy_of(loss.normalizer.result()) > 1
    assert numpy_of(again(batch.y_true, batch.logits)) == numpy_of(loss(batch.y_true, batch.logits))


@pytest.mark.parametrize("normalizer", ["positives", "positives_ema"])
def test_a_compiled_model_is_saved_and_loaded(tmp_path: Path, normalizer: str):
    model, batch = linear_model(), random_batch(1)
    loss = losses.PartialBinaryFocalCrossentropy(gamma=1.0, normalizer=normalizer)
    metrics = [loss.normalizer] if normalizer == "positives_ema" else None
    model.compile("sgd", loss, metrics=metrics)
    model.fit(pictures(), batch.y_true, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.loss.get_config() == loss.get_config()
    if metrics:
        again.compile(again.optimizer, again.loss, metrics=[again.loss.normalizer])
    logs = [m.train_on_batch(pictures(2), random_batch(2).y_true, return_dict=True) for m in (model, again)]
    assert logs[0]["loss"] == pytest.approx(logs[1]["loss"], rel=1e-6)
    if metrics:
        assert logs[0]["positives"] == pytest.approx(logs[1]["positives"], rel=1e-6)


@pytest.mark.parametrize(
    "jit", [False, pytest.param(True, marks=pytest.mark.skipif(BACKEND == "torch", reason="slow"))]
)
def test_fit_reports_the_loss_and_takes_its_gradient(jit: bool):
    model, batch, x = linear_model(), random_batch(3), pictures()
    loss = losses.PartialBinaryFocalCrossentropy()
    expected = numpy_of(loss(batch.y_true, model(x)))
    before = model.get_weights()
    model.compile(keras.optimizers.SGD(0.1), loss, jit_compile=jit)
    history = model.fit(x, batch.y_true, epochs=5, verbose=0, batch_size=B)
    np.testing.assert_allclose(history.history["loss"][0], expected, rtol=1e-6)
    assert history.history["loss"] == sorted(history.history["loss"], reverse=True)
    assert all((after != old).any() for after, old in zip(model.get_weights(), before))


def test_fit_takes_weights_of_every_element():
    model, batch, x = linear_model(), random_batch(4), pictures()
    loss = losses.PartialBinaryFocalCrossentropy()
    expected = numpy_of(loss(batch.y_true, model(x), batch.weights))
    model.compile("sgd", loss)
    history = model.fit(x, batch.y_true, sample_weight=batch.weights, verbose=0, batch_size=B)
    np.testing.assert_allclose(history.history["loss"][0], expected, rtol=1e-6)


def test_fit_takes_classes_and_boxes_with_weights_of_their_own():
    inputs = keras.Input((A, 4))
    heads = {"classes": keras.layers.Dense(C)(inputs), "boxes": keras.layers.Dense(4)(inputs)}
    model, batch, x = keras.Model(inputs, heads), random_batch(5), pictures()
    boxes, box_weights = pictures(6), (batch.y_true == 1).any(-1).astype(np.float32)
    parts = {"classes": losses.PartialBinaryFocalCrossentropy(), "boxes": losses.PartialBoxL1()}
    predicted = model(x)
    expected = numpy_of(parts["classes"](batch.y_true, predicted["classes"], batch.weights))
    expected += 2 * numpy_of(parts["boxes"](boxes, predicted["boxes"], box_weights))
    model.compile("sgd", parts, loss_weights={"classes": 1.0, "boxes": 2.0})
    targets, weights = {"classes": batch.y_true, "boxes": boxes}, {"classes": batch.weights, "boxes": box_weights}
    history = model.fit(x, targets, sample_weight=weights, verbose=0, batch_size=B)
    np.testing.assert_allclose(history.history["loss"][0], expected, rtol=1e-6)


def test_fit_moves_the_average_of_positives():
    model, batch = linear_model(), random_batch(6)
    loss = losses.PartialBinaryFocalCrossentropy(normalizer="positives_ema")
    model.compile("sgd", loss, metrics=[loss.normalizer])
    positives = float((batch.y_true == 1).sum())
    history = model.fit(pictures(), batch.y_true, epochs=2, verbose=0, batch_size=B)
    np.testing.assert_allclose(history.history["positives"], positives, rtol=1e-6)
    np.testing.assert_allclose(numpy_of(loss.normalizer.state.value), [0.19 * positives, 0.19], rtol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_trains_in_float32_loss(policy: str):
    inputs = keras.Input((A, 4))
    outputs = keras.layers.Dense(C, dtype=policy)(inputs)
    model, batch = keras.Model(inputs, outputs), random_batch(7)
    assert keras.backend.standardize_dtype(model(pictures()).dtype) == policy.removeprefix("mixed_")
    loss = losses.PartialBinaryFocalCrossentropy(gamma=0.5)
    expected = numpy_of(loss(batch.y_true, model(pictures() * 100)))
    model.compile(keras.optimizers.SGD(1e-3), loss)
    history = model.fit(pictures() * 100, batch.y_true, verbose=0, batch_size=B)
    np.testing.assert_allclose(history.history["loss"][0], expected, rtol=2e-2)
    assert all(np.isfinite(weights).all() for weights in model.get_weights())


def test_wrong_class_counts_stop_fit_with_the_shapes():
    model, batch = linear_model(C - 1), random_batch(8)
    model.compile("sgd", losses.PartialBinaryFocalCrossentropy())
    with pytest.raises(ValueError, match=rf"y_true has {C} classes, y_pred {C - 1}"):
        model.fit(pictures(), batch.y_true, verbose=0)


def test_without_reduction_pictures_add_up_to_the_loss():
    batch = random_batch(9)
    each = numpy_of(losses.PartialBinaryFocalCrossentropy(reduction=None)(batch.y_true, batch.logits))
    assert each.shape == (B,)
    whole = numpy_of(losses.PartialBinaryFocalCrossentropy()(batch.y_true, batch.logits))
    np.testing.assert_allclose(each.sum(), whole, rtol=1e-6)


def test_a_keras_mask_of_the_predictions_is_a_weight_of_zero():
    batch = random_batch(10)
    mask = np.random.default_rng(10).random((B, A)) < 0.5
    loss = losses.PartialBinaryFocalCrossentropy()
    masked = keras.ops.convert_to_tensor(batch.logits)
    masked._keras_mask = keras.ops.convert_to_tensor(mask)
    expected = numpy_of(loss(batch.y_true, batch.logits, mask.astype(np.float32)))
    if BACKEND == "jax":
        pytest.skip("JAX arrays carry no attributes")
    assert numpy_of(loss(batch.y_true, masked)) == expected
    both = numpy_of(loss(batch.y_true, batch.logits, batch.weights * mask[..., None]))
    assert numpy_of(loss(batch.y_true, masked, batch.weights)) == both
