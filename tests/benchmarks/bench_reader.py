"""`unify.load` against a bare tf.data pipeline over the same shards: read, parse in batches, decode.

python -m tests.benchmarks.bench_reader [--pictures 1000] [--repeats 3]

Every pipeline has a process of its own and runs one epoch for warming up and one on the clock. The bare ones read what
most trainers need: the picture, boxes and classes. `unify.load` gives that and weights, scores, sources and states.

``encoded``: ragged batches of 64, pictures left as bytes.
``decoded``: single examples with their pictures.
``resized``: batches of 32, pictures of 320 x 320, 100 boxes a picture.
"""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import material
from tests.benchmarks.measure import alternate, cost_of, print_figures, print_ratio, this_module, timed, unify_command
from tests.benchmarks.options import add_work

if TYPE_CHECKING:
    import tensorflow as tf

WHATS = ("encoded", "decoded", "resized")
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
    for what in WHATS:
        readings = {who: this_module("bench_reader", "--read", who, what, dataset) for who in PIPELINES}
        seconds = alternate({who: partial(seconds_of, command) for who, command in readings.items()}, options.repeats)
        for who, rounds in seconds.items():
            print_figures(f"{what}, {who}: pictures a second, best {options.pictures / min(rounds):,.0f}", "s", rounds)
        print_ratio(f"{what}: speed of a bare pipeline", seconds["bare"], seconds["unify.load"], bar=">= 0.8")


def seconds_of(command: Sequence[str | Path]) -> float:
    return float(cost_of(command).output.splitlines()[-1])


def read_twice(elements: tf.data.Dataset) -> None:
    """Read two epochs and print the seconds of the second as the last line."""

    def epoch() -> None:
        for _ in elements:
            pass

    epoch()
    print(timed(epoch))


def bare_encoded(dataset: Path) -> tf.data.Dataset:
    return parsed(dataset, LARGE_BATCH).prefetch(_autotune())


def bare_decoded(dataset: Path) -> tf.data.Dataset:
    singles = parsed(dataset, LARGE_BATCH).unbatch()
    return singles.map(with_picture, _autotune()).prefetch(_autotune())


def bare_resized(dataset: Path) -> tf.data.Dataset:
    import tensorflow as tf

    def resized(example: dict) -> dict:
        example = with_picture(example)
        picture = tf.image.resize(example.pop("image"), IMAGE_HW, antialias=True)
        return {"image": tf.cast(picture, tf.uint8), **example}

    def padded(example: dict) -> dict:
        return {key: value.to_tensor() if isinstance(value, tf.RaggedTensor) else value for key, value in example.items()}

    singles = parsed(dataset, LARGE_BATCH).unbatch().map(resized, _autotune())
    return singles.ragged_batch(SMALL_BATCH).map(padded, _autotune()).prefetch(_autotune())


def parsed(dataset: Path, batch_size: int) -> tf.data.Dataset:
    import tensorflow as tf

    corners = [f"image/object/bbox/{side}" for side in ("ymin", "xmin", "ymax", "xmax")]
    features = {
        "image/encoded": tf.io.FixedLenFeature([], tf.string),
        "image/object/class/label": tf.io.RaggedFeature(tf.int64),
        **{key: tf.io.RaggedFeature(tf.float32) for key in corners},
    }

    def parse(records: tf.Tensor) -> dict:
        example = tf.io.parse_example(records, features)
        boxes = tf.stack([example[key] for key in corners], axis=-1)
        return {"encoded": example["image/encoded"], "boxes": boxes, "classes": example["image/object/class/label"]}

    files = sorted(str(path) for path in dataset.glob("*.tfrecord"))
    return tf.data.TFRecordDataset(files).batch(batch_size).map(parse, _autotune())


def with_picture(example: dict) -> dict:
    import tensorflow as tf

    return {"image": tf.io.decode_jpeg(example.pop("encoded"), channels=3), **example}


def _autotune() -> int:
    import tensorflow as tf

    return tf.data.AUTOTUNE


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
