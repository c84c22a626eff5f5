"""What every cell should say and how much it counts, on pictures of 8 x 12 cells of 4 pixels."""

from __future__ import annotations

import numpy as np
import pytest

from tests.train.detector.batches import CELLS, Arrays, Box, C, make_batch, random_batch
from tests.train.detector.reference import CellTargets, cell_targets

tf = pytest.importorskip("tensorflow", reason="needs the [train] extra", exc_type=ImportError)
targets = pytest.importorskip("unify.train.detector.targets", exc_type=ImportError)

CAR, TRUCK, PEDESTRIAN = 1, 2, 3
MIDDLE = (9, 18, 17, 26)  # pixels; its centre (13, 22) lies in the cell (3, 5)
SMALL = (11, 20, 15, 24)  # the same centre
CENTRE = (3, 5)


def assign(batch: Arrays, exclusive=()) -> CellTargets:
    pictures, true, weights = targets.assign_targets({k: tf.constant(v) for k, v in batch.items()}, C, exclusive)
    assert pictures.shape == batch["image"].shape
    return CellTargets(*(np.array(each[key]) for key in ("heatmap", "boxes") for each in (true, weights)))


def of_one(*boxes: Box, absence=(1.0,) * C, exclusive=()) -> CellTargets:
    """Targets of a single picture, without their first axis."""
    assigned = assign(make_batch(boxes, absence=absence), exclusive)
    return CellTargets(*(each[0] for each in vars(assigned).values()))


def test_the_peak_is_exactly_one_in_the_cell_of_the_centre_and_nowhere_else():
    cells = of_one(Box(TRUCK, MIDDLE))
    assert np.argwhere(cells.heatmap == 1).tolist() == [[*CENTRE, TRUCK - 1]]
    assert (cells.heatmap[..., [CAR - 1, PEDESTRIAN - 1]] == 0).all()
    # sides of 2 cells: the spread is the least one, 0.4 cells; one cell away exp(-1 / (2 * 0.16))
    np.testing.assert_allclose(cells.heatmap[3, [4, 6], TRUCK - 1], np.exp(-3.125), rtol=1e-6)


def test_a_long_box_spreads_along_its_long_side():
    along = of_one(Box(CAR, (10, 0, 18, 48))).heatmap[3, :, CAR - 1]
    np.testing.assert_allclose(along, np.exp(-(((np.arange(12) - 6) / (0.09 * 12)) ** 2) / 2), rtol=1e-5)


@pytest.mark.parametrize("box", [(0, 0, 0.5, 0.5), (31, 46, 32, 48), (32, 48, 32, 48), (0, 0, 32, 48)], ids=str)
def test_boxes_at_the_rim_have_a_peak_too(box: tuple[float, ...]):
    assert (of_one(Box(CAR, box)).heatmap == 1).sum() == 1


def test_boxes_of_one_cell_keep_their_own_peaks_and_the_smaller_one_is_regressed():
    large, small = Box(CAR, MIDDLE, 1.0), Box(TRUCK, SMALL, 0.25, 0.5)
    for cells in (of_one(large, small), of_one(small, large)):
        assert cells.heatmap[CENTRE].tolist() == [1, 1, 0]
        assert cells.heatmap_weights[CENTRE].tolist() == [1, 0.25, 1]
        np.testing.assert_allclose(cells.boxes[CENTRE], np.array(SMALL) / [32, 48, 32, 48], rtol=1e-6)
        assert cells.box_weights.sum() == pytest.approx(0.5)  # nothing is left for the other


def test_a_box_that_is_not_regressed_leaves_its_cells_to_others():
    cells = of_one(Box(CAR, MIDDLE), Box(TRUCK, SMALL, 0.25, box_weight=0.0))
    np.testing.assert_allclose(cells.boxes[CENTRE], np.array(MIDDLE) / [32, 48, 32, 48], rtol=1e-6)
    assert cells.box_weights.sum() == pytest.approx(1)


def test_of_two_boxes_of_a_class_in_one_cell_the_surer_one_counts():
    unsure, sure = Box(CAR, MIDDLE, 0.25), Box(CAR, (11, 20, 15, 24), 0.75)
    assert of_one(unsure, sure).heatmap_weights[(*CENTRE, CAR - 1)] == 0.75
    assert of_one(sure, unsure).heatmap_weights[(*CENTRE, CAR - 1)] == 0.75


def test_padding_changes_nothing():
    boxes = [Box(CAR, MIDDLE), Box(PEDESTRIAN, (0, 0, 20, 10))]
    one, other = assign(make_batch(boxes, [])), assign(make_batch(boxes, [], max_boxes=7))
    for a, b in zip(vars(one).values(), vars(other).values()):
        np.testing.assert_array_equal(a, b)


def test_a_batch_without_any_box_has_only_absences():
    batch = make_batch([], [], absence=(1.0, 0.5, 0.0))
    assert batch["boxes"].shape == (2, 0, 4)
    cells = assign(batch)
    assert (cells.heatmap == 0).all() and (cells.box_weights == 0).all()
    np.testing.assert_array_equal(cells.heatmap_weights, np.broadcast_to([1, 0.5, 0], (2, *CELLS, 3)))


@pytest.mark.parametrize("region", [{"weight": 0.0}, {"is_crowd": True}], ids=["weight 0", "crowd"])
def test_an_ignored_region_counts_for_nothing_inside_and_for_its_class_only(region: dict):
    cells = of_one(Box(TRUCK, (8, 16, 24, 32), **region))  # cells 2 to 5 by 4 to 7
    expected = np.ones((*CELLS, C))
    expected[2:6, 4:8, TRUCK - 1] = 0
    np.testing.assert_array_equal(cells.heatmap_weights, expected)
    assert (cells.heatmap == 0).all() and (cells.box_weights == 0).all()


def test_the_smallest_ignored_region_covers_the_cell_that_it_lies_in():
    weights = of_one(Box(TRUCK, (12.2, 20.2, 13, 21), weight=0.0)).heatmap_weights  # no cell's centre is in it
    assert np.argwhere(weights == 0).tolist() == [[*CENTRE, TRUCK - 1]]


def test_a_box_inside_an_ignored_region_is_taught_all_the_same():
    cells = of_one(Box(CAR, (0, 0, 32, 48), is_crowd=True), Box(CAR, MIDDLE))
    assert cells.heatmap_weights[..., CAR - 1].sum() == cells.heatmap_weights[(*CENTRE, CAR - 1)] == 1
    assert cells.box_weights.sum() == pytest.approx(1)


def test_unknown_classes_count_at_their_boxes_only():
    cells = of_one(Box(CAR, MIDDLE), absence=(0.0, 0.0, 0.6))
    assert np.argwhere(cells.heatmap_weights[..., :2]).tolist() == [[*CENTRE, CAR - 1]]
    np.testing.assert_array_equal(cells.heatmap_weights[..., PEDESTRIAN - 1], np.float32(0.6))


def test_a_hand_box_proves_its_exclusive_classes_absent_and_a_machine_box_does_not():
    hand, machine = Box(CAR, MIDDLE), Box(CAR, (20, 36, 28, 44), 0.9)
    weights = of_one(hand, machine, absence=(1.0, 0.0, 0.0), exclusive=[(CAR - 1, TRUCK - 1)]).heatmap_weights
    assert np.argwhere(weights[..., TRUCK - 1]).tolist() == [[*CENTRE]]
    assert (weights[..., PEDESTRIAN - 1] == 0).all()


def test_machine_boxes_count_by_their_weights():
    cells = of_one(Box(CAR, MIDDLE, weight=0.75, box_weight=0.25))
    assert cells.heatmap_weights[(*CENTRE, CAR - 1)] == 0.75
    assert cells.box_weights.sum() == pytest.approx(0.25)
    assert (np.delete(cells.heatmap_weights[..., CAR - 1].ravel(), 3 * 12 + 5) == 1).all()


@pytest.mark.parametrize("sides", [(1, 1), (8, 8), (4, 40), (32, 48)], ids=str)
def test_every_box_has_the_same_say_in_regression_whatever_its_size(sides: tuple[float, float]):
    height, width = sides
    box = (16 - height / 2, 24 - width / 2, 16 + height / 2, 24 + width / 2)
    cells = of_one(Box(CAR, box, box_weight=0.5))
    assert cells.box_weights.sum() == pytest.approx(0.5)
    taught = cells.boxes[cells.box_weights > 0]
    np.testing.assert_allclose(taught, np.tile(np.array(box) / [32, 48, 32, 48], (len(taught), 1)), rtol=1e-6)


@pytest.mark.parametrize("exclusive", [(), [(0, 1)], [(0, 1, 2)]], ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_targets_equal_the_loops(seed: int, exclusive: list):
    batch = random_batch(seed)
    found, expected = assign(batch, exclusive), cell_targets(batch, C, exclusive)
    assert (expected.heatmap == 1).sum() > 3 and (expected.box_weights > 0).sum() > 10
    for name, values in vars(expected).items():
        np.testing.assert_allclose(getattr(found, name), values, rtol=1e-4, atol=1e-6, err_msg=name)


def test_a_mapped_dataset_gives_the_same():
    batch = random_batch(7)
    dataset = tf.data.Dataset.from_tensor_slices(batch).batch(3)  # of 4 pictures: sizes are not known beforehand
    _, true, weights = next(iter(dataset.map(lambda each: targets.assign_targets(each, C))))
    expected = assign({key: values[:3] for key, values in batch.items()})
    found = CellTargets(*(np.array(each[key]) for key in ("heatmap", "boxes") for each in (true, weights)))
    for name, values in vars(expected).items():
        np.testing.assert_allclose(getattr(found, name), values, rtol=1e-6, err_msg=name)


def test_a_box_that_is_not_a_number_is_not_taken_for_an_absence():
    batch = make_batch([Box(CAR, MIDDLE), Box(CAR, (4, 4, 12, float("nan")))], [Box(CAR, MIDDLE)])
    weights = assign(batch).box_weights
    assert np.isnan(weights[0]).all() and weights[1].sum() == pytest.approx(1)


def test_boxes_that_are_not_padded_message():
    batch = make_batch([Box(CAR, MIDDLE)])
    ragged = batch | {"boxes": tf.RaggedTensor.from_row_lengths(batch["boxes"][0], [1])}
    with pytest.raises(ValueError) as caught:
        targets.assign_targets(ragged, C)
    assert str(caught.value) == (
        "unify.detector.assign_targets: the boxes are not padded batches\n"
        "  got:      RaggedTensor (1, None, 4)\n"
        "  expected: [B, N, 4]\n"
        "  fix:      unify.load(..., batch_size=8, image_hw=..., max_boxes=64)"
    )


@pytest.mark.parametrize("columns", [1, 4])
def test_a_dataset_of_other_class_columns_message(columns: int):
    batch = make_batch([Box(CAR, MIDDLE)], absence=(1.0,) * columns)
    with pytest.raises(ValueError) as caught:
        targets.assign_targets(batch, C)
    assert str(caught.value) == (
        f"unify.detector.assign_targets: the batch has {columns} class columns, the detector 3\n"
        f"  got:      absence_weights (1, {columns})\n"
        "  expected: [B, 3]\n"
        "  fix:      detector.check_classes(dataset) says which classes differ"
    )
