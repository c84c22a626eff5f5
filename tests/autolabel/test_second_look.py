"""Another look at the same pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.autolabel.labelers import gray, make_labeler, make_version
from unify.autolabel.load import read_spec
from unify.autolabel.second_look import mirror_answer
from unify.errors import RegistryError

# Finds the one white rectangle.
FINDS_WHITE = """
    found = []
    for picture in pictures:
        y, x = np.nonzero(picture[..., 0] > 200)
        boxes = [[x.min(), y.min(), x.max() + 1, y.max() + 1]] if len(x) else []
        found.append({"boxes": boxes, "scores": [0.9] * len(boxes), "classes": ["car"] * len(boxes)})
    return found
"""


def picture() -> np.ndarray:
    pixels = gray((40, 100))
    pixels[10:20, 30:50] = 255
    return pixels


def test_a_mirrored_look_finds_the_same_place(tmp_path: Path):
    plain, mirrored = (
        make_labeler(tmp_path, FINDS_WHITE, **options) for options in ({}, {"second_look": {"mirror": True}})
    )
    for labeler in (plain, mirrored):
        (found,) = labeler.predict([picture()])
        assert found.boxes_xyxy.tolist() == [[30, 10, 50, 20]]
    empty, full = mirrored.predict([gray((40, 100)), picture()])
    assert len(empty) == 0 and len(full) == 1


def test_a_mirrored_look_sees_a_mirrored_picture(tmp_path: Path):
    """What always answers the left edge finds it on the right."""
    body = "return [{'boxes': [[0, 0, 10, 10]], 'scores': [0.9], 'classes': ['car']} for picture in pictures]"
    (found,) = make_labeler(tmp_path, body, second_look={"mirror": True}).predict([picture()])
    assert found.boxes_xyxy.tolist() == [[90, 0, 100, 10]]


def test_noise_is_the_same_every_time_and_the_picture_stays_as_it_is(tmp_path: Path):
    answer = "{'boxes': [[0, 0, 9, 9]], 'scores': [float(picture.std() / 255)], 'classes': ['car']}"
    body = f"return [{answer} for picture in pictures]"
    labeler, seen = make_labeler(tmp_path, body, second_look={"noise": 0.1}), gray((40, 100))
    first, second = (labeler.predict([seen])[0].scores[0] for _ in range(2))
    assert first == second == pytest.approx(0.1, abs=0.01)
    assert (seen == 128).all()


def test_a_second_look_is_another_auto_labeler_and_none_changes_nothing(tmp_path: Path):
    make_labeler(tmp_path, FINDS_WHITE)
    plain, mirrored = (
        read_spec(make_version("labeler.py:Labeler", **options), tmp_path).recipe
        for options in ({}, {"second_look": {"mirror": True}})
    )
    assert plain != mirrored and "second_look" not in plain["options"]
    assert mirrored["options"]["second_look"] == {"mirror": True, "noise": 0.0}  # as when there was no dropout


def test_every_pass_of_dropout_is_another_auto_labeler(tmp_path: Path):
    (tmp_path / "model.keras").touch()
    first, second = (
        read_spec(make_version("keras", path=tmp_path / "model.keras", second_look={"dropout": number}), tmp_path)
        for number in (1, 2)
    )
    assert first.recipe != second.recipe


def test_dropout_of_a_model_whose_layers_nobody_sees_cannot_be_left_on(tmp_path: Path):
    make_labeler(tmp_path, FINDS_WHITE)
    with pytest.raises(RegistryError, match="cannot leave dropout on: only Keras models show their layers"):
        read_spec(make_version("labeler.py:Labeler", second_look={"dropout": 1}), tmp_path)


def test_places_in_columns_are_mirrored_too():
    answer = mirror_answer({"proposal_x1": [10.0], "proposal_x2": [30.0], "scores": [0.5]}, 100)
    assert (answer["proposal_x1"].tolist(), answer["proposal_x2"].tolist()) == ([70.0], [90.0])


@pytest.mark.parametrize("answer", [None, [1], {"boxes": "none"}, {"boxes": [[1, 2]]}])
def test_what_keeps_no_contract_is_left_to_whoever_reads_it(answer):
    assert mirror_answer(answer, 100) == answer


def test_recorded_answers_cannot_take_a_second_look(tmp_path: Path):
    version = make_version("recorded", path=tmp_path / "results.json", second_look={"mirror": True})
    with pytest.raises(RegistryError, match="cannot take a second look: its answers are recorded"):
        read_spec(version, tmp_path)
