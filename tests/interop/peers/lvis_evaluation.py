"""lvis-api: loads an LVIS file and evaluates detections on it.

python lvis_evaluation.py ANSWER.json LVIS.json DETECTIONS.json

The detections file holds a list of runs, each a list of detections; the answer holds the AP of each run. The last
release of lvis-api uses a name that NumPy has dropped since; it is put back.
"""

import json
import sys
from pathlib import Path

import numpy as np
from lvis import LVIS, LVISEval, LVISResults

np.float = float


def main(path: str, truth: str, detections: str) -> None:
    runs = json.loads(Path(detections).read_text())
    Path(path).write_text(json.dumps([average_precision(truth, run) for run in runs]))


def average_precision(truth: str, detections: list) -> float:
    lvis = LVIS(truth)
    evaluation = LVISEval(lvis, LVISResults(lvis, detections), "bbox")
    evaluation.run()
    return evaluation.get_results()["AP"]


if __name__ == "__main__":
    main(*sys.argv[1:])
