"""The scene that is shown beside itself is one that tells something."""

from __future__ import annotations

import numpy as np
import pytest

import unify.demo.methods as methods
from tests.demo.examples import make_example
from unify.demo.beside import MACHINE, NOBODY, PERSON, Box, View
from unify.demo.cut import Cut
from unify.demo.workspace import DemoWorkspace
from unify.scenarios.truth import Truth

CAR, WALKER, NOWHERE = (10, 10, 50, 30), (60, 10, 70, 40), (80, 0, 90, 9)
SPECIALIST = "pedestrian:v1"


@pytest.fixture
def shown(tmp_path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, dict[str, list[Box]]]:
    """Which of three scenes is drawn, and the boxes of its views."""
    names = ("full.jpg", "empty.jpg", "unsure.jpg")
    truths = tuple(
        Truth(name, (50, 100), np.array([CAR, WALKER], np.float32)[: 2 * (name != "empty.jpg")], objects)
        for name, objects in zip(names, (("car", "pedestrian"), (), ("car", "pedestrian")))
    )
    human, machine = ("car", CAR, "human", 1.0), ("pedestrian", WALKER, SPECIALIST, 1.0)
    doubted = ("cyclist", NOWHERE, SPECIALIST, 0.25)
    datasets = {
        "partial": {"full.jpg": [human], "empty.jpg": [], "unsure.jpg": [human]},
        "hard": {"full.jpg": [human, machine], "empty.jpg": [], "unsure.jpg": [human, machine]},
        "soft": {"full.jpg": [human, machine], "empty.jpg": [], "unsure.jpg": [human, machine, doubted]},
    }
    monkeypatch.setattr(
        methods,
        "iterate_examples",
        lambda folder, split: [make_example(name, boxes) for name, boxes in datasets[folder].items()],
    )
    views: list[View] = []
    draw = methods.draw_beside
    monkeypatch.setattr(
        methods, "draw_beside", lambda picture, v, colours: (views.extend(v), draw(picture, v, colours))[1]
    )
    made = DemoWorkspace(tmp_path, truths, (Cut("vehicle", "b1", "train", truths),), found=False)
    chosen = methods.draw_methods({name: name for name in datasets}, made, tmp_path / "demo.png")
    assert (tmp_path / "demo.png").is_file()
    return chosen, {view.title: list(view.boxes) for view in views}


def test_it_is_one_with_objects_found_and_with_a_mistake(shown: tuple):
    assert shown[0] == "unsure.jpg"


def test_each_view_shows_who_drew_what(shown: tuple):
    drawn = {title: [(box.class_name, box.drawn_by, box.weight) for box in boxes] for title, boxes in shown[1].items()}
    car, walker = ("car", PERSON, 1.0), ("pedestrian", MACHINE, 1.0)
    assert drawn == {
        "partial": [car, ("pedestrian", NOBODY, 1.0)],
        "hard": [car, walker],
        "soft": [car, walker, ("cyclist", MACHINE, 0.25)],
        "truth": [car, ("pedestrian", PERSON, 1.0)],
    }
