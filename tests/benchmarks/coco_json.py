"""Writes COCO JSON as large as COCO's own training file: 118,000 pictures, 826,000 boxes with outlines, 400 MB.

python -m tests.benchmarks.coco_json FILE [--scale 1.0]
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.benchmarks.measure import this_module

PICTURES = 118_000
BOXES_EACH = 7
CLASSES = 80
WIDTH, HEIGHT = 640, 480
MOST_CORNERS = 39  # of an outline, two numbers each; as many as make the file 400 MB


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="part of the pictures")
    options = parser.parse_args(arguments)
    write(options.file, round(PICTURES * options.scale))


def ensure(work: Path, scale: float) -> Path:
    """The file of that scale under ``work``, made by a process of its own where it is missing."""
    path = work / f"coco-{scale:g}.json"
    if not path.exists():
        print(f"making {path}", flush=True)
        subprocess.run(this_module("coco_json", path, "--scale", str(scale)), check=True)
    return path


def write(path: Path, pictures: int) -> None:
    """Stream the file, so that its size costs no memory."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with open(partial, "w") as file:
        for opening, rows in (
            ('{"images":[', images(pictures)),
            ('],"annotations":[', annotations(pictures)),
            ('],"categories":[', categories()),
        ):
            file.write(opening)
            write_rows(file, rows)
        file.write("]}")
    partial.replace(path)


def write_rows(file: object, rows: Iterable[dict]) -> None:
    separator = ""
    for row in rows:
        file.write(separator)
        file.write(json.dumps(row))
        separator = ","


def images(pictures: int) -> Iterator[dict]:
    for number in range(pictures):
        name = f"{number:012d}.jpg"
        yield {
            "license": 3,
            "file_name": name,
            "coco_url": f"http://images.example.org/train2017/{name}",
            "height": HEIGHT,
            "width": WIDTH,
            "date_captured": "2013-11-14 11:18:45",
            "flickr_url": f"http://farm9.example.org/8186/{name}",
            "id": number,
        }


def annotations(pictures: int) -> Iterator[dict]:
    rng = random.Random(0)
    for row in range(pictures * BOXES_EACH):
        x, y = round(rng.uniform(0, WIDTH - 101), 2), round(rng.uniform(0, HEIGHT - 101), 2)
        width, height = round(rng.uniform(1, 100), 2), round(rng.uniform(1, 100), 2)
        corners = rng.randint(4, MOST_CORNERS)
        points = ((x + rng.random() * width, y + rng.random() * height) for _ in range(corners))
        outline = [round(value, 2) for point in points for value in point]
        yield {
            "segmentation": [outline],
            "area": round(width * height / 2, 4),
            "iscrowd": 0,
            "image_id": row // BOXES_EACH,
            "bbox": [x, y, width, height],
            "category_id": rng.randint(1, CLASSES),
            "id": row,
        }


def categories() -> Iterator[dict]:
    for number in range(1, CLASSES + 1):
        yield {"supercategory": "thing", "id": number, "name": f"kind{number}"}


if __name__ == "__main__":
    main()
