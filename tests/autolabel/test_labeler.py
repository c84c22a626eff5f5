"""A model that misbehaves costs the picture it misbehaves on, and no other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.autolabel.labelers import gray, make_labeler
from unify.autolabel.labeler import AutoLabeler
from unify.core.predictions import Failure, Prediction
from unify.errors import AutoLabelerError

# Every box tells the brightness of its picture.
ONE_BOX = "{'boxes': [[0, 0, 10, 10]], 'scores': [picture[0, 0, 0] / 255], 'classes': ['car']}"


def brightness(results: list[Prediction | Failure]) -> list[int | str]:
    return [each.reason if isinstance(each, Failure) else round(float(each.scores[0]) * 255) for each in results]


def pictures(*values: int) -> list[np.ndarray]:
    return [gray((20, 20 + index), value) for index, value in enumerate(values)]


def test_results_come_in_the_order_of_the_pictures_whatever_the_batch_size(tmp_path: Path):
    for batch_size in (1, 2, 8):
        labeler = make_labeler(tmp_path, f"return [{ONE_BOX} for picture in pictures]", batch_size=batch_size)
        assert brightness(labeler.predict(pictures(50, 60, 70, 80, 90))) == [50, 60, 70, 80, 90]


def test_the_model_gets_as_many_pictures_at_once_as_it_asked_for(tmp_path: Path):
    body = f"""
        with open({str(tmp_path / "calls")!r}, "a") as file:
            file.write(f"{{len(pictures)}} ")
        return [{ONE_BOX} for picture in pictures]
    """
    make_labeler(tmp_path, body, batch_size=2).predict(pictures(50, 60, 70, 80, 90))
    assert (tmp_path / "calls").read_text() == "2 2 1 "


@pytest.mark.parametrize(
    ("misbehaviour", "reason"),
    [
        ("raise ValueError('too dark\\nindeed')", "ValueError: too dark"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise MemoryError", "MemoryError"),
    ],
)
def test_a_picture_that_the_model_cannot_bear_fails_alone(tmp_path: Path, misbehaviour: str, reason: str):
    body = f"""
        if any(picture[0, 0, 0] == 7 for picture in pictures):
            {misbehaviour}
        return [{ONE_BOX} for picture in pictures]
    """
    labeler = make_labeler(tmp_path, body)
    assert brightness(labeler.predict(pictures(50, 7, 70, 7))) == [50, reason, 70, reason]


def test_numbers_that_are_not_finite_fail_one_picture_of_a_batch(tmp_path: Path):
    body = f"""
        answers = [{ONE_BOX} for picture in pictures]
        answers[1]["boxes"] = [[0, 0, float("nan"), 1]]
        return answers
    """
    found = brightness(make_labeler(tmp_path, body).predict(pictures(50, 60, 70)))
    assert found == [50, "answered boxes that are not finite", 70]


def test_pictures_that_nobody_may_write_to_are_not_written_to(tmp_path: Path):
    body = f"""
        answers = [{ONE_BOX} for picture in pictures]
        for picture in pictures:
            picture[:] = 0
        return answers
    """
    shared = pictures(50, 60)
    for picture in shared:
        picture.flags.writeable = False
    assert brightness(make_labeler(tmp_path, body).predict(shared)) == [50, 60]
    assert [picture[0, 0, 0] for picture in shared] == [50, 60]


def test_no_pictures_are_no_call(tmp_path: Path):
    assert make_labeler(tmp_path, "raise ValueError").predict([]) == []


def test_pictures_may_be_made_ready_beforehand(tmp_path: Path):
    body = f"""
        if len(pictures) > 1:
            pictures[0][:] = 0
            raise ValueError
        return [{ONE_BOX} for picture in pictures]
    """
    labeler = make_labeler(tmp_path, body)
    ready = [labeler.prepare(picture) for picture in pictures(50, 60)]
    assert brightness(labeler.predict(ready)) == brightness(labeler.predict(pictures(50, 60))) == [50, 60]


def test_a_batch_may_be_put_together_beforehand(tmp_path: Path):
    body = f"""
        if len(pictures) > 1 and pictures[0][0, 0, 0] == 50:
            pictures[1][:] = 0
            raise ValueError
        return [{ONE_BOX} for picture in pictures]
    """
    labeler = make_labeler(tmp_path, body)
    for values in ((50, 60), (70, 80)):  # of the first, each is put together anew
        ready = [labeler.prepare(picture) for picture in pictures(*values)]
        batch = labeler.assemble(ready)
        assert brightness(labeler.predict_batch(ready, None, lambda batch=batch: batch)) == list(values)


def test_a_batch_that_cannot_be_put_together_is_looked_at_one_by_one(tmp_path: Path):
    labeler = make_labeler(tmp_path, f"return [{ONE_BOX} for picture in pictures]")
    ready = [labeler.prepare(picture) for picture in pictures(50, 60)]

    def assembled() -> None:
        raise MemoryError

    assert brightness(labeler.predict_batch(ready, None, assembled)) == [50, 60]


def fractions(tmp_path: Path, boxes_a_picture: int) -> AutoLabeler:
    answer = f"{{'boxes': [[0.1, 0.1, 0.5, 0.5]] * {boxes_a_picture}, 'scores': [0.5] * {boxes_a_picture}, "
    return make_labeler(tmp_path, f"return [{answer}'classes': ['car'] * {boxes_a_picture}}} for picture in pictures]")


def test_the_look_of_boxes_is_judged_when_there_are_enough_of_them(tmp_path: Path):
    labeler = fractions(tmp_path, boxes_a_picture=1)
    labeler.predict(pictures(50, 60, 70))
    with pytest.raises(AutoLabelerError, match="look like fractions"):
        labeler.predict(pictures(80))


def test_the_look_of_few_boxes_is_judged_when_asked(tmp_path: Path):
    labeler = fractions(tmp_path, boxes_a_picture=1)
    labeler.check_look()
    labeler.predict(pictures(50))
    with pytest.raises(AutoLabelerError, match="look like fractions"):
        labeler.check_look()


def test_the_look_of_boxes_is_judged_at_the_start_only(tmp_path: Path):
    body = """
        small = pictures[0][0, 0, 0] == 7
        boxes = [[0.1, 0.1, 0.5, 0.5] if small else [1, 1, 15, 15]] * 64
        return [{"boxes": boxes, "scores": [0.5] * 64, "classes": ["car"] * 64} for picture in pictures]
    """
    labeler = make_labeler(tmp_path, body)
    labeler.predict(pictures(50))
    assert len(labeler.predict(pictures(7))) == 1 and len(labeler._first_boxes) == 64
