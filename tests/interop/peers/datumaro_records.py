"""Datumaro's ``tf_detection_api`` importer over our shards.

python datumaro_records.py ANSWER.json DATASET
"""

import sys

import datumaro
from answers import answer
from datumaro_items import items_of


def main(path: str, dataset: str) -> None:
    answer(path, items_of(datumaro.Dataset.import_from(dataset, "tf_detection_api")))


if __name__ == "__main__":
    main(*sys.argv[1:])
