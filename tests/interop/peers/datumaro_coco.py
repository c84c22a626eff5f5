"""Datumaro's COCO importer over an exported dataset: ``annotations/instances_<split>.json``, ``images/<split>/``.

python datumaro_coco.py ANSWER.json FOLDER
"""

import sys

import datumaro
from answers import answer
from datumaro_items import items_of


def main(path: str, folder: str) -> None:
    answer(path, items_of(datumaro.Dataset.import_from(folder, "coco_instances")))


if __name__ == "__main__":
    main(*sys.argv[1:])
