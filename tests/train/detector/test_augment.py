"""Changed pictures: their boxes follow, and what cannot be seen is not taught."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.train.detector.batches import IMAGE_HW, Arrays, Box, make_batch, random_batch

tf = pytest.importorskip("tensorflow", reason="needs the [train] extra", exc_type=ImportError)
augment = pytest.importorskip("unify.train.detector.augment", exc_type=ImportError).augment

OFF = {"flip": False, "scale": 1.0, "shift": 0.0, "color": 0.0}
PIXELS = np.tile(IMAGE_HW, 2)


def changed(batch: Arrays, seed: int = 0, **options: Any) -> Arrays:
    return next(augment(tf.data.Dataset.from_tensors(batch), seed=seed, **OFF | options).as_numpy_iterator())


def bright_rectangles(seed: int, pictures: int = 32) -> Arrays:
    """Black pictures with one white rectangle each, of 8 to 20 pixels, somewhere in the middle."""
    random = np.random.default_rng(seed)
    low = random.integers(4, np.array(IMAGE_HW) - 24, (pictures, 2))
    high = low + random.integers(8, 20, (pictures, 2))
    batch = make_batch(*([Box(1, (*a, *b))] for a, b in zip(low, high)))
    for image, (top, left), (bottom, right) in zip(batch["image"], low, high):
        image[...] = 0
        image[top:bottom, left:right] = 255
    return batch


def extent(image: np.ndarray) -> np.ndarray:
    """yxyx, pixels, of what is brighter than the gray of nothing, to a fraction of a pixel."""
    edges = []
    for axis in (1, 0):
        line = image[..., 0].max(axis=axis) > 127.5
        edges.append((line.argmax(), len(line) - line[::-1].argmax()))
    (top, bottom), (left, right) = edges
    return np.array([top, left, bottom, right])


@pytest.mark.parametrize(
    "options", [{"flip": True}, {"scale": 1.25}, {"shift": 0.1}, {"flip": True, "scale": 1.25, "shift": 0.1}], ids=str
)
def test_a_bright_rectangle_stays_under_its_box(options: dict):
    before = bright_rectangles(1)
    after = changed(before, **options)
    found = np.array([extent(image) for image in after["image"]])
    assert np.abs(found - after["boxes"][:, 0] * PIXELS).max() <= 1
    moved = np.abs(after["boxes"] - before["boxes"]).max(axis=(1, 2)) > 0.01
    assert moved.mean() > 0.2  # or else nothing was tested
    assert (after["classes"] == 1).all()


def test_a_straight_edge_moves_by_just_as_much_as_its_box():
    """To a hundredth of a pixel: on a ramp every pixel tells where it came from, by its centre."""
    ramp = np.arange(IMAGE_HW[1], dtype=np.float32) * 4 + 20
    before = make_batch([Box(1, (0, 8, 32, 40))])
    before["image"] = np.broadcast_to(ramp[:, None], before["image"].shape).astype(np.float32)
    for seed in range(5):
        after = changed(before, seed, scale=1.3, shift=0.1)
        came_from = (after["image"][0, 16, 20:28, 0] - 20) / 4 + 0.5
        left, right = after["boxes"][0, 0, [1, 3]] * IMAGE_HW[1]
        expected = 8 + (np.arange(20, 28) + 0.5 - left) * (40 - 8) / (right - left)
        np.testing.assert_allclose(came_from, expected, atol=0.01)


def test_every_change_is_drawn_on_its_own():
    before = bright_rectangles(2)
    moves = (changed(before, shift=0.1)["boxes"] - before["boxes"])[:, 0]
    assert abs(np.corrcoef(moves[:, 0], moves[:, 1])[0, 1]) < 0.4  # up and left
    assert len(np.unique(moves[:, 0])) == len(moves)  # every picture


def test_half_of_the_pictures_are_mirrored():
    before = random_batch(0, pictures=200)
    after = changed(before, flip=True)
    real = before["classes"] > 0
    mirrored = np.stack([before["boxes"][..., 0], 1 - before["boxes"][..., 3]], axis=-1)
    is_mirrored = np.isclose(after["boxes"][..., :2], mirrored, atol=1e-6).all(axis=-1)[real]
    assert 0.4 < is_mirrored.mean() < 0.6


def test_with_everything_off_nothing_changes():
    before = random_batch(3)
    before["image"] = np.random.default_rng(3).integers(0, 256, before["image"].shape, np.uint8)
    after = changed(before)
    for key, values in before.items():
        np.testing.assert_allclose(after[key], values, atol=1e-3 if key == "image" else 1e-6, err_msg=key)


def test_boxes_that_left_the_view_become_padding_and_those_cut_far_are_ignored():
    slivers = [Box(1, (0, 0, 8, 8), 0.5, 0.5), Box(2, (12, 0, 20, 16)), Box(3, (12, 20, 20, 28))]
    batches = tf.data.Dataset.from_tensors(make_batch(slivers)).repeat(12)
    seen = augment(batches, seed=0, **OFF | {"shift": 0.3}).as_numpy_iterator()
    kinds = set()
    for batch in seen:
        area = np.prod(batch["boxes"][0, :, 2:] - batch["boxes"][0, :, :2], axis=-1) * 32 * 48
        share = area / [64, 128, 64]
        gone, cut = share == 0, share < 0.25
        assert (batch["boxes"] >= 0).all() and (batch["boxes"] <= 1).all()
        np.testing.assert_array_equal(batch["classes"][0], np.where(gone, 0, [1, 2, 3]))
        np.testing.assert_array_equal(batch["weights"][0], np.where(cut, 0, [0.5, 1, 1]))
        np.testing.assert_array_equal(batch["box_weights"][0], np.where(cut, 0, [0.5, 1, 1]))
        kinds |= {*zip(gone, cut)}
    assert kinds == {(True, True), (False, True), (False, False)}


def test_what_is_zoomed_out_is_gray_around():
    batch = make_batch([], [], [], [])
    batch["image"][:] = 255
    corners = changed(batch, scale=2.0)["image"][:, 0, 0, 0]
    assert set(corners.tolist()) == {114.0, 255.0}


def test_colors_move_by_no_more_than_was_asked_for():
    batch = make_batch(*[[]] * 50)
    batch["image"][:, :, :24], batch["image"][:, :, 24:] = 100, 140
    images = changed(batch, color=0.2)["image"]
    contrast, brightness = (images[:, 0, 30, 0] - images[:, 0, 0, 0]) / 40, images.mean(axis=(1, 2, 3)) - 120
    assert 0.8 <= contrast.min() < 0.9 and 1.1 < contrast.max() <= 1.2001
    assert -25.6 <= brightness.min() < -12 and 12 < brightness.max() <= 25.6  # half of 0.2, of 255


def test_a_seed_repeats_its_changes_and_every_pass_has_its_own():
    batches = tf.data.Dataset.from_tensors(random_batch(4)).repeat(2)

    def passes(seed: int) -> list[list[np.ndarray]]:
        dataset = augment(batches, seed=seed)
        return [[each["image"] for each in dataset.as_numpy_iterator()] for _ in range(2)]

    first, again, other = passes(0), passes(0), passes(1)
    np.testing.assert_array_equal(first, again)
    all_different = [*first[0], *first[1], *other[0]]
    for index, one in enumerate(all_different):
        assert all((one != two).any() for two in all_different[:index])


def test_a_box_that_is_not_a_number_is_not_taken_for_padding():
    batch = make_batch([Box(1, (4, 4, 12, float("nan")))])
    after = changed(batch, flip=True, scale=1.25, shift=0.1)
    assert np.isnan(after["boxes"]).any()
    assert after["classes"].tolist() == [[1]] and after["weights"].tolist() == [[1]]


def test_boxes_that_are_not_padded_message():
    ragged = {"boxes": tf.RaggedTensor.from_row_lengths(tf.zeros((3, 4)), [1, 2])}
    with pytest.raises(ValueError) as caught:
        augment(tf.data.Dataset.from_tensors(ragged), seed=0)
    assert str(caught.value) == (
        "unify.detector.augment: the boxes are not padded batches\n"
        "  got:      RaggedTensorSpec (2, None, 4)\n"
        "  expected: [B, N, 4]\n"
        "  fix:      unify.load(..., batch_size=8, image_hw=..., max_boxes=64)"
    )
