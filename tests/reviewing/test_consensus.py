"""Several people, one answer."""

from __future__ import annotations

import numpy as np
import pytest

from unify.reviewing.answers import Answer, clean
from unify.reviewing.consensus import Voting, agree
from unify.reviewing.dawid_skene import dawid_skene

BOX, FAR = (10.0, 10.0, 30.0, 30.0), (60.0, 60.0, 90.0, 90.0)


def answer(who: str, *boxes: tuple[int, tuple[float, ...]], picture: str = "p") -> Answer:
    return Answer(
        picture, who, np.array([b for _, b in boxes], float).reshape(-1, 4), np.array([c for c, _ in boxes], np.int32)
    )


def verdict(*answers: Answer, voting: Voting = Voting.MAJORITY):
    (only,) = agree(answers, voting)
    return only


def test_one_person_is_believed_and_agrees_with_nobody():
    said = verdict(answer("a", (1, BOX), (2, FAR)))
    assert said.class_ids.tolist() == [1, 2] and said.agreement is None and said.annotators == 1


def test_edges_are_the_median_and_the_class_the_majoritys():
    shifted = [(c, (10.0 + dx, 10.0, 30.0 + dx, 30.0)) for c, dx in ((1, 0), (2, 1), (1, 3))]
    said = verdict(*(answer(who, box) for who, box in zip("abc", shifted)))
    assert said.boxes_xyxy.tolist() == [[11.0, 10.0, 31.0, 30.0]] and said.class_ids.tolist() == [1]
    # 2 of 3 say class 1; overlaps with the median: 19/21, 1, 18/22.
    assert said.agreement == pytest.approx(2 / 3 * np.mean([19 / 21, 1, 18 / 22]))


def test_what_less_than_half_of_the_people_drew_is_not_there():
    said = verdict(answer("a", (1, BOX)), answer("b"), answer("c"))
    assert len(said.class_ids) == 0 and said.agreement == pytest.approx(2 / 3)
    assert len(verdict(answer("a", (1, BOX)), answer("b")).class_ids) == 1  # as many for it as against it


def test_nothing_drawn_by_everybody_is_full_agreement():
    assert verdict(answer("a"), answer("b")).agreement == 1.0


def test_two_boxes_of_one_person_are_two_objects_however_they_overlap():
    near = (12.0, 10.0, 32.0, 30.0)
    said = verdict(answer("a", (1, BOX), (1, near)), answer("b", (1, near), (1, BOX)))
    assert sorted(said.boxes_xyxy[:, 0].tolist()) == [10.0, 12.0] and said.agreement == 1.0


def test_one_person_has_one_box_of_an_object():
    near = (12.0, 10.0, 32.0, 30.0)
    said = verdict(answer("a", (1, BOX)), answer("b", (1, BOX), (1, near)))
    assert said.boxes_xyxy.tolist() == [list(BOX), list(near)]


def test_of_several_answers_of_one_person_the_last_counts():
    assert len(verdict(answer("a", (1, BOX)), answer("a")).class_ids) == 0


def test_dawid_skene_believes_who_is_right_elsewhere():
    # c is right on 8 objects where a and b each fail on half, in turns; on the last a and b agree on what c denies.
    truth = [1, 2] * 4
    wrong = {1: 2, 2: 1}
    votes = [
        {"a": wrong[t] if i % 4 < 2 else t, "b": t if i % 4 < 2 else wrong[t], "c": t, "d": t}
        for i, t in enumerate(truth)
    ]
    assert dawid_skene([*votes, {"a": 2, "b": 2, "c": 1}]) == [*truth, 1]
    assert dawid_skene([{"a": 2, "b": 2, "c": 1}]) == [2]


def test_dawid_skene_decides_on_presence_too():
    people = [answer(who, (1, BOX), picture=f"p{n}") for n in range(6) for who in "abc"]
    lone = [answer("a", (1, FAR), picture="q"), answer("b", picture="q"), answer("c", picture="q")]
    *rest, last = agree([*people, *lone], Voting.DAWID_SKENE)
    assert [each.class_ids.tolist() for each in rest] == [[1]] * 6 and last.class_ids.tolist() == []


def test_boxes_are_cut_off_left_out_and_taken_once_and_counted():
    boxes = [(-5, 10, 30, 30), (200, 10, 210, 20), (10, 10, 10, 30), (40, 40, 60, 60), (40, 40, 60, 60), (1, 1, 9, 9.3)]
    kept, counts = clean(answer("a", *((1, box) for box in boxes)), (100, 200))
    assert counts == {"clipped": 1, "outside": 1, "zero_area": 1, "twice": 1}
    assert kept.boxes_xyxy.tolist() == [[0, 10, 30, 30], [40, 40, 60, 60], [1, 1, 9, 9.3]]
    both, counts = clean(answer("a", (1, BOX), (2, BOX)), (100, 200))
    assert counts == {} and len(both) == 2  # of different classes they are two opinions, not one box
