"""Which predictions contradict people, and which do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import TAXONOMY, make_batch
from tests.reviewing.columns import EXCLUSIVE, IDS, NAMES, Box, Found, humans, one_picture, opinion
from unify.core.types import ExampleTable, State
from unify.reviewing.disagreements import Opinion, find_suspects

A, B = (10.0, 10.0, 30.0, 30.0), (100.0, 50.0, 140.0, 90.0)
HALF_A = (20.0, 10.0, 40.0, 30.0)  # IoU with A: 200 / 600


def suspects(labels: ExampleTable, *opinions: Opinion, confident: float = 0.95) -> list[tuple]:
    return [
        (str(each.kind), each.example, NAMES[each.class_id], NAMES[each.likely_class_id], round(each.score, 3))
        for each in find_suspects(labels, opinions, EXCLUSIVE, confident)
    ]


def on_one(boxes: Mapping[str, Sequence[Box]], found: Sequence[Found], **options) -> list[tuple]:
    return suspects(one_picture(boxes, **options), opinion([found]))


def test_a_confident_prediction_without_a_box_is_an_object_that_was_missed():
    assert on_one({"car": [A]}, [("car", A, 0.9), ("car", B, 0.97)]) == [("missed", 0, "car", "car", 0.97)]
    assert on_one({"car": [A]}, [("car", A, 0.9), ("car", B, 0.94)]) == []


def test_one_missed_object_is_one_suspect_whatever_class_each_prediction_gives_it():
    found = [("car", B, 0.97), ("truck", B, 0.96), ("car", (101.0, 50.0, 141.0, 90.0), 0.96)]
    assert on_one({}, found) == [("missed", 0, "car", "car", 0.97)]


def test_a_prediction_of_an_exclusive_class_on_a_box_is_a_swapped_class():
    assert on_one({"car": [A]}, [("truck", A, 0.96)]) == [("swapped", 0, "car", "truck", 0.96)]


def test_a_box_that_its_own_class_is_found_for_as_well_is_right():
    assert on_one({"car": [A]}, [("truck", A, 0.96), ("car", A, 0.5)]) == []


def test_a_box_that_any_auto_labeler_finds_is_right():
    labels = one_picture({"car": [A]})
    wrong, right = opinion([[("truck", A, 0.99)]]), opinion([[("car", A, 0.6)]], name="vehicle:v2")
    assert suspects(labels, wrong) and suspects(labels, wrong, right) == []


def test_who_does_not_know_the_class_of_a_box_does_not_say_that_it_is_another():
    labels = one_picture({"car": [A]})
    assert suspects(labels, opinion([[("truck", A, 0.96)]], knows=["truck"])) == []


def test_classes_that_one_object_can_both_be_are_not_swapped_but_missed():
    labels = one_picture({"car": [A]}, labeled=["car", "truck", "pedestrian"])
    found = opinion([[("pedestrian", A, 0.99)]], knows=["car", "pedestrian"])
    assert suspects(labels, found) == [("missed", 0, "pedestrian", "pedestrian", 0.99)]


def test_a_box_that_overlaps_what_is_found_too_little_is_at_the_wrong_place():
    assert on_one({"car": [A]}, [("car", HALF_A, 0.96)]) == [("badly_located", 0, "car", "car", 0.64)]  # .96 (1 - 1/3)


def test_the_box_of_a_neighbour_is_not_at_the_wrong_place():
    assert on_one({"car": [A, HALF_A]}, [("car", HALF_A, 0.96)]) == []


def test_a_box_that_nothing_is_found_near_is_spurious_only_by_who_was_measured_to_find_nearly_everything():
    labels = one_picture({"car": [A]})
    assert suspects(labels, opinion([[]])) == []
    assert suspects(labels, opinion([[]], recall={"car": 0.94})) == []
    assert suspects(labels, opinion([[]], recall={"car": 0.97})) == [("spurious", 0, "car", "car", 0.97)]
    assert suspects(labels, opinion([[("car", A, 0.03)]], recall={"car": 0.97})) == []


def test_what_is_found_of_a_class_that_nobody_searched_for_speaks_for_no_box_either():
    labels = one_picture({"car": [A]})
    found = opinion([[("pedestrian", A, 0.9)]], knows=["car", "pedestrian"], recall={"car": 0.97})
    assert suspects(labels, found) == [("spurious", 0, "car", "car", 0.97)]


def test_who_did_not_look_at_a_picture_does_not_make_its_boxes_spurious():
    blind = opinion([[]], recall={"car": 0.99})
    blind.predictions.seen[:] = False
    assert suspects(one_picture({"car": [A]}), blind) == []


def test_an_incomplete_class_misses_nothing_but_its_boxes_are_judged():
    states = {("street", "car"): State.INCOMPLETE}
    assert on_one({"car": [A]}, [("car", A, 0.9), ("car", B, 0.99)], states=states) == []
    assert on_one({"car": [A]}, [("car", HALF_A, 0.96)], states=states) == []  # it may be another car, without a box
    assert on_one({"car": [A]}, [("truck", A, 0.96)], states=states) == [("swapped", 0, "car", "truck", 0.96)]
    assert on_one({"car": [A]}, [("truck", A, 0.96)], states={("street", "truck"): State.INCOMPLETE}) == []
    labels = one_picture({"car": [A]}, states=states)
    assert suspects(labels, opinion([[]], recall={"car": 0.97})) == [("spurious", 0, "car", "car", 0.97)]


@pytest.mark.parametrize("column", ["box_crowd", "box_difficult"])
def test_crowds_and_difficult_boxes_are_never_suspects_and_nothing_on_them_is_missed(column: str):
    labels = one_picture({"car": [A]})
    getattr(labels, column)[:] = True
    inside = (12.0, 12.0, 16.0, 16.0)
    assert suspects(labels, opinion([[("car", inside, 0.99), ("truck", A, 0.99)]], recall={"car": 1.0})) == []
    assert suspects(labels, opinion([[]], recall={"car": 1.0})) == []


def test_pictures_keep_their_own_boxes():
    labels = humans(make_batch("vehicle:b1", {"one": {"car": [A]}, "two": {}, "three": {"truck": [B]}}))
    found = opinion([[("car", A, 0.9)], [("car", B, 0.97)], [("truck", B, 0.9), ("truck", A, 0.99)]])
    assert suspects(labels, found) == [("missed", 1, "car", "car", 0.97), ("missed", 2, "truck", "truck", 0.99)]


# Two components that each label their own task; every object of every class is there, on a grid so that none overlap.

CLASSES = tuple(IDS)
places = st.sampled_from([(x * 24.0, y * 24.0) for x in range(4) for y in range(2)])
objects = st.lists(
    st.tuples(places, st.sampled_from(CLASSES), st.floats(0.02, 1), st.integers(-1, 1)),
    max_size=6,
    unique_by=lambda o: o[0],
)
scenes = st.lists(st.tuples(st.sampled_from(["vehicle", "pedestrian"]), objects), min_size=2, max_size=5)
nonsense = st.lists(st.tuples(st.integers(0, 4), places, st.sampled_from(CLASSES), st.floats(0.02, 1)), max_size=10)


def partially_labeled(scenes: list) -> ExampleTable:
    """The union: of every scene only the objects of its own task have boxes, and those are right."""
    batches = [
        make_batch(
            f"{task}:b1",
            {
                f"p{number}": {
                    name: [box_at(place) for place, of, *_ in several if of == name] for name in TAXONOMY.tasks[task]
                }
                for number, (of_task, several) in enumerate(scenes)
                if of_task == task
            },
        )
        for task in ("vehicle", "pedestrian")
    ]
    return humans(*[each for each in batches if len(each.pictures)])


def box_at(place: tuple[float, float], shift: float = 0.0) -> Box:
    return place[0] + shift, place[1], place[0] + 20 + shift, place[1] + 20


def in_order(labels: ExampleTable, scenes: list) -> list:
    return [scenes[int(name.removeprefix("p").removesuffix(".jpg"))][1] for name in labels.filenames]


def right_everywhere(labels: ExampleTable, scenes: list) -> Opinion:
    """Finds every object of every class, at any score, a pixel off at most."""
    found = [[(name, box_at(place, shift), score) for place, name, score, shift in s] for s in in_order(labels, scenes)]
    return opinion(found, knows=CLASSES, recall=dict.fromkeys(CLASSES, 1.0))


@given(scenes)
def test_right_labels_of_partially_labeled_components_have_no_suspects(scenes: list):
    labels = partially_labeled(scenes)
    assert suspects(labels, right_everywhere(labels, scenes), confident=0.5) == []


@given(scenes, nonsense)
def test_predictions_of_classes_that_nobody_searched_for_change_nothing(scenes: list, nonsense: list):
    labels = partially_labeled(scenes)
    found: list[list[Found]] = [[] for _ in labels.filenames]
    known: list[list[Found]] = [[] for _ in labels.filenames]
    for picture, place, name, score in nonsense:
        if picture < len(found):
            row = (name, box_at(place, 7.0), score)
            found[picture].append(row)
            if labels.state[picture, IDS[name] - 1] > State.UNKNOWN:
                known[picture].append(row)
    everything, less = (opinion(each, knows=CLASSES, recall=dict.fromkeys(CLASSES, 1.0)) for each in (found, known))
    first, second = (find_suspects(labels, [each], EXCLUSIVE, 0.5) for each in (everything, less))
    assert [(s.kind, s.example, s.class_id, s.score) for s in first] == [
        (s.kind, s.example, s.class_id, s.score) for s in second
    ]
    assert all(np.array_equal(a.box_xyxy, b.box_xyxy) for a, b in zip(first, second, strict=True))
