"""The demo's batches: three teams, three formats, and nothing in them but what the team looked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unify.demo.cut import CLASSES, FORMATS, TASKS, cut_into_batches, people_searched, write_annotations
from unify.labels.formats import FORMATS as READERS
from unify.scenarios.truth import Truth


def make_truths(count: int) -> list[Truth]:
    names = tuple(CLASSES)
    boxes = np.array([[10 * i, 5, 10 * i + 8.3, 25] for i in range(len(names))], np.float32)
    return [Truth(f"scene_{i:04d}.jpg", (360, 640), boxes, names) for i in range(count)]


def test_every_training_picture_goes_to_a_team_and_some_to_two():
    train = make_truths(40)
    cuts = [cut for cut in cut_into_batches(train, make_truths(4)) if cut.split == "train"]
    teams = {truth.file_name: {c.task for c in cuts if truth in c.pictures} for truth in train}
    assert {cut.task for cut in cuts} == set(TASKS)
    assert sorted(map(len, teams.values())) == [1] * 39 + [2]


def test_every_validation_picture_goes_to_all_teams():
    val = make_truths(4)
    cuts = [cut for cut in cut_into_batches(make_truths(8), val) if cut.split == "val"]
    assert [cut.task for cut in cuts] == list(TASKS)
    assert all(list(cut.pictures) == val for cut in cuts)


@pytest.mark.parametrize("task", TASKS)
def test_annotations_read_back_as_the_truth_of_the_teams_classes(task: str, tmp_path: Path):
    cut = next(cut for cut in cut_into_batches(make_truths(8), make_truths(2)) if cut.task == task)
    images = tmp_path / "images"
    images.mkdir()
    for truth in cut.pictures:
        (images / truth.file_name).write_bytes(b"")
    labels = READERS[FORMATS[task]].read(write_annotations(cut, tmp_path), images)
    assert set(labels.categories) == set(TASKS[task])
    assert sorted(labels.file_names) == sorted(truth.file_name for truth in cut.pictures)
    scale = np.array([640, 360, 640, 360]) if labels.normalized else 1
    first = slice(labels.box_offsets[0], labels.box_offsets[1])
    expected = [box for name, box in cut.pictures[0].of(TASKS[task])]
    assert np.allclose(np.sort(labels.boxes_xyxy[first] * scale, axis=0), np.sort(expected, axis=0), atol=1e-2)


def test_people_searched_a_training_picture_for_the_classes_of_its_teams():
    searched = people_searched(cut_into_batches(make_truths(30), make_truths(4)))
    assert len(searched) == 30  # of validation pictures, whose names are the same here, nothing is said
    assert searched["scene_0000.jpg"] == {"car", "truck", "bus"}
    assert searched["scene_0010.jpg"] == {"pedestrian", "cyclist", "traffic_light", "cone"}
    assert searched["scene_0029.jpg"] == {"traffic_light", "cone"}
