"""What an answer that breaks the contract makes a person read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.autolabel.labelers import answering, gray, make_labeler
from unify.errors import AutoLabelerError

BOX = "'boxes': [[10, 10, 50, 40]]"
HEAD = "registry/autolabelers/vehicle.yaml:4:3: auto-labeler 'vehicle:v1' "

BROKEN = {
    "a list in place of a dict": (
        "[1, 2]",
        """did not answer a dict for each picture
  got:      a list
  expected: a dict with boxes, scores and classes""",
    ),
    "misspelt key": (
        f"{{{BOX}, 'score': [0.5], 'classes': ['car']}}",
        """answered without 'scores'
  got:      the keys boxes, score, classes
  fix:      did you mean 'score'?""",
    ),
    "nothing": (
        "{}",
        """answered without 'boxes' and 'scores' and 'classes'
  got:      no keys""",
    ),
    "half a list of classes": (
        f"{{{BOX}, 'scores': [0.5], 'classes': ['car'], 'topk_scores': [[0.5, 0.2]]}}",
        """answered without 'topk_classes'
  got:      the keys boxes, scores, classes, topk_scores""",
    ),
    "three corners": (
        "{'boxes': [[1, 2, 3]], 'scores': [0.5], 'classes': ['car']}",
        """answered 'boxes' of the wrong shape
  got:      [1, 3]
  expected: [N, 4]""",
    ),
    "fewer scores than boxes": (
        "{'boxes': [[10, 10, 50, 40]] * 3, 'scores': [0.5, 0.4], 'classes': ['car'] * 3}",
        """answered 'scores' of the wrong shape
  got:      [2]
  expected: [3]""",
    ),
    "boxes of unequal length": (
        "{'boxes': [[1, 2, 3, 4], [1, 2]], 'scores': [0.5, 0.4], 'classes': ['car', 'car']}",
        """answered 'boxes' that are no array
  got:      setting an array element with a sequence. The requested array has an inhomogeneous shape after """
        "1 dimensions. The detected shape was (2,) + inhomogeneous part.",
    ),
    "text for a score": (
        f"{{{BOX}, 'scores': ['high'], 'classes': ['car']}}",
        """answered 'scores' that are no numbers
  got:      <U4
  expected: [1]""",
    ),
    "logits": (
        f"{{{BOX}, 'scores': [7.25], 'classes': ['car']}}",
        """answered 'scores' outside 0..1
  got:      7.25
  expected: 0 to 1
  fix:      apply a sigmoid or softmax before answering""",
    ),
    "negative logits": (
        f"{{{BOX}, 'scores': [-0.5], 'classes': ['car']}}",
        """answered 'scores' outside 0..1
  got:      -0.5
  expected: 0 to 1
  fix:      apply a sigmoid or softmax before answering""",
    ),
    "undeclared class": (
        f"{{{BOX}, 'scores': [0.5], 'classes': ['trunk']}}",
        """answered a class that it does not declare
  got:      'trunk'
  expected: one of car, truck
  fix:      did you mean 'truck'? Otherwise map it, class_map: {trunk: car}, or list it in class_names""",
    ),
    "undeclared number": (
        f"{{{BOX}, 'scores': [0.5], 'classes': [2]}}",
        """answered the number of a class that it does not declare
  got:      2
  expected: 0 to 1
  fix:      answer names, or numbers that count the declared classes from 0""",
    ),
    "half a class": (
        f"{{{BOX}, 'scores': [0.5], 'classes': [0.5]}}",
        """answered 'classes' that are no classes
  got:      0.5
  fix:      answer names, or numbers that count the declared classes from 0""",
    ),
    "scores of more classes than it has": (
        f"{{{BOX}, 'class_scores': [[0.5, 0.2, 0.1]]}}",
        """answered scores of 3 classes
  expected: 2, one for each class of the model
  fix:      name all classes of the model in 'class_names', in its order""",
    ),
    "another kind of scores": (
        f"{{{BOX}, 'scores': [0.5], 'classes': ['car'], 'score_kind': 'softmax'}}",
        """answered scores of another kind than its options say
  got:      'softmax'
  expected: 'sigmoid'
  fix:      set 'score_kind: softmax' in its options""",
    ),
    "column of another length": (
        f"{{{BOX}, 'scores': [0.5], 'classes': ['car'], 'embeding': [0.1, 0.2]}}",
        """answered 'embeding', which is neither of the contract nor a column
  got:      float64 of shape (2,)
  expected: numbers of shape [1], one a box, or one number
  fix:      did you mean 'embedding'?""",
    ),
    "fractions": (
        "{'boxes': [[0.1, 0.2, 0.5, 0.6]] * 4, 'scores': [0.5] * 4, 'classes': ['car'] * 4}",
        """answered boxes that look like fractions
  got:      [0.1, 0.2, 0.5, 0.6] on 200 x 100 pixels
  expected: left, top, right, bottom in pixels of the picture
  fix:      multiply x by the picture's width and y by its height before answering""",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_message(case: str, tmp_path: Path):
    answer, expected = BROKEN[case]
    with pytest.raises(AutoLabelerError) as caught:
        answering(tmp_path, answer).predict([gray()])
    assert str(caught.value) == HEAD + expected


def test_message_of_too_few_answers(tmp_path: Path):
    labeler = make_labeler(tmp_path, "return [{'boxes': [], 'scores': [], 'classes': []}]")
    with pytest.raises(AutoLabelerError) as caught:
        labeler.predict([gray(), gray()])
    assert str(caught.value) == HEAD + "answered 1 times for 2 pictures\n  expected: one answer a picture"


def test_message_of_no_list(tmp_path: Path):
    labeler = make_labeler(tmp_path, "return {'boxes': [], 'scores': [], 'classes': []}")
    with pytest.raises(AutoLabelerError) as caught:
        labeler.predict([gray()])
    expected = "did not answer a list\n  got:      a dict\n  expected: a list of 1 answers, one a picture"
    assert str(caught.value) == HEAD + expected


def test_an_auto_labeler_registered_nowhere_has_a_name_all_the_same(tmp_path: Path):
    from dataclasses import replace

    labeler = answering(tmp_path, "{}")
    labeler.spec = replace(labeler.spec, version=replace(labeler.spec.version, where=""))
    with pytest.raises(AutoLabelerError, match=r"^auto-labeler 'vehicle:v1' answered without"):
        labeler.predict([gray()])
