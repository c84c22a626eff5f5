"""KerasHub's RetinaNet on partially labeled data: its own anchors, label encoder and heads, our losses.

`encode` and `trainable` are the whole wiring; copy them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import unify
from tests.workspaces import add_batch, add_config, make_workspace
from unify.compiler import compile
from unify.records.manifest import read_manifest

tf = pytest.importorskip("tensorflow", reason="needs the [train] extra", exc_type=ImportError)
keras = pytest.importorskip("keras", reason="needs the [train] extra", exc_type=ImportError)
_HOW = "needs KerasHub: pip install --no-deps keras-hub regex tokenizers"
keras_hub = pytest.importorskip("keras_hub", reason=_HOW, exc_type=ImportError)
pytestmark = pytest.mark.tensorflow

TAXONOMY = """\
tasks:
  vehicle: {classes: {car: 1, truck: 2}}
  pedestrian: {classes: {pedestrian: 3, cyclist: 4}}
exclusive: [[car, pedestrian]]
"""
C = 4
CAR, PEDESTRIAN, CYCLIST = 0, 2, 3
IMAGE_HW = (64, 64)
IGNORED = -2  # what the label encoder says of an anchor that overlaps too much for background and too little for a box
Arrays = Mapping[str, Any]
Groups = Sequence[Sequence[int]]


def encode(batch: Arrays, detector: Any, exclusive: Groups = ()) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """A batch of `unify.load` as pictures, targets and weights of a RetinaNet's two heads; for ``dataset.map``.

    B pictures, N boxes, A anchors, C class columns.

    Args:
        batch: of ``unify.load(..., batch_size=B, image_hw=..., max_boxes=N)``.
        detector: a RetinaNetObjectDetector with C classes and boxes in ``yxyx``.
        exclusive: groups of class columns, by `unify.losses.exclusive_columns`.

    Returns:
        pictures float32 [B, H, W, 3] in [0, 1]; targets `cls_logits` [B, A, C] and `bbox_regression` [B, A, 4]; their
        weights [B, A, C] and [B, A].
    """
    ops = keras.ops
    pictures = ops.cast(batch["image"], "float32") / 255
    height, width = pictures.shape[1:3]
    # The encoder tells every anchor the class of its box. Given numbers for classes, it tells which box that is.
    numbers = ops.cumsum(ops.ones_like(batch["classes"]), axis=1) - 1
    boxes, matched = detector.label_encoder(pictures, batch["boxes"] * [height, width, height, width], numbers)

    def of_match(values: Any) -> Any:
        found = ops.take_along_axis(values, ops.cast(ops.maximum(matched, 0), "int32"), axis=1)
        return ops.where(matched >= 0, found, ops.zeros_like(found))

    targets = ops.one_hot(of_match(batch["classes"]) - 1, detector.num_classes)
    weights = unify.losses.classification_weights(
        targets,
        batch["absence_weights"],
        positive_weight=of_match(batch["weights"])[..., None],
        ignored=(matched == IGNORED)[..., None],
        exclusive=exclusive,
    )
    box_weights = of_match(batch["box_weights"])
    return (
        pictures,
        {"cls_logits": targets, "bbox_regression": boxes},
        {"cls_logits": weights, "bbox_regression": box_weights},
    )


def trainable(detector: Any, **options: Any) -> Any:
    """The detector with our losses. It is one layer of a plain model, for KerasHub's own training makes the targets."""
    pictures = keras.Input((*IMAGE_HW, 3))
    model = keras.Model(pictures, detector(pictures))
    focal, l1 = unify.losses.PartialBinaryFocalCrossentropy(**options), unify.losses.PartialBoxL1()
    model.compile(keras.optimizers.SGD(1e-5), loss={"cls_logits": focal, "bbox_regression": l1})
    return model


def retinanet() -> Any:
    """RetinaNet over a ResNet of three blocks: strides 8 and 16, two anchors a cell, A = 2 (64 + 16)."""
    keras.utils.set_random_seed(0)
    blocks = {"stackwise_num_filters": [64] * 3, "stackwise_num_blocks": [1] * 3, "stackwise_num_strides": [1, 2, 2]}
    shape = (*IMAGE_HW, 3)
    encoder = keras_hub.models.ResNetBackbone([64], [7], **blocks, block_type="basic_block", image_shape=shape)
    backbone = keras_hub.models.RetinaNetBackbone(encoder, min_level=3, max_level=4, use_p5=False, image_shape=shape)
    anchors = keras_hub.layers.AnchorGenerator(
        "yxyx", min_level=3, max_level=4, num_scales=1, aspect_ratios=[0.5, 1.0], anchor_size=2.0
    )
    return keras_hub.models.RetinaNetObjectDetector(
        backbone, num_classes=C, anchor_generator=anchors, pre_logits_num_conv_layers=1
    )


@pytest.fixture(scope="module")
def detector() -> Any:
    """A fresh one, never trained."""
    return retinanet()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Vehicles boxed on four pictures, people on four others; in the second batches, the other way round."""
    folder = make_workspace(tmp_path_factory.mktemp("hub") / "workspace", TAXONOMY)
    left, right = (8.0, 6.0, 16.0, 12.0), (42.0, 24.0, 16.0, 12.0)  # once resized, squares of 16 pixels
    vehicles = {"street": [("car", left), ("truck", right)], "yard": [("car", right)], "road": [], "bridge": []}
    people = {"park": [("cyclist", left)], "square": [("pedestrian", right)], "shop": [], "lane": []}
    add_batch(folder, "vehicle:b1", vehicles, ["car", "truck"])
    add_batch(folder, "pedestrian:b1", people, ["pedestrian", "cyclist"])
    add_batch(folder, "vehicle:b2", {word: [] for word in people} | {"shop": [("truck", left)]}, ["car", "truck"])
    crossing = {word: [] for word in vehicles} | {"road": [("cyclist", right)]}
    add_batch(folder, "pedestrian:b2", crossing, ["pedestrian", "cyclist"])
    add_config(folder, ["vehicle:b1", "pedestrian:b1"], "partial")
    add_config(folder, ["vehicle:all", "pedestrian:all"], "full")
    return folder


def load(workspace: Path, config: str, batch_size: int = 8) -> tuple[Any, Groups]:
    """The dataset of eight pictures, and its exclusive groups."""
    output = compile(config, workspace=workspace, workers=1).output
    dataset = unify.load(output, batch_size=batch_size, image_hw=IMAGE_HW, max_boxes=3)
    return dataset, unify.losses.exclusive_columns(read_manifest(output))


def all_at_once(workspace: Path, config: str) -> tuple[Arrays, Groups]:
    dataset, exclusive = load(workspace, config)
    return next(dataset.as_numpy_iterator()), exclusive


def test_anchors_get_the_classes_of_their_boxes_and_weights_by_what_is_labeled(workspace: Path, detector: Any):
    batch, exclusive = all_at_once(workspace, "partial")
    _, targets, weights = encode(batch, detector, exclusive)
    classes, weights, box_weights = (np.array(each) for each in (targets["cls_logits"], *weights.values()))
    present = [[c + 1 in boxed for c in range(C)] for boxed in batch["classes"]]
    np.testing.assert_array_equal(classes.max(axis=1), present)
    matched = classes.max(axis=-1) == 1
    np.testing.assert_array_equal(box_weights, matched)
    labeled = np.broadcast_to(batch["labeled"][:, None], classes.shape).astype(np.float32)
    ignored = (weights != labeled).any(axis=-1) & ~matched
    assert (weights[ignored] == 0).all() and 0 < ignored.sum() < 20
    of_cars = classes[..., CAR] == 1
    labeled[of_cars, PEDESTRIAN] = 1  # nobody looked for people, but a car is none
    labeled[classes[..., PEDESTRIAN] == 1, CAR] = 1
    np.testing.assert_array_equal(weights[~ignored], labeled[~ignored])


def test_with_everything_labeled_it_is_the_librarys_own_loss(workspace: Path, detector: Any):
    batch, _ = all_at_once(workspace, "full")
    assert batch["labeled"].all()
    pictures, targets, weights = encode(batch, detector)
    scored = {"batch_size": 8, "return_dict": True, "verbose": 0}
    ours = trainable(detector, alpha=None).evaluate(pictures, targets, sample_weight=weights, **scored)
    # Its own training changes the labels it is given, which Keras refuses in a compiled step.
    detector.compile(run_eagerly=True)
    labels = {"boxes": batch["boxes"] * np.float32(np.tile(IMAGE_HW, 2)), "labels": batch["classes"] - 1}
    theirs = detector.evaluate(pictures, labels, **scored)
    # Both divide by the positives. Over classes, theirs takes the mean, ours the sum, as the paper.
    assert ours["cls_logits_loss"] == pytest.approx(C * theirs["cls_logits_loss"], rel=1e-6)


def test_unknown_classes_get_exactly_no_gradient_through_the_head(workspace: Path, detector: Any):
    batch, exclusive = all_at_once(workspace, "partial")
    of_vehicles = {key: values[batch["labeled"][:, CAR]] for key, values in batch.items()}
    pictures, targets, weights = encode(of_vehicles, detector, exclusive)
    kernel = detector.classification_head.prediction_layer.kernel
    with tf.GradientTape() as tape:
        outputs = detector(pictures)
        loss = trainable(detector).compute_loss(pictures, targets, outputs, weights)
    by_logit, by_kernel = map(np.array, tape.gradient(loss, [outputs["cls_logits"], kernel.value]))
    background = np.array(targets["cls_logits"]).max(axis=-1) == 0
    assert (by_logit[background][:, [PEDESTRIAN, CYCLIST]] == 0).all()
    np.testing.assert_array_equal(by_logit != 0, np.array(weights["cls_logits"]) != 0)
    by_class = np.abs(by_kernel.reshape(-1, C)).max(axis=0)  # output channels are anchors times classes
    assert (by_class > 0).tolist() == [True, True, True, False]  # people learn from cars, which no pedestrian is


@pytest.fixture(scope="module")
def trained(workspace: Path) -> tuple[Any, list[float]]:
    """A model after six steps of ``fit`` on batches encoded in the input pipeline, and its loss by epoch."""
    detector, (dataset, exclusive) = retinanet(), load(workspace, "partial", batch_size=4)
    model = trainable(detector)
    encoded = dataset.map(lambda batch: encode(batch, detector, exclusive))
    return model, model.fit(encoded, epochs=3, shuffle=False, verbose=0).history["loss"]


@pytest.mark.slow
def test_fit_lowers_the_loss(trained: tuple[Any, list[float]]):
    _, losses = trained
    assert losses[-1] < losses[0] / 2


@pytest.mark.slow
# The detector was compiled by its own constructor, which Keras does not repeat; nor do we need it.
@pytest.mark.filterwarnings("ignore:`compile:UserWarning:keras")
def test_a_saved_model_keeps_its_losses(
    trained: tuple[Any, list[float]], workspace: Path, detector: Any, tmp_path: Path
):
    model, _ = trained
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    batch, exclusive = all_at_once(workspace, "partial")
    pictures, targets, weights = encode(batch, detector, exclusive)
    both = [
        each.evaluate(pictures, targets, sample_weight=weights, batch_size=8, return_dict=True, verbose=0)
        for each in (model, again)
    ]
    assert both[1] == pytest.approx(both[0], rel=1e-6)
    assert both[0]["cls_logits_loss"] > 0 and both[0]["bbox_regression_loss"] > 0
