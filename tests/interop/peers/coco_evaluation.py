"""pycocotools: loads a COCO file and evaluates detections on it.

python coco_evaluation.py ANSWER.json COCO.json DETECTIONS.json

The detections file holds a list of runs, each a list of detections; the answer holds the AP of each run.
"""

import json
import sys
from pathlib import Path

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def main(path: str, truth: str, detections: str) -> None:
    runs = json.loads(Path(detections).read_text())
    Path(path).write_text(json.dumps([average_precision(truth, run) for run in runs]))


def average_precision(truth: str, detections: list) -> float:
    coco = COCO(truth)
    evaluation = COCOeval(coco, coco.loadRes(detections), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return float(evaluation.stats[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
