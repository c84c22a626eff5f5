from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.autolabel.labelers import answering, gray
from unify.autolabel.answers import finish, read_answer
from unify.autolabel.classes import make_class_table
from unify.autolabel.options import Options
from unify.core.predictions import Failure, Prediction, ScoreKind

DECLARED = ("car", "truck")
NAN = float("nan")


def read(answer: dict, score_floor: float = 0.02, **options) -> Prediction | Failure:
    shaped = Options.model_validate(options)
    table = make_class_table(DECLARED, shaped)
    return read_answer(answer, table, score_kind=ScoreKind(shaped.score_kind), score_floor=score_floor)


def test_names_and_numbers_mean_the_declared_classes():
    boxes = [[0, 0, 10, 10]] * 3
    by_name = read({"boxes": boxes, "scores": [0.5] * 3, "classes": ["truck", "car", "truck"]})
    by_number = read({"boxes": boxes, "scores": [0.5] * 3, "classes": np.array([1.0, 0.0, 1.0])})
    assert by_name.classes.tolist() == by_number.classes.tolist() == [1, 0, 1]


def test_dtypes_are_those_that_were_promised():
    answer = {
        "boxes": [[0, 0, 10, 10]], "class_scores": [[0.5, 0.25]], "embedding": [1, 2, 3], "box_embeddings": [[1, 2]],
        "age": [3], "sure": [True], "rain": 0.5,
    }  # fmt: skip
    found = read(answer)
    kinds = {name: getattr(found, name).dtype for name in ("boxes_xyxy", "scores", "topk_scores", "embedding")}
    assert set(kinds.values()) == {np.dtype(np.float32)} == {found.box_embeddings.dtype}
    assert found.classes.dtype == found.topk_classes.dtype == np.int32
    assert {name: values.dtype.name for name, values in found.columns.items()} == {
        "age": "int64", "sure": "bool", "rain": "float32",
    }  # fmt: skip


def test_an_empty_answer_is_an_empty_prediction_not_a_failure():
    found = read({"boxes": [], "scores": [], "classes": []})
    assert len(found) == 0 and found.boxes_xyxy.shape == (0, 4)


def test_none_is_as_good_as_missing():
    found = read({"boxes": [[0, 0, 9, 9]], "scores": [0.5], "classes": [0], "embedding": None, "topk_scores": None})
    assert found.embedding is None and found.topk_scores is None


def test_numbers_that_are_not_finite_are_the_pictures_failure():
    good = {"boxes": [[0, 0, 9, 9]], "scores": [0.5], "classes": [0]}
    reason = {
        "boxes": ({"boxes": [[0, 0, NAN, 9]]}, "answered boxes that are not finite"),
        "too large for float32": ({"boxes": [[0, 0, 1e300, 9]]}, "answered boxes that are not finite"),
        "scores": ({"scores": [NAN]}, "answered scores that are not finite"),
        "classes": ({"classes": [NAN]}, "answered classes that are not finite"),
        "embedding": ({"embedding": [NAN]}, "answered embedding that are not finite"),
        "two": ({"boxes": [[NAN] * 4], "scores": [NAN]}, "answered boxes and scores that are not finite"),
    }
    for change, expected in reason.values():
        assert read(good | change) == Failure(expected)
    assert read({"boxes": [[0, 0, 9, 9]], "class_scores": [[NAN, 0.1]]}) == Failure(
        "answered scores and topk_scores that are not finite"
    )


def test_a_row_of_padding_may_hold_anything():
    found = read({"boxes": [[0, 0, 9, 9], [-1, -1, NAN, -1]], "scores": [0.5, -1], "classes": [0, -1]})
    assert found.scores.tolist() == [0.5]


def test_a_score_may_round_over_one():
    assert read({"boxes": [[0, 0, 9, 9]], "scores": [1.00001], "classes": [0]}).scores.tolist() == [1.0]


def test_boxes_under_the_floor_are_left_out_and_one_on_it_stays():
    found = read({"boxes": [[0, 0, 9, 9]] * 3, "scores": [0.03125, 0.03, 0.5], "classes": [0] * 3}, score_floor=0.03125)
    assert found.scores.tolist() == [0.03125, 0.5]


def test_classes_that_are_not_wanted_are_left_out():
    options = {"class_names": ["person", "automobile", "truck"], "class_map": {"automobile": "car"}}
    boxes = [[0, 0, 9, 9]] * 3
    found = read({"boxes": boxes, "scores": [0.5] * 3, "classes": ["person", "truck", "automobile"]}, **options)
    assert found.classes.tolist() == [1, 0]
    assert read({"boxes": boxes, "scores": [0.5] * 3, "classes": [0, 2, 1]}, **options).classes.tolist() == [1, 0]


def test_a_list_of_classes_is_sorted_and_less_what_is_not_wanted():
    options = {
        "class_names": ["person", "automobile", "van", "truck"],
        "class_map": {"automobile": "car", "van": "car"},
    }
    found = read(
        {
            "boxes": [[0, 0, 9, 9]] * 2,
            "scores": [0.75, 0.5],
            "classes": ["truck", "van"],
            "topk_classes": [["truck", "person", "van"], ["van", "automobile", "person"]],
            "topk_scores": [[0.75, 0.5, 0.25], [0.5, 0.25, 0.125]],
        },
        **options,
    )
    assert found.topk_classes.tolist() == [[1, 0], [0, -1]]
    assert found.topk_scores.tolist() == [[0.75, 0.25], [0.5, 0.0]]


def test_finished_boxes_lie_in_the_picture_best_first():
    given = read(
        {
            "boxes": [[-5, -5, 20, 20], [300, 10, 400, 20], [10, 10, 10, 30], [150, 50, 900, 900]],
            "scores": [0.25, 0.9, 0.9, 0.5],
            "classes": [0] * 4,
            "place": [1, 2, 3, 4],
            "rain": 0.5,
        }
    )
    done = finish(given, (100, 200), nms_iou=None, most=9)
    assert done.boxes_xyxy.tolist() == [[150, 50, 200, 100], [0, 0, 20, 20]]
    assert (done.scores.tolist(), done.columns["place"].tolist(), done.columns["rain"]) == ([0.5, 0.25], [4, 1], 0.5)


def test_only_the_best_are_kept(tmp_path: Path):
    answer = (
        "{'boxes': [[i, 0, i + 9, 9] for i in range(50)], 'scores': [i / 50 for i in range(50)], 'classes': [0] * 50}"
    )
    (found,) = answering(tmp_path, answer, max_detections=3).predict([gray()])
    assert found.boxes_xyxy[:, 0].tolist() == [49, 48, 47]


def test_suppression_is_done_where_it_is_asked_for(tmp_path: Path):
    answer = "{'boxes': [[10, 10, 50, 50], [11, 10, 51, 50]], 'scores': [0.5, 0.75], 'classes': [0, 0]}"
    assert len(answering(tmp_path, answer).predict([gray()])[0]) == 2
    assert answering(tmp_path, answer, nms_iou=0.5).predict([gray()])[0].scores.tolist() == [0.75]


boxes = st.lists(
    st.tuples(*[st.floats(-50, 250, width=32)] * 4, st.floats(0, 1, width=32), st.integers(0, 1)), max_size=9
)


@given(boxes)
def test_every_prediction_keeps_its_promise(rows: list[tuple]):
    given = read(
        {"boxes": [row[:4] for row in rows], "scores": [row[4] for row in rows], "classes": [r[5] for r in rows]}
    )
    done = finish(given, (100, 200), nms_iou=0.5, most=5)
    x1, y1, x2, y2 = done.boxes_xyxy.T
    assert ((x1 >= 0) & (x1 < x2) & (x2 <= 200) & (y1 >= 0) & (y1 < y2) & (y2 <= 100)).all()
    assert (np.diff(done.scores) <= 0).all() and (done.scores >= np.float32(0.02)).all() and len(done) <= 5
