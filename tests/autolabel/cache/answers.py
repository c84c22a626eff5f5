"""Pictures by number, and what an auto-labeler says of them: the same number, the same answer, in every process."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

from unify.autolabel.cache import PredictionCache
from unify.core.predictions import Failure, Prediction

FINGERPRINT = "ab" * 32
OTHER = "cd" * 32

Answer = Prediction | Failure


def digest(number: int) -> np.ndarray:
    """uint8 [32]."""
    return np.frombuffer(hashlib.sha256(str(number).encode()).digest(), np.uint8)


def digests(numbers: Iterable[int]) -> np.ndarray:
    """uint8 [P, 32]."""
    return np.array([digest(number) for number in numbers], np.uint8).reshape(-1, 32)


def answer(number: int, *, salt: int = 0, rich: bool = False, boxes: int | None = None) -> Answer:
    """0 to 4 boxes; every fifth picture fails."""
    if number % 5 == 4 and boxes is None:
        return Failure(f"picture {number} is broken")
    count = number % 4 if boxes is None else boxes
    rng = np.random.default_rng([number, salt])
    floats = rng.random((count, 3), np.float32)
    return Prediction(
        boxes_xyxy=rng.random((count, 4), np.float32) * 640,
        scores=-np.sort(-rng.random(count, np.float32)),
        classes=rng.integers(0, 7, count, np.int32),
        **(
            {
                "topk_classes": rng.integers(-1, 7, (count, 3), np.int32),
                "topk_scores": -np.sort(-floats),
                "embedding": rng.random(8, np.float32),
                "box_embeddings": rng.random((count, 5), np.float32),
                "columns": {
                    "objectness": rng.random(count, np.float32),
                    "sharpness": np.float64(rng.random()),
                    "occluded": rng.random(count) > 0.5,
                    "half": rng.random(count).astype(np.float16),
                    "views": np.int64(number),
                },
            }
            if rich
            else {}
        ),
    )


def add(cache: PredictionCache, numbers: Iterable[int], fingerprint: str = FINGERPRINT, **options: object) -> None:
    """One segment of the answers on these pictures."""
    with cache.writer(fingerprint, autolabeler="vehicle:v1") as writer:
        for number in numbers:
            writer.add(digest(number), answer(number, **options))


def assert_same(one: Answer, other: Answer) -> None:
    """Equal to the last bit, of one type and shape."""
    assert type(one) is type(other)
    if isinstance(one, Failure):
        assert one == other
        return
    mine, yours = ({**vars(each), **each.columns} for each in (one, other))
    assert mine.keys() == yours.keys()
    for name in mine.keys() - {"columns"}:
        left, right = np.asarray(mine[name]), np.asarray(yours[name])
        assert (left.dtype, left.shape, left.tobytes()) == (right.dtype, right.shape, right.tobytes()), name


def assert_holds(cache: PredictionCache, numbers: Iterable[int], fingerprint: str = FINGERPRINT, **options: object):
    """The cache gives the answers that `add` put in."""
    numbers = list(numbers)
    table = cache.read(fingerprint, digests(numbers))
    for row, number in enumerate(numbers):
        assert_same(table.of(row), answer(number, **options))
