"""White blood cells by a colour rule: the stain makes their nuclei purple, and nothing else purple is that large.

Red cells have more red than blue; platelets are purple, but small. NumPy alone, some ten milliseconds a picture.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

SQUARE = 8  # pixels; the picture is looked at in squares of this size
PURPLE = 15  # levels of 0..255 by which a square is bluer than it is red and green
REACH = 3  # squares; lobes of one nucleus lie this near to each other
MARGIN = 13  # pixels of pale plasma around the nucleus, which the stain leaves out
LEAST = 4  # purple squares below which nothing is reported
EVEN = 80  # purple squares that score 0.5; a platelet has some ten, a nucleus some two hundred


class Labeler:
    """What unify asks for: pictures in, boxes with scores and class names out."""

    def __call__(self, pictures: list[np.ndarray]) -> list[dict]:
        return [look(picture) for picture in pictures]


def look(picture: np.ndarray) -> dict:
    """The white cells of one picture, uint8 [H, W, 3] RGB."""
    height, width = picture.shape[:2]
    boxes, scores = [], []
    for rows, columns in groups(purple_squares(picture)):
        if len(rows) < LEAST:
            continue
        nucleus = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]) * SQUARE
        cell = nucleus + [-MARGIN, -MARGIN, MARGIN, MARGIN]
        boxes.append(np.clip(cell, 0, [width, height, width, height]))
        scores.append(len(rows) / (len(rows) + EVEN))
    return {"boxes": np.array(boxes, np.float32).reshape(-1, 4), "scores": scores, "classes": ["WBC"] * len(boxes)}


def purple_squares(picture: np.ndarray) -> np.ndarray:
    """bool [H / SQUARE, W / SQUARE]; squares that are bluer than they are red and green."""
    rows, columns = picture.shape[0] // SQUARE, picture.shape[1] // SQUARE
    squares = picture[: rows * SQUARE, : columns * SQUARE].reshape(rows, SQUARE, columns, SQUARE, 3)
    red, green, blue = np.moveaxis(squares.mean(axis=(1, 3)), -1, 0)
    return blue - np.maximum(red, green) > PURPLE


def groups(mask: np.ndarray) -> Iterator[np.ndarray]:
    """For each group of true squares that are near to each other, int [2, n]: their rows and their columns."""
    left = {(row, column) for row, column in np.argwhere(mask).tolist()}
    near = [(row, column) for row in range(-REACH, REACH + 1) for column in range(-REACH, REACH + 1)]
    while left:
        first = min(left)
        left.remove(first)
        group = [first]
        for row, column in group:  # which grows meanwhile
            found = {(row + down, column + right) for down, right in near} & left
            left -= found
            group += sorted(found)
        yield np.array(group).T
