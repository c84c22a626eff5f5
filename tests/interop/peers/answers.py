"""What the scripts of this folder share: a dataset's records in, plain JSON out."""

import json
from pathlib import Path

import tensorflow as tf


def records_of(dataset: str, split: str) -> tf.data.Dataset:
    return tf.data.TFRecordDataset(sorted(map(str, Path(dataset).glob(f"{split}-*.tfrecord"))))


def plain(tensors: dict) -> dict:
    """Tensors as numbers, text and lists."""
    values = {key: tensor.numpy() for key, tensor in tensors.items()}
    return {key: value.decode() if isinstance(value, bytes) else value.tolist() for key, value in values.items()}


def answer(path: str, value: object) -> None:
    Path(path).write_text(json.dumps(value))
