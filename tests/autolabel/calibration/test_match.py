"""Which boxes are right, as pycocotools judges them, and which do not count."""

from __future__ import annotations

import numpy as np
import pytest

from tests.autolabel.calibration.cases import Box, table_of
from tests.factories import TAXONOMY, make_batch
from unify.autolabel.calibration.match import Matches, join_matches, match_predictions
from unify.core.predictions import Failure
from unify.core.types import BatchLabels, State

CAR, TRUCK = TAXONOMY.ids["car"], TAXONOMY.ids["truck"]
BOX, TWO_THIRDS, HALF, FAR = (0, 0, 60, 60), (0, 0, 60, 40), (0, 0, 60, 30), (100, 0, 160, 60)
"""IoU with BOX: 2/3, 1/2, 0."""


def judge(humans: BatchLabels, *pictures, class_ids=(CAR, TRUCK)) -> Matches:
    return match_predictions(humans, table_of(*pictures, class_ids=class_ids), class_ids)


def street(*cars: Box, **facts) -> BatchLabels:
    return make_batch("vehicle:b1", {"street": {"car": list(cars)}}, **facts)


def test_worked_by_hand():
    matches = judge(street(BOX, FAR), [(0, BOX, 0.75), (0, TWO_THIRDS, 0.5), (1, FAR, 0.25)])
    assert matches.scores.tolist() == [0.75, 0.5, 0.25]
    assert matches.class_index.tolist() == [0, 0, 1]
    assert matches.right.tolist() == [True, False, False]
    assert matches.tight.tolist() == [True, False, False]
    assert matches.iou.tolist() == [1.0, 0.0, 0.0]
    assert matches.boxes.tolist() == [2, 0]
    assert matches.pictures.tolist() == [1, 1]


def test_the_surer_detection_takes_the_box_at_the_overlap_asked_for():
    # At 0.5 the first detection takes the box, at 0.75 it is too far off, and the second one is right.
    matches = judge(street(BOX), [(0, TWO_THIRDS, 0.75), (0, BOX, 0.5)])
    assert matches.right.tolist() == [True, False]
    assert matches.tight.tolist() == [False, True]
    assert matches.iou == pytest.approx([2 / 3, 0.0])


def test_of_equal_overlaps_the_later_box_is_taken_as_pycocotools_does():
    # The first detection overlaps both boxes by 5/7; only the first box is near the second detection.
    humans = street((0, 0, 60, 60), (20, 0, 80, 60))
    assert judge(humans, [(0, (10, 0, 70, 60), 0.75), (0, (0, 0, 50, 60), 0.5)]).right.tolist() == [True, True]


def test_any_overlap_counts_for_the_iou_alone():
    matches = judge(street(BOX), [(0, (0, 0, 60, 15), 0.75)])
    assert (matches.iou.tolist(), matches.right.tolist()) == ([0.25], [False])


def test_an_overlap_of_exactly_a_half_is_right():
    assert judge(street(BOX), [(0, HALF, 0.5)]).right.tolist() == [True]


def test_boxes_of_other_classes_are_no_partners():
    assert judge(street(BOX), [(1, BOX, 0.5)]).right.tolist() == [False]


@pytest.mark.parametrize("state", [State.UNKNOWN, State.INCOMPLETE])
def test_only_pictures_searched_for_the_class_are_judged(state: State):
    humans = street(BOX, labeled=["truck"], states={("street", "car"): state})
    matches = judge(humans, [(0, BOX, 0.75), (0, FAR, 0.5), (1, FAR, 0.25)])
    assert matches.class_index.tolist() == [1]
    assert matches.boxes.tolist() == [0, 0]
    assert matches.pictures.tolist() == [0, 1]


def test_failed_and_unasked_pictures_are_neither_hit_nor_miss():
    humans = make_batch("vehicle:b1", {word: {"car": [BOX]} for word in ("street", "bridge", "tunnel")})
    matches = judge(humans, [(0, BOX, 0.5)], Failure("it raised"), None)
    assert matches.boxes.tolist() == [1, 0]
    assert matches.pictures.tolist() == [1, 1]
    assert (matches.num_pictures, matches.failed) == (3, 1)


def test_a_detection_in_a_crowd_does_not_count_unless_it_found_a_box():
    humans = street(BOX, (90, 0, 200, 100))
    humans.box_crowd[1] = True
    matches = judge(humans, [(0, BOX, 0.75), (0, FAR, 0.5), (0, (80, 0, 120, 40), 0.375), (0, (40, 0, 100, 40), 0.25)])
    # Wholly inside, three quarters inside, a sixth inside: the last one counts as wrong.
    assert matches.scores.tolist() == [0.75, 0.25]
    assert matches.right.tolist() == [True, False]
    assert matches.boxes.tolist() == [1, 0]


def test_a_difficult_box_excuses_but_is_not_to_be_found():
    humans = street(BOX)
    humans.box_difficult[0] = True
    matches = judge(humans, [(0, TWO_THIRDS, 0.75), (0, (0, 0, 60, 20), 0.5)])
    assert matches.scores.tolist() == [0.5]  # a third is no overlap to excuse it
    assert matches.boxes.tolist() == [0, 0]


def test_declared_classes_may_come_in_any_order():
    matches = judge(street(BOX), [(1, BOX, 0.5)], class_ids=(TRUCK, CAR))
    assert (matches.class_index.tolist(), matches.right.tolist(), matches.boxes.tolist()) == ([1], [True], [0, 1])


def test_nothing_predicted_and_nothing_drawn():
    matches = judge(street(), [])
    assert len(matches.scores) == 0
    assert matches.pictures.tolist() == [1, 1]


def test_batches_join_as_if_they_were_one():
    words, parts = ["street", "bridge", "tunnel"], []
    rows = [[(0, BOX, 0.5)], [(0, FAR, 0.25)], [(0, BOX, 0.75), (1, FAR, 0.125)]]
    for word, row in zip(words, rows):
        parts.append(judge(make_batch("vehicle:b1", {word: {"car": [BOX]}}), row))
    whole = judge(make_batch("vehicle:b1", {word: {"car": [BOX]} for word in words}), *rows)
    joined = join_matches(parts)
    for name in Matches.__dataclass_fields__:
        assert np.array_equal(getattr(joined, name), getattr(whole, name)), name


@pytest.mark.parametrize("seed", range(8))
def test_random_boxes_are_judged_as_pycocotools_judges_them(seed: int):
    generator = np.random.default_rng(seed)
    drawn, found, crowd = random_boxes(generator, 8), random_boxes(generator, 14), generator.random(8) < 0.2
    scores = np.sort(generator.permutation(20)[:14] / 20)[::-1]
    humans = street(*drawn)
    humans.box_crowd[:] = crowd
    ours = judge(humans, [(0, box, score) for box, score in zip(found, scores)])
    matched, ignored = pycocotools_verdicts(drawn, crowd, found, scores)
    assert ours.scores == pytest.approx(scores[~ignored[0]])
    assert ours.right.tolist() == (matched[0] & ~ignored[0])[~ignored[0]].tolist()
    if not crowd.any():
        assert ours.tight.tolist() == matched[1].tolist()


def random_boxes(generator: np.random.Generator, count: int) -> list[Box]:
    corners, sizes = generator.integers(0, 25, (count, 2)), generator.integers(10, 40, (count, 2))
    return [tuple(row) for row in np.concatenate([corners, corners + sizes], axis=1).tolist()]


def pycocotools_verdicts(drawn, crowd, found, scores) -> tuple[np.ndarray, np.ndarray]:
    """bool [2, D] matched and ignored, at IoU 0.5 and 0.75."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    def coco(boxes, **columns) -> COCO:
        made = COCO()
        annotations = [
            {"id": n + 1, "image_id": 1, "category_id": 1, "bbox": [x, y, x2 - x, y2 - y], "area": (x2 - x) * (y2 - y)}
            | {name: values[n].item() for name, values in columns.items()}
            for n, (x, y, x2, y2) in enumerate(boxes)
        ]
        made.dataset = {"images": [{"id": 1}], "categories": [{"id": 1}], "annotations": annotations}
        made.createIndex()
        return made

    evaluation = COCOeval(coco(drawn, iscrowd=crowd.astype(int)), coco(found, score=scores), "bbox")
    evaluation.params.iouThrs = np.array([0.5, 0.75])
    evaluation.evaluate()
    result = evaluation.evalImgs[0]
    return result["dtMatches"] > 0, result["dtIgnore"].astype(bool)
