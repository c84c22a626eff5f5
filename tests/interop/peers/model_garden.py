"""TF Model Garden's own decoders, evaluation parser and input reader over our shards.

python model_garden.py ANSWER.json DATASET SPLIT
"""

import sys

import tensorflow as tf
from answers import answer, plain, records_of
from official.core import input_reader
from official.vision.configs.retinanet import DataConfig
from official.vision.dataloaders import retinanet_input, tf_example_decoder, tf_example_label_map_decoder

OUTPUT_HW = (128, 128)


def main(path: str, dataset: str, split: str) -> None:
    by_id = tf_example_decoder.TfExampleDecoder()
    by_name = tf_example_label_map_decoder.TfExampleDecoderLabelMap(f"{dataset}/label_map.csv")
    decoded = [
        {**plain(by_id.decode(record)), "classes_by_name": plain(by_name.decode(record))["groundtruth_classes"]}
        for record in records_of(dataset, split)
    ]
    answer(path, {"decoded": decoded, "evaluated": evaluated(f"{dataset}/{split}-*.tfrecord", by_id)})


def evaluated(files: str, decoder: tf_example_decoder.TfExampleDecoder) -> list:
    """Ground truths as Model Garden's RetinaNet sees them at evaluation, through its own input pipeline."""
    parser = retinanet_input.Parser(
        output_size=OUTPUT_HW,
        min_level=3,
        max_level=5,
        num_scales=1,
        aspect_ratios=[1.0],
        anchor_size=4.0,
        dtype="float32",
    )
    reader = input_reader.InputReader(
        DataConfig(input_path=files, is_training=False, global_batch_size=1, drop_remainder=False),
        dataset_fn=tf.data.TFRecordDataset,
        decoder_fn=decoder.decode,
        parser_fn=parser.parse_fn(is_training=False),
    )
    return [ground_truth(labels["groundtruths"]) for _, labels in reader.read()]


def ground_truth(batch: dict) -> dict:
    count = int(batch["num_detections"][0, 0])
    boxes, classes = batch["boxes"][0, :count], batch["classes"][0, :count]
    return {"source_id": str(int(batch["source_id"][0])), **plain({"boxes_yxyx_px": boxes, "classes": classes})}


if __name__ == "__main__":
    main(*sys.argv[1:])
