"""Pictures come out as they were asked for, in that order, whoever drew them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unify.scenarios.drawing import (
    FIRST_TEST_PICTURE,
    FIRST_VALIDATION_PICTURE,
    DrawJob,
    Drawn,
    draw_pictures,
    number_pictures,
)


class FlatPainter:
    """Grey pictures as light as their number."""

    suffix = ".png"

    def __call__(self, number: int) -> Drawn:
        pixels = np.full((4, 6), number, np.uint8)
        return Drawn(pixels, np.array([[0, 0, 1, number]], np.float32), ("spot",))


def test_pictures_to_calibrate_and_to_evaluate_on_are_numbered_from_afar():
    assert number_pictures(2, 1, 1, ".png") == {
        "train/000000.png": 0,
        "train/000001.png": 1,
        "val/000000.png": FIRST_VALIDATION_PICTURE,
        "test/000000.png": FIRST_TEST_PICTURE,
    }


@pytest.mark.parametrize("workers", [1, 2])
def test_every_picture_is_saved_and_told_in_order(workers: int, tmp_path: Path):
    numbers = {f"{'odd' if number % 2 else 'even'}/{number}.png": number for number in range(20, 0, -1)}
    done: list[int] = []
    truths = draw_pictures(tmp_path, FlatPainter(), numbers, workers, done.append)
    assert [truth.file_name for truth in truths] == list(numbers) and sum(done) == 20
    for truth, number in zip(truths, numbers.values()):
        assert np.unique(np.asarray(Image.open(tmp_path / truth.file_name))).tolist() == [number]
        assert truth.image_hw == (4, 6) and truth.of(["spot"]) == [("spot", [0, 0, 1, number])]


def test_a_job_is_named_by_its_pictures():
    job = DrawJob(Path("folder"), FlatPainter(), (("a.png", 0), ("b.png", 1), ("c.png", 2)))
    assert str(job) == "pictures a.png to c.png"
