"""Makes what the benchmarks compile: distinct pictures, their boxes as COCO JSON, and a workspace around them.

python -m tests.benchmarks.material FOLDER [--pictures 5000]

The folder is a workspace and, for other tools, a COCO dataset (``annotations/``, ``images/train/``). Made once: a
folder that is complete is left alone.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from tests.benchmarks.measure import this_module

HEIGHT, WIDTH = 480, 640
BOXES_EACH = 8
CLASSES = tuple(f"kind{number}" for number in range(10))
IMAGES = "images/train"
ANNOTATIONS = "annotations/instances_train.json"
CONFIG = "bench"
SMALL_SHARDS = "small_shards"  # the same in more shards: what two workers need to share the work evenly
OUTPUT = "unified/bench"

_REGISTRY = {
    "registry/taxonomy.yaml": f"""\
tasks:
  things: {{classes: {{{", ".join(f"{name}: {class_id}" for class_id, name in enumerate(CLASSES, start=1))}}}}}
  others: {{classes: {{other: {len(CLASSES) + 1}}}}}
""",
    "registry/datasets/things.yaml": f"""\
task: things
batches:
  b1:
    annotations: {ANNOTATIONS}
    images: {IMAGES}
""",
    f"configs/{CONFIG}.yaml": f"""\
name: bench
method: partial
datasets: ["things:b1"]
output: {OUTPUT}
""",
    f"configs/{SMALL_SHARDS}.yaml": """\
name: small-shards
method: partial
datasets: ["things:b1"]
shard_size_mb: 16
""",
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=5_000)
    options = parser.parse_args(arguments)
    make(options.folder, options.pictures)


def ensure(work: Path, pictures: int) -> Path:
    """The workspace of that many pictures under ``work``, made by a process of its own where it is missing."""
    folder = work / f"pictures-{pictures}"
    if not (folder / ANNOTATIONS).exists():
        print(f"making {pictures:,} pictures in {folder}", flush=True)
        subprocess.run(this_module("material", folder, "--pictures", str(pictures)), check=True)
    return folder


def forget(workspace: Path) -> None:
    """Make the next compile the first one: no snapshot, no digest, no lock, no output."""
    for folder in (".unify", "unified"):
        shutil.rmtree(workspace / folder, ignore_errors=True)
    (workspace / "registry/lock.yaml").unlink(missing_ok=True)


def make(folder: Path, pictures: int) -> None:
    for name, text in _REGISTRY.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    write_pictures(folder / IMAGES, pictures)
    path = folder / ANNOTATIONS
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(coco(pictures)))


def write_pictures(folder: Path, pictures: int, image_hw: tuple[int, int] = (HEIGHT, WIDTH)) -> None:
    """JPEG files of 85 KB on average, 60 to 110, at the usual size: coarse colours under noise of changing strength."""
    folder.mkdir(parents=True, exist_ok=True)
    height, width = image_hw
    noise = np.random.default_rng(0).normal(0, 1, (2 * height, 2 * width)).astype(np.float32)
    for number in range(pictures):
        rng = np.random.default_rng(number)
        coarse = Image.fromarray(rng.integers(0, 256, (6, 8, 3), np.uint8))
        top, left = rng.integers(0, height), rng.integers(0, width)
        grain = noise[top : top + height, left : left + width, np.newaxis] * rng.uniform(3.5, 13.5)
        pixels = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC)) + grain
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(folder / name_of(number), quality=85)


def name_of(number: int) -> str:
    return f"{number:06d}.jpg"


def coco(pictures: int) -> dict:
    """COCO JSON: eight boxes a picture, all of them inside."""
    rng = np.random.default_rng(0)
    corners = rng.integers((0, 0), (WIDTH - 100, HEIGHT - 100), (pictures * BOXES_EACH, 2)).tolist()
    sizes = rng.integers(10, 100, (pictures * BOXES_EACH, 2)).tolist()
    kinds = rng.integers(1, len(CLASSES) + 1, pictures * BOXES_EACH).tolist()
    annotations = [
        {
            "id": row + 1,
            "image_id": row // BOXES_EACH + 1,
            "category_id": kind,
            "bbox": [*corner, *size],
            "area": size[0] * size[1],
            "iscrowd": 0,
            "segmentation": [],  # Datumaro logs a line for every box without one
        }
        for row, (corner, size, kind) in enumerate(zip(corners, sizes, kinds))
    ]
    images = [
        {"id": number + 1, "file_name": name_of(number), "height": HEIGHT, "width": WIDTH} for number in range(pictures)
    ]
    categories = [{"id": class_id, "name": name} for class_id, name in enumerate(CLASSES, start=1)]
    return {"images": images, "annotations": annotations, "categories": categories}


if __name__ == "__main__":
    main()
