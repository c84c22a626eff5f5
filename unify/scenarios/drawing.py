"""Pictures drawn and saved by worker processes: the same bytes whatever their number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from PIL import Image

from unify.executors import make_executor
from unify.scenarios.truth import Truth

# So that another number of training pictures leaves the others as they are.
FIRST_VALIDATION_PICTURE, FIRST_TEST_PICTURE = 500_000, 1_000_000

_PICTURES_PER_JOB = 8
_JPEG_QUALITY = 92  # PNG takes no notice of it


class Drawn(NamedTuple):
    """A picture before it is saved.

    Attributes:
        pixels: uint8 [H, W], grey, or [H, W, 3], RGB.
        boxes_xyxy: float32 [N, 4]; pixels.
        class_names: N class names.
    """

    pixels: np.ndarray
    boxes_xyxy: np.ndarray
    class_names: tuple[str, ...]


class Painter(Protocol):
    """Draws pictures, each from its number and nothing else; picklable, for worker processes.

    Attributes:
        suffix: of the files its pictures are saved as.
    """

    suffix: str

    def __call__(self, number: int) -> Drawn: ...


def number_pictures(train: int, validation: int, test: int, suffix: str) -> dict[str, int]:
    """File name -> number, of so many pictures in the folders ``train``, ``val`` and ``test``."""
    counts = {"train": (0, train), "val": (FIRST_VALIDATION_PICTURE, validation), "test": (FIRST_TEST_PICTURE, test)}
    return {f"{part}/{k:06d}{suffix}": first + k for part, (first, count) in counts.items() for k in range(count)}


def draw_pictures(
    folder: Path, painter: Painter, numbers: Mapping[str, int], workers: int, progress: Callable[[int], None]
) -> list[Truth]:
    """Draw pictures and save them.

    Args:
        folder: where they are saved.
        painter: draws them.
        numbers: file name, with ``/`` -> the number it is drawn from.
        workers: processes.
        progress: called with the number of pictures just drawn.

    Returns:
        What is on the pictures, in the order of ``numbers``.

    Raises:
        OSError: a picture cannot be saved.
    """
    for name in numbers:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
    items = list(numbers.items())
    chunks = [tuple(items[start : start + _PICTURES_PER_JOB]) for start in range(0, len(items), _PICTURES_PER_JOB)]
    jobs = [DrawJob(folder, painter, chunk) for chunk in chunks]
    parts = make_executor("local", workers).run(draw_some, jobs, progress)
    truths = {truth.file_name: truth for part in parts for truth in part}
    return [truths[name] for name in numbers]


@dataclass(frozen=True)
class DrawJob:
    """A few pictures, (file name, number) each."""

    folder: Path
    painter: Painter
    numbers: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        return f"pictures {self.numbers[0][0]} to {self.numbers[-1][0]}"


def draw_some(job: DrawJob, progress: Callable[[int], None]) -> list[Truth]:
    """Draw the pictures of a job; a top-level function, for worker processes."""
    truths = []
    for name, number in job.numbers:
        pixels, boxes_xyxy, class_names = job.painter(number)
        Image.fromarray(pixels).save(job.folder / name, quality=_JPEG_QUALITY)
        truths.append(Truth(name, pixels.shape[:2], boxes_xyxy, class_names))
        progress(1)
    return truths
