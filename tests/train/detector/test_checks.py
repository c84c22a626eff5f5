"""What is said when classes or sizes do not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from unify.errors import UnifyError

Detector = pytest.importorskip("unify.train.detector.detector", exc_type=ImportError).Detector


def test_sizes_and_classes_that_make_no_sense_are_told_at_once():
    with pytest.raises(UnifyError) as caught:
        Detector({}, (180, 320), width=1)
    assert str(caught.value) == (
        "unify.detector.Detector: the classes make no sense\n"
        "  got:      {}\n"
        "  expected: class name -> id, from 1, no id twice\n"
        "\n"
        "unify.detector.Detector: image_hw does not fit the network\n"
        "  got:      (180, 320)\n"
        "  expected: height and width in pixels, multiples of 16\n"
        "\n"
        "unify.detector.Detector: width is too small\n"
        "  got:      1\n"
        "  expected: 2 or more"
    )


@pytest.mark.parametrize("classes", [{"car": 0}, {"car": 1, "truck": 1}], ids=str)
def test_classes_need_ids_of_their_own_from_one(classes: dict[str, int]):
    with pytest.raises(UnifyError, match="the classes make no sense"):
        Detector(classes, (32, 48), width=4)


@pytest.mark.parametrize("image_hw", [(0, 16), (16, 8), (16,), (16, 16, 3)], ids=str)
def test_sizes_the_network_cannot_halve_are_refused(image_hw: tuple[int, ...]):
    with pytest.raises(UnifyError, match="image_hw does not fit the network"):
        Detector({"car": 1}, image_hw, width=4)


def test_a_dataset_of_another_taxonomy_message(digits: Path):
    detector = Detector({"zero": 1, "one": 3, "two": 2, "car": 7}, (32, 48), width=4, name="detector")
    with pytest.raises(UnifyError) as caught:
        detector.check_classes(digits / "train")
    assert str(caught.value) == (
        f"{digits / 'train'}: 'detector' was made for other classes\n"
        "  got:      the detector has 'car', the dataset has not; the dataset has 'five', the detector has not; "
        "the dataset has 'four', the detector has not; 'one' has id 2 in the dataset, 3 in the detector; "
        "the dataset has 'three', the detector has not; 'two' has id 3 in the dataset, 2 in the detector\n"
        "  fix:      train a new detector on this dataset, or compile it with the taxonomy the detector was trained "
        "with"
    )


def test_a_dataset_of_the_same_taxonomy_is_welcome(digits: Path):
    Detector.for_dataset(digits / "train", (32, 48), width=4).check_classes(digits / "test")
