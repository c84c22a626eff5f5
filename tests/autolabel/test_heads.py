from __future__ import annotations

import numpy as np
import pytest

from unify.autolabel.contract import Breach
from unify.autolabel.heads import HEADS, HeadAnswer, activate
from unify.autolabel.options import TensorOptions

BOXES = np.arange(24, dtype=np.float32).reshape(2, 3, 4)  # two pictures, three boxes
SCORES = np.full((2, 3), 0.5, np.float32)


def decode(tensors: dict, num_classes: int = 2, batch: int = 2, **options) -> HeadAnswer:
    shaped = TensorOptions.model_validate(options)
    return HEADS[shaped.head](tensors, shaped, num_classes, batch)


def test_outputs_are_found_by_their_usual_names():
    ours = decode({"boxes": BOXES, "scores": SCORES, "classes": SCORES * 0})
    theirs = decode({"detection_boxes": BOXES, "detection_scores": SCORES, "detection_classes": SCORES * 0})
    assert ours.parts.keys() == theirs.parts.keys() == {"scores", "classes"}
    assert (ours.boxes == BOXES).all() and (theirs.boxes == BOXES).all()


def test_outputs_are_found_by_the_names_given():
    names = {"boxes": "a", "scores": "b", "classes": "c", "embedding": "d", "box_embeddings": "e", "class_scores": "f"}
    tensors = {
        "a": BOXES,
        "b": SCORES,
        "c": SCORES * 0,
        "d": np.ones((2, 8)),
        "e": np.ones((2, 3, 8)),
        "f": np.ones((2, 3, 2)),
    }
    assert decode(tensors, outputs=names).parts.keys() == names.keys() - {"boxes"}


def test_scores_of_every_class_need_no_classes():
    assert decode({"boxes": BOXES, "scores": np.zeros((2, 3, 2))}).parts.keys() == {"class_scores"}


def test_a_model_of_one_class_need_not_say_which():
    assert (
        decode({"boxes": BOXES, "scores": SCORES}, num_classes=1, first_class=1).parts["classes"].tolist()
        == [[1] * 3] * 2
    )


def test_a_model_of_one_picture_may_leave_the_batch_axis_out():
    answer = decode({"boxes": BOXES[0], "scores": SCORES[0], "classes": SCORES[0] * 0}, batch=1)
    assert answer.boxes.shape == (1, 3, 4) and answer.parts["scores"].shape == (1, 3)


@pytest.mark.parametrize("transposed", [False, True])
def test_rows_and_columns_of_boxes_with_their_own_score(transposed: bool):
    # x, y, w, h, objectness 0.5, two classes 0.25 and 1: scores 0.125 and 0.5
    rows = np.tile(np.array([10, 20, 4, 8, 0.5, 0.25, 1.0], np.float32), (2, 9, 1))
    given = rows.transpose(0, 2, 1) if transposed else rows
    answer = decode({"output0": given}, head="rows", objectness=True, box_format="cxcywh", box_units="input_pixels")
    assert answer.boxes.shape == (2, 9, 4) and answer.boxes[1, 8].tolist() == [10, 20, 4, 8]
    assert answer.parts["class_scores"][0, 0].tolist() == [0.125, 0.5]


def test_fastestdet_cells_by_hand():
    # One picture, 2 x 2 cells, one class. All numbers 0 but cell (row 1, column 0): o = 0.5, tanh x = 0.5, c = 0.25.
    cells = np.zeros((1, 6, 2, 2))
    cells[0, :, 1, 0] = [0.5, np.arctanh(0.5), 0, 0, 0, 0.25]
    answer = decode({"output": cells}, num_classes=1, batch=1, head="fastestdet")
    # Centre ((0 + 0.5) / 2, (1 + 0) / 2), size (sigmoid 0, sigmoid 0); score 0.5 ** 0.6 * 0.25 ** 0.4 = 0.5 ** 1.4.
    assert answer.boxes[0, 2].tolist() == pytest.approx([0.25, 0.5, 0.5, 0.5])
    assert answer.parts["class_scores"][0, :, 0].tolist() == pytest.approx([0, 0, 0.5**1.4, 0])
    assert (answer.box_format, answer.box_units) == ("cxcywh", "fractions")


def test_activations():
    logits = np.array([[-1000.0, 0.0, 1000.0]])
    assert activate(logits, "sigmoid").tolist() == [[0, 0.5, 1]]
    assert activate(logits, "softmax").tolist() == [[0, 0, 1]]
    assert activate(np.log([[1.0, 3.0]]), "softmax").tolist() == [pytest.approx([0.25, 0.75])]
    assert activate(logits, "none") is logits


BROKEN = {
    "no such output": (
        {"boxes": BOXES, "scores": SCORES},
        {"outputs": {"boxes": "box"}},
        ("has no output 'box', which its options name", "", "one of boxes, scores", "did you mean 'boxes'?"),
    ),
    "outputs of other names": (
        {"a": BOXES, "b": SCORES},
        {},
        ("has no output 'boxes'", "", "one of a, b", "say which it is in its options, outputs: {boxes: NAME}"),
    ),
    "no classes": (
        {"boxes": BOXES, "scores": SCORES},
        {},
        (
            "has no output 'classes'", "", "one of boxes, scores",
            "say which it is in its options, outputs: {classes: NAME}",
        ),
    ),
    "boxes of five numbers": (
        {"boxes": np.zeros((2, 3, 5)), "scores": SCORES},
        {},
        ("answered 'boxes' of the wrong shape", "[2, 3, 5]", "[2, N, 4]", "check 'outputs' and 'head' in its options"),
    ),
    "another number of scores": (
        {"boxes": BOXES, "scores": np.zeros((2, 4))},
        {},
        (
            "answered 'scores' of the wrong shape", "[2, 4]", "[2, 3, N] or [2, 3]",
            "check 'outputs' and 'head' in its options",
        ),
    ),
    "rows without the score that was announced": (
        {"output0": np.zeros((2, 9, 6))},
        {"head": "rows", "objectness": True},
        (
            "answered rows of another width", "[2, 9, 6]", "5 numbers and 2 classes: [2, N, 7]",
            "name all classes of the model in 'class_names', and check 'objectness'",
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_message(case: str):
    tensors, options, expected = BROKEN[case]
    with pytest.raises(Breach) as caught:
        decode(tensors, **options)
    breach = caught.value
    assert (breach.what, breach.got, breach.expected, breach.fix) == expected
