"""`unify.load` against a bare tf.data pipeline over the same shards.

python -m tests.benchmarks.bench_reader [--pictures 1000] [--repeats 3]

Every pipeline has a process of its own and runs one epoch for warming up and one on the clock. The bare ones are the
fastest plain ways that were found to read what most trainers need, the picture, its boxes and classes. `unify.load`
gives that and weights, scores, sources and states.

``encoded``: batches of 64, pictures left as bytes; the bar is for pipelines that decode.
``decoded``: single examples with their pictures.
``resized``: batches of 32, pictures of 320 x 320, 100 boxes a picture.
"""

from __future__ import annotations

import argparse
import subprocess
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import material
from tests.benchmarks.measure import alternate, cost_of, print_figures, print_ratio, this_module, timed, unify_command
from tests.benchmarks.options import add_work

if TYPE_CHECKING:
    import tensorflow as tf

BARS = {"encoded": "none", "decoded": ">= 0.8", "resized": ">= 0.8"}
IMAGE_HW = (320, 320)
MAX_BOXES = 100
SMALL_BATCH, LARGE_BATCH = 32, 64


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=1_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--read", nargs=3, metavar=("WHO", "WHAT", "DATASET"), help="read in this process")
    add_work(parser)
    options = parser.parse_args(arguments)
    if options.read:
        who, what, dataset = options.read
        read_twice(PIPELINES[who][what](Path(dataset)))
        return
    compare(compiled(material.ensure(options.work, options.pictures)), options)


def compiled(workspace: Path) -> Path:
    subprocess.run(unify_command("compile", material.CONFIG, "--workspace", workspace), check=True)
    return workspace / material.OUTPUT


def compare(dataset: Path, options: argparse.Namespace) -> None:
    for what in BARS:
        readings = {who: this_module("bench_reader", "--read", who, what, dataset) for who in PIPELINES}
        costs = alternate({who: partial(seconds_of, command) for who, command in readings.items()}, options.repeats)
        wall, processor = ({who: [cost[part] for cost in costs[who]] for who in costs} for part in (0, 1))
        for who in costs:
            print_figures(f"{what}, {who}: {options.pictures / min(wall[who]):,.0f} pictures/s, wall", "s", wall[who])
            print_figures(f"{what}, {who}: processor", "s", processor[who])
        print_ratio(f"{what}: speed of a bare pipeline", wall["bare"], wall["unify.load"], bar=BARS[what])
        print_ratio(f"{what}: the same by processor time", processor["bare"], processor["unify.load"], bar=BARS[what])


def seconds_of(command: Sequence[str | Path]) -> tuple[float, float]:
    """Wall and processor seconds of the second epoch."""
    wall, processor = cost_of(command).output.split()[-2:]
    return float(wall), float(processor)


def read_twice(elements: tf.data.Dataset) -> None:
    """Read two epochs and print the wall and processor seconds of the second at the end."""

    def epoch() -> None:
        for _ in elements:
            pass

    epoch()
    began = time.process_time()
    wall = timed(epoch)
    print(wall, time.process_time() - began)


def bare_encoded(dataset: Path) -> tf.data.Dataset:
    import tensorflow as tf

    def parse(records: tf.Tensor) -> dict:
        return parsed(records, tf.io.parse_example)

    return records_of(dataset).batch(LARGE_BATCH).map(parse, tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def bare_decoded(dataset: Path) -> tf.data.Dataset:
    import tensorflow as tf

    return records_of(dataset).map(with_picture, tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def bare_resized(dataset: Path) -> tf.data.Dataset:
    import tensorflow as tf

    def resized(record: tf.Tensor) -> dict:
        example = with_picture(record)
        return {**example, "image": tf.cast(tf.image.resize(example["image"], IMAGE_HW, antialias=True), tf.uint8)}

    shapes = {"image": (*IMAGE_HW, 3), "boxes": (MAX_BOXES, 4), "classes": (MAX_BOXES,)}
    examples = records_of(dataset).map(resized, tf.data.AUTOTUNE)
    return examples.padded_batch(SMALL_BATCH, shapes).prefetch(tf.data.AUTOTUNE)


def records_of(dataset: Path) -> tf.data.Dataset:
    import tensorflow as tf

    return tf.data.TFRecordDataset(sorted(str(path) for path in dataset.glob("*.tfrecord")))


def parsed(records: tf.Tensor, parse: Callable[..., dict]) -> dict:
    import tensorflow as tf

    corners = [f"image/object/bbox/{side}" for side in ("ymin", "xmin", "ymax", "xmax")]
    features = {
        "image/encoded": tf.io.FixedLenFeature([], tf.string),
        "image/object/class/label": tf.io.FixedLenSequenceFeature([], tf.int64, allow_missing=True),
        **{key: tf.io.FixedLenSequenceFeature([], tf.float32, allow_missing=True) for key in corners},
    }
    example = parse(records, features)
    boxes = tf.stack([example[key] for key in corners], axis=-1)
    return {"encoded": example["image/encoded"], "boxes": boxes, "classes": example["image/object/class/label"]}


def with_picture(record: tf.Tensor) -> dict:
    import tensorflow as tf

    example = parsed(record, tf.io.parse_single_example)
    return {"image": tf.io.decode_jpeg(example.pop("encoded"), channels=3), **example}


def loaded(**options: object) -> Callable[[Path], tf.data.Dataset]:
    import unify

    return lambda dataset: unify.load(dataset, **options)


PIPELINES = {
    "bare": {"encoded": bare_encoded, "decoded": bare_decoded, "resized": bare_resized},
    "unify.load": {
        "encoded": loaded(batch_size=LARGE_BATCH, decode=False),
        "decoded": loaded(),
        "resized": loaded(batch_size=SMALL_BATCH, image_hw=IMAGE_HW, max_boxes=MAX_BOXES),
    },
}


if __name__ == "__main__":
    main()
