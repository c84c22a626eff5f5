"""The TF Object Detection API's own decoder over our shards.

python object_detection_api.py ANSWER.json DATASET SPLIT

The decoder is untouched. By way of tf-slim it calls two functions that TensorFlow has moved since its last release:
they are put back where they were. Its protobuf code is older than protobuf 3.20, so the environment has to say
``PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=python``.
"""

import sys

import tensorflow as tf
from answers import answer, plain, records_of
from tensorflow.python.ops import control_flow_ops

control_flow_ops.case, control_flow_ops.cond = tf.compat.v1.case, tf.compat.v1.cond

from object_detection.data_decoders import tf_example_decoder  # noqa: E402 (module-import-not-at-top-of-file)


def main(path: str, dataset: str, split: str) -> None:
    decoder = tf_example_decoder.TfExampleDecoder(label_map_proto_file=f"{dataset}/label_map.pbtxt")
    answer(path, [plain(decoder.decode(record)) for record in records_of(dataset, split)])


if __name__ == "__main__":
    main(*sys.argv[1:])
