"""What to label next, from a workspace on disk and answers in its cache."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import unify
from tests.ranking.remembered import add_versions, digest, remember
from tests.workspaces import add_batch, add_config, make_workspace
from unify.core.predictions import Failure
from unify.errors import CacheError, RegistryError, UnifyError
from unify.ranking.costs import Costs
from unify.ranking.difficulty import Level
from unify.ranking.pictures import rate_pictures

BOX, OTHER = (4.0, 4.0, 24.0, 20.0), (30.0, 10.0, 50.0, 40.0)
PICTURES = [f"p{number}" for number in range(6)]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """People labeled pedestrians on six pictures and cars on two others; an auto-labeler finds vehicles."""
    folder = make_workspace(tmp_path / "ws")
    add_batch(folder, "pedestrian:b1", {word: [("pedestrian", (1, 1, 5, 9))] for word in PICTURES}, ["pedestrian"])
    add_batch(folder, "vehicle:b1", {"v0": [("car", (4, 4, 20, 16))], "v1": []}, ["car"])
    add_config(folder, ["pedestrian:b1", "vehicle:b1"])
    add_versions(folder, "vehicle", ["car", "truck"], "v2", "v1")
    return folder


def remember_cars(workspace: Path, scores: dict[str, list[float]], ref: str = "vehicle:v2", **columns) -> None:
    places = (BOX, OTHER)
    answers = {
        word: [(places[at], "car", score) for at, score in enumerate(several)] for word, several in scores.items()
    }
    remember(workspace, ref, answers, **columns)


SURE_TO_UNSURE = {"p0": [], "p1": [0.98], "p2": [0.9], "p3": [0.8], "p4": [0.65], "p5": [0.5]}


def test_the_least_sure_pictures_come_first(workspace: Path):
    remember_cars(workspace, SURE_TO_UNSURE)
    report = unify.rank("mix", budget=100, workspace=workspace)
    assert [query.picture for query in report.queries] == [digest(word) for word in reversed(PICTURES)]
    assert {query.task for query in report.queries} == {"vehicle"}
    assert report.measures == {"least_confidence": 1.0, "entropy": 1.0}
    scores = [query.score for query in report.queries]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == pytest.approx(11 / 12) and scores[-1] == pytest.approx(1 / 12)


def test_only_unknown_pairs_are_asked_about(workspace: Path):
    remember_cars(workspace, {**SURE_TO_UNSURE, "v0": [0.5], "v1": [0.5]})
    report = unify.rank("mix", budget=100, workspace=workspace)
    assert report.pairs == 6
    assert not {digest("v0"), digest("v1")} & {query.picture for query in report.queries}


def test_of_a_half_labeled_task_only_the_other_half_is_asked_about(workspace: Path):
    add_batch(workspace, "vehicle:b2", {"half": [("car", (4, 4, 20, 16))]}, ["car"], labeled_classes="[car]")
    add_config(workspace, ["vehicle:b2"])
    remember(workspace, "vehicle:v2", {"half": [(BOX, "car", 0.5), (OTHER, "truck", 0.9)]})
    settings = unify.RankSettings(measures={"entropy": 1}, explain=True)
    (query,) = unify.rank("mix", budget=100, settings=settings, workspace=workspace).queries
    assert query.classes == ("truck",)
    assert query.cost == pytest.approx(1.3)  # the car's box is not shown
    assert [box.name for box in query.boxes] == ["truck"]
    assert query.reasons[1].startswith("entropy 0.469 (vehicle:v2)")  # of the truck's score alone


def test_pictures_of_other_splits_are_not_asked_about(workspace: Path):
    add_batch(workspace, "pedestrian:b2", {"held": [("pedestrian", (1, 1, 5, 9))]}, ["pedestrian"], split="val")
    add_config(workspace, ["pedestrian:b1", "pedestrian:b2"])
    remember_cars(workspace, {**SURE_TO_UNSURE, "held": [0.5]})
    report = unify.rank("mix", budget=100, workspace=workspace)
    assert report.pairs == 6 and digest("held") not in {query.picture for query in report.queries}


def test_costs_are_looking_and_reviewing_and_drawing(workspace: Path):
    remember_cars(workspace, {**SURE_TO_UNSURE, "p5": [0.5, 0.06]})
    costs = {query.picture: query.cost for query in unify.rank("mix", budget=100, workspace=workspace).queries}
    assert costs[digest("p0")] == pytest.approx(1.0)
    assert costs[digest("p1")] == pytest.approx(1.3)
    assert costs[digest("p5")] == pytest.approx(1.3 + 0.06)  # the box under the reject threshold is not shown


def test_who_is_shown_nothing_draws_as_many_boxes_as_people_drew_so_far(workspace: Path):
    """One vehicle on two pictures: half of one is expected on each of six, whatever the scores add up to."""
    remember_cars(workspace, {**SURE_TO_UNSURE, "p5": [0.5, 0.06]})
    settings = unify.RankSettings(unaided=True, explain=True)
    queries = {
        query.picture: query for query in unify.rank("mix", budget=100, settings=settings, workspace=workspace).queries
    }
    costs = {word: queries[digest(word)].cost for word in PICTURES}
    assert costs["p0"] == pytest.approx(1.0) and sum(costs.values()) == pytest.approx(6 * (1 + 0.5))
    assert (costs["p5"] - 1) / (costs["p1"] - 1) == pytest.approx(0.56 / 0.98)
    assert "review 0 × 0.3, draw 0.76 × 1; 0.76 boxes expected" in queries[digest("p1")].reasons[-1]


def test_the_budget_is_kept_and_a_task_may_have_its_own_costs(workspace: Path):
    remember_cars(workspace, SURE_TO_UNSURE)
    settings = unify.RankSettings(task_costs={"vehicle": Costs(look=2, review=0, draw=0)})
    report = unify.rank("mix", budget=5, settings=settings, workspace=workspace)
    assert [query.cost for query in report.queries] == [2, 2]
    assert report.spent == {"vehicle": 4.0}


def test_what_the_cache_does_not_hold_is_counted_and_the_command_is_named(workspace: Path):
    remember_cars(workspace, {"p1": [0.9], "p2": [0.5]})
    remember(workspace, "vehicle:v2", {"p3": Failure("cannot be decoded")})
    report = unify.rank("mix", budget=100, workspace=workspace)
    assert (report.pairs, report.missing, report.failed) == (2, {"vehicle:v2": 3}, {"vehicle:v2": 1})
    assert report.warnings == (
        "pedestrian: no auto-labeler finds its classes, so nothing is known of what to ask",
        "vehicle: vehicle:v2 never looked at 3 pictures, left out; fill the cache: "
        "unify compile mix --method soft --output mix-filled",
        "vehicle: vehicle:v2 failed on 1 picture, left out",
    )


def test_an_empty_cache_gives_an_empty_queue_and_says_so(workspace: Path):
    report = unify.rank("mix", budget=100, workspace=workspace)
    assert report.queries == () and report.missing == {"vehicle:v2": 6}


def test_a_missing_column_is_named_before_any_work(workspace: Path):
    remember_cars(workspace, SURE_TO_UNSURE)
    settings = unify.RankSettings(measures={"margin": 1, "evidential": 1, "column:loss": 1})
    with pytest.raises(CacheError) as error:
        unify.rank("mix", budget=100, settings=settings, workspace=workspace)
    assert [problem.what for problem in error.value.problems] == [
        "measure 'margin' needs 'topk_classes', which predictions of vehicle:v2 do not have",
        "measure 'margin' needs 'topk_scores', which predictions of vehicle:v2 do not have",
        "measure 'evidential' needs 'evidence', which predictions of vehicle:v2 do not have",
        "measure 'column:loss' needs 'loss', which predictions of vehicle:v2 do not have",
    ]


def test_a_committee_of_one_is_refused_before_any_work(workspace: Path):
    remember_cars(workspace, SURE_TO_UNSURE)
    with pytest.raises(CacheError) as error:
        unify.rank("mix", budget=9, settings=unify.RankSettings(measures={"vote_entropy": 1}), workspace=workspace)
    assert str(error.value) == (
        "vehicle: measure 'vote_entropy' compares auto-labelers of a task, and fewer than two left answers\n"
        "  got:      vehicle:v2\n"
        "  expected: two versions of an auto-labeler, or two auto-labelers, in the cache\n"
        "  fix:      compile with 'autolabelers: {vehicle: [vehicle:v2, ANOTHER]}', "
        "or leave the measure or the task out"
    )


def test_an_older_version_that_left_answers_is_on_the_committee(workspace: Path):
    remember_cars(workspace, dict.fromkeys(PICTURES, [0.9]))
    remember_cars(workspace, {"p0": [0.9], "p1": [], "p2": [0.9], "p3": [0.9], "p4": [0.9]}, ref="vehicle:v1")
    settings = unify.RankSettings(measures={"vote_entropy": 1})
    report = unify.rank("mix", budget=100, settings=settings, workspace=workspace)
    assert report.queries[0].picture == digest("p1")
    assert report.missing == {"committee": 1}  # p5, which the older version never saw


def test_a_column_that_the_auto_labeler_emits_is_a_measure(workspace: Path):
    losses = {word: float(number % 4) for number, word in enumerate(PICTURES)}
    remember_cars(workspace, dict.fromkeys(PICTURES, [0.9]), loss=losses)
    for name, first in (("column:loss", "p3"), ("column:-loss", None)):
        report = unify.rank("mix", budget=100, settings=unify.RankSettings(measures={name: 1}), workspace=workspace)
        best = {query.picture for query in report.queries if query.score == report.queries[0].score}
        assert best == ({digest(first)} if first else {digest("p0"), digest("p4")})


def test_pictures_without_a_box_are_last_or_left_out(workspace: Path):
    remember_cars(workspace, SURE_TO_UNSURE)
    assert unify.rank("mix", budget=100, workspace=workspace).queries[-1].picture == digest("p0")
    report = unify.rank("mix", budget=100, settings=unify.RankSettings(skip_empty=True), workspace=workspace)
    assert len(report.queries) == 5


def test_rare_classes_can_be_preferred(workspace: Path):
    found = {word: [(BOX, "car", 0.5)] for word in PICTURES[:5]} | {"p5": [(BOX, "truck", 0.7)]}
    remember(workspace, "vehicle:v2", found)
    assert unify.rank("mix", budget=100, workspace=workspace).queries[-1].picture == digest("p5")
    report = unify.rank("mix", budget=100, settings=unify.RankSettings(balance=0.1), workspace=workspace)
    assert report.queries[0].picture == digest("p5")  # one of seven human boxes is a car's, and none a truck's


def test_unlike_pictures_are_taken_where_there_are_embeddings(workspace: Path):
    embedding = {word: [1.0, 0.0] for word in PICTURES} | {"p1": [0.0, 1.0]}
    remember_cars(workspace, SURE_TO_UNSURE, embedding={word: v for word, v in embedding.items()})
    settings = unify.RankSettings(explain=True)
    report = unify.rank("mix", budget=2.6, settings=settings, workspace=workspace)
    assert [query.picture for query in report.queries] == [digest("p5"), digest("p1")]
    assert report.near_duplicates == 4
    assert report.queries[1].reasons[-1] == "distance 1.41 to the nearest picture labeled or chosen before it"


def test_a_picture_like_a_labeled_one_is_not_asked_about(workspace: Path):
    embedding = {word: [1.0, 0.0] for word in PICTURES} | {"p1": [0.0, 1.0], "v0": [1.0, 0.0]}
    remember_cars(workspace, {**SURE_TO_UNSURE, "v0": [0.9]}, embedding=embedding)
    report = unify.rank("mix", budget=2.6, workspace=workspace)
    assert [query.picture for query in report.queries] == [digest("p1")]


def test_reasons_are_given_when_asked_for(workspace: Path):
    remember_cars(workspace, SURE_TO_UNSURE)
    assert unify.rank("mix", budget=1.3, workspace=workspace).queries[0].reasons == ()
    settings = unify.RankSettings(measures={"entropy": 1}, explain=True)
    (query,) = unify.rank("mix", budget=1.3, settings=settings, workspace=workspace).queries
    assert query.reasons == (
        "nobody labeled car, truck here; people labeled pedestrian, cyclist",
        "entropy 1.000 (vehicle:v2): above 91% of the pictures asked about vehicle",
        "cost 1.30: look 1, review 1 × 0.3, draw 0.00 × 1; 0.50 boxes expected",
    )


def test_the_same_inputs_give_the_same_bytes(workspace: Path, tmp_path: Path):
    remember_cars(workspace, SURE_TO_UNSURE)
    for name in ("one.json", "two.json"):
        unify.rank("mix", budget=4, workspace=workspace, output=tmp_path / name)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_the_queue_is_written_in_three_formats(workspace: Path, tmp_path: Path):
    remember_cars(workspace, SURE_TO_UNSURE)
    for name in ("q.json", "q.csv", "q.coco.json"):
        unify.rank("mix", budget=4, workspace=workspace, output=tmp_path / name)
    queries = json.loads((tmp_path / "q.json").read_text())["queries"]
    rows = list(csv.DictReader((tmp_path / "q.csv").read_text().splitlines()))
    images = json.loads((tmp_path / "q.coco.json").read_text())
    assert [each["picture"] for each in queries] == [each["picture"] for each in rows]
    assert [each["sha256"] for each in images["images"]] == [each["picture"] for each in queries]
    assert len(images["annotations"]) == len(queries)


def test_a_dataset_is_ranked_as_the_request_that_made_it(workspace: Path):
    remember_cars(workspace, SURE_TO_UNSURE)
    unify.compile("mix", workspace=workspace, workers=1)
    of_config = unify.rank("mix", budget=4, workspace=workspace)
    of_dataset = unify.rank(workspace / "unified/mix", budget=4)
    assert of_dataset.queries == of_config.queries


def test_a_dataset_of_a_batch_that_is_gone_says_so(workspace: Path):
    unify.compile("mix", workspace=workspace, workers=1)
    path = workspace / "registry/datasets/vehicle.yaml"
    path.write_text(path.read_text().replace("  b1:", "  b7:"))
    with pytest.raises(RegistryError, match="the dataset was made of a batch that is not registered"):
        unify.rank(workspace / "unified/mix", budget=4)


def test_wrong_settings_are_all_said_at_once(workspace: Path):
    with pytest.raises(UnifyError) as error:
        unify.RankSettings(pooling="top", shortlist=0.5, balance=0)
    assert [problem.what for problem in error.value.problems] == [
        "shortlist is out of range",
        "balance is out of range",
        "no such pooling",
    ]
    settings = unify.RankSettings(floors={"vehicles": 3, "vehicle": 4}, ceilings={"vehicle": 2})
    with pytest.raises(UnifyError) as error:
        unify.rank("mix", budget=5, settings=settings, workspace=workspace)
    assert [(problem.where, problem.what) for problem in error.value.problems] == [
        ("vehicles", "no such task"),
        ("vehicle", "its floor is over its ceiling"),
        ("floors", "the floors are over the budget"),
    ]
    with pytest.raises(UnifyError, match="no such measure"):
        unify.rank("mix", budget=5, settings=unify.RankSettings(measures={"entrophy": 1}), workspace=workspace)


def test_the_report_page_gets_a_score_and_a_level_of_every_picture(workspace: Path):
    remember_cars(workspace, {**SURE_TO_UNSURE, "p4": [0.4]})
    rated = rate_pictures("mix", workspace=workspace)
    by_picture = {
        key.tobytes().hex(): (score, level)
        for key, score, level in zip(rated.sha256, rated.score.tolist(), rated.level.tolist())
    }
    assert by_picture[digest("p0")] == (0.0, Level.EASY)
    assert by_picture[digest("p1")] == (pytest.approx(0.04, abs=1e-6), Level.EASY)
    assert by_picture[digest("p4")] == (pytest.approx(0.8, abs=1e-6), Level.HARD)
    assert by_picture[digest("p5")][1] == Level.HARD
    assert len(rated) == 6
