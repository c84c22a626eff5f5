"""What the demo says, to the letter."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from tests.demo.examples import make_example
from unify.compiler import CompileReport
from unify.demo import told
from unify.demo.cut import Cut
from unify.demo.judge import Judgment
from unify.demo.workspace import DemoWorkspace
from unify.inference.run import InferenceReport
from unify.scenarios.truth import Truth

FOLDER = Path("d")
TRUTH = Truth("a.jpg", (50, 100), np.zeros((4, 4), np.float32), ("car", "pedestrian", "pedestrian", "cone"))


def report(human: int, machine: int, asked: int = 0, cached: int = 0, **changes) -> CompileReport:
    classes = {"car": {"boxes": human + machine, "sources": {"human": human}, "auto_label_ratio": 0.0}}
    manifest = {"splits": {"train": {"examples": 1, "boxes": human + machine}}, "classes": classes, "skipped": []}
    given = {"seconds": 1.25, "up_to_date": False} | changes
    return CompileReport(FOLDER, manifest, warnings=(), inference=InferenceReport(asked, cached), **given)


def judgment(right: list[float], wrong: list[float], missing: int) -> Judgment:
    return Judgment(np.array(right), np.array(wrong), missing)


def test_batches_and_the_naive_mistake():
    made = DemoWorkspace(FOLDER, (TRUTH,), (Cut("vehicle", "b1", "train", (TRUTH,)),), found=True)
    assert told.batches(made, FOLDER) == (
        "d holds this demo: what is finished is kept.\n"
        "\n"
        "1 driving scenes. Each team looked for its own classes, and for nothing else:\n"
        "\n"
        "   batch        pictures   boxes   searched for\n"
        "   vehicle:b1          1       1   car, truck, bus\n"
        "\n"
        "Simply concatenated, 3 of the 4 objects on the training pictures would be taught as background\n"
        "(2 pedestrians, 1 cones, ...): they are there, but the people who saw the picture were not asked for them."
    )


def test_the_states_of_a_picture():
    example = make_example("a.jpg", [("car", (0, 0, 9, 9), "human", 1.0)], labeled=["car", "truck", "bus"])
    assert told.partial(report(1, 0), example).splitlines()[1:] == [
        "1. Say what nobody looked for, so that the loss skips it:  unify compile partial  (1.2 s)",
        "",
        "   a.jpg, from vehicle:b1",
        "     car             labeled   1 box",
        "     truck           labeled   absent: somebody looked, there is none",
        "     bus             labeled   absent: somebody looked, there is none",
        "     pedestrian      unknown   nobody looked",
        "     cyclist         unknown   nobody looked",
        "     traffic_light   unknown   nobody looked",
        "     cone            unknown   nobody looked",
    ]


def specialist(ref: str, **classes: SimpleNamespace) -> SimpleNamespace:
    found = {name: SimpleNamespace(thresholds=cut) for name, cut in classes.items()}
    return SimpleNamespace(autolabeler=ref, calibration=SimpleNamespace(pictures=120, classes=found))


def test_a_specialist_that_is_not_good_enough_for_a_class_is_said_to_leave_it():
    good = SimpleNamespace(usable=True, threshold=0.314, precision=0.927, recall=0.881)
    bad = SimpleNamespace(usable=False, threshold=0.9, precision=0.4, recall=0.01)
    reports = [specialist("vehicle:v1", car=good, bus=bad), specialist("signal:v1", cone=good)]
    assert told.specialists(reports, 83.2) == (
        "   Measured on 120 pictures that none of them has seen (83 s):\n"
        "\n"
        "   specialist   class   threshold   precision   recall\n"
        "   vehicle:v1   car          0.31         93%      88%\n"
        "                bus             -           -        -   not surely precise enough: stays unknown\n"
        "   signal:v1    cone         0.31         93%      88%"
    )


def test_methods_side_by_side():
    reports = {
        "partial": report(30, 0, up_to_date=True),
        "hard": report(30, 10, asked=960, seconds=12.3),
        "soft": report(30, 20, cached=960),
    }
    judgments = {
        "partial": judgment([], [], 20),
        "hard": judgment([1.0] * 9, [1.0], 20),
        "soft": judgment([0.75] * 15, [0.25] * 5, 20),
    }
    assert told.methods(reports, judgments).splitlines()[1:] == [
        "3. Let them fill what nobody labeled:  unify compile hard, unify compile soft",
        "",
        "   method    machine boxes   of all boxes   right   missing found   asked   cached         time",
        "   partial               0             0%       -              0%       0        0   up to date",
        "   hard                 10            25%     90%             45%     960        0         12 s",
        "   soft                 20            40%     75%             75%       0      960        1.2 s",
        "",
        "   missing: 20 objects that are on the training pictures, and that nobody was asked for.",
        "   soft takes what is more likely right than wrong, at its probability: right boxes count 0.75 on average, "
        "wrong ones 0.25.",
        "   soft asked the specialists nothing: what they said of a picture when hard asked is kept.",
    ]
