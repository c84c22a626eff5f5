"""lvis-api and pycocotools load our exports, and judge detections by the states in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import pytest

from tests.interop.conftest import Ask
from tests.interop.scene import BY_NAME, IDS, Box
from unify.records.export import export_dataset

pytestmark = pytest.mark.slow

CORNER = (44.0, 2.0, 60.0, 12.0)  # no object of the scene is here
SURE = 0.99  # above every right detection, so that a wrong one costs precision


class Judge:
    """One export and the detections to be judged on it, by picture name."""

    def __init__(self, ask: Ask, script: str, labels: Path, folder: Path) -> None:
        self._ask, self._script, self._labels, self._folder = ask, script, labels, folder
        images = json.loads(labels.read_text())["images"]
        self._image_ids = {PurePosixPath(image["file_name"]).name: image["id"] for image in images}

    def average_precisions(self, *extras: Sequence[tuple[str, Box]]) -> list[float]:
        """AP of the perfect detector, and of it with each of the extra lists of detections."""
        perfect = [
            self._detection(name, box, 0.9)
            for name, picture in BY_NAME.items()
            if name in self._image_ids
            for box in picture.boxes
            if not box.crowd
        ]
        runs = [perfect, *(perfect + [self._detection(name, box, SURE) for name, box in extra] for extra in extras)]
        path = self._folder / "detections.json"
        path.write_text(json.dumps(runs))
        return self._ask(self._script, self._labels, path)

    def _detection(self, name: str, box: Box, score: float) -> dict:
        x1, y1, x2, y2 = box.xyxy
        xywh = [x1, y1, x2 - x1, y2 - y1]
        return {"image_id": self._image_ids[name], "category_id": IDS[box.name], "bbox": xywh, "score": score}


def judge(ask: Ask, dataset: Path, folder: Path, to: str, script: str) -> Judge:
    labels = folder / f"{to}.json"
    # The exported pictures are not asked for; the transcoded one has another name, which no test here names.
    export_dataset(dataset, to=to, output=labels)
    return Judge(ask, script, labels, folder)


ON_UNKNOWN = [("street.jpg", Box("pedestrian", CORNER)), ("walk.jpg", Box("car", CORNER))]
ON_ABSENT = [("empty.jpg", Box("car", CORNER))]
ON_INCOMPLETE = [("federated.jpg", Box("pedestrian", CORNER))]
IN_CROWD = [("jam.jpg", Box("car", (6.0, 10.0, 20.0, 20.0)))]


def test_lvis_evaluation_knows_unknown_absent_and_incomplete(ask: Ask, dataset: Path, tmp_path: Path):
    lvis = judge(ask, dataset, tmp_path, "lvis", "lvis_evaluation")
    perfect, on_unknown, on_absent, on_incomplete = lvis.average_precisions(ON_UNKNOWN, ON_ABSENT, ON_INCOMPLETE)
    assert perfect == on_unknown == on_incomplete
    assert on_absent < perfect


def test_coco_evaluation_knows_crowds_and_takes_unknown_for_absent(ask: Ask, dataset: Path, tmp_path: Path):
    coco = judge(ask, dataset, tmp_path, "coco", "coco_evaluation")
    perfect, on_unknown, on_absent, in_crowd = coco.average_precisions(ON_UNKNOWN, ON_ABSENT, IN_CROWD)
    assert perfect == in_crowd
    assert on_absent < perfect
    assert on_unknown < perfect  # what plain COCO cannot say, and the export warns of
