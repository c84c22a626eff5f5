"""Datumaro's export of a COCO dataset as TFRecords, pictures included. Runs in the environment of the baselines.

python datumaro_export.py COCO_FOLDER OUTPUT
"""

import sys

import datumaro


def main(coco: str, output: str) -> None:
    dataset = datumaro.Dataset.import_from(coco, "coco_instances")
    dataset.export(output, "tf_detection_api", save_media=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
