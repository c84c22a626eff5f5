"""What the demo says of its round of questions, to the letter."""

from __future__ import annotations

import numpy as np

from unify.demo import told_round
from unify.demo.judge import Judgment
from unify.demo.round import Gain, PlayedRound


def judgment(right: int, wrong: int, missing: int) -> Judgment:
    return Judgment(np.full(right, 0.9), np.full(wrong, 0.6), missing)


def query(task: str, *reasons: str) -> dict:
    return {"picture": "00", "task": task, "reasons": list(reasons)}


STEPS = {
    "rank": {"expected_cost": {"pedestrian": 4.25, "vehicle": 1.5}},
    "import": {
        "batches": ["pedestrian:more-r1", "vehicle:more-r1"],
        "changes": {"accepted": 1_204, "moved": 2, "relabeled": 1, "deleted": 3, "added": 4},
        "cost": 6.05,
    },
}


def played(seconds: float | None) -> PlayedRound:
    return PlayedRound(
        steps=STEPS,
        queries=(query("pedestrian", "nobody labeled cyclist here", "entropy 0.9", "cost 1"), query("vehicle", "-")),
        first="scene_0001.jpg",
        asked=Gain(judgment(6, 2, 8), judgment(8, 0, 8)),
        everywhere=Gain(judgment(0, 0, 1_000), judgment(2, 0, 1_000)),
        seconds=seconds,
    )


def test_what_was_asked_what_came_back_and_what_it_changed():
    assert told_round.played(played(2.4)).splitlines() == [
        "",
        "4. Ask people what helps most, and compile again:  unify loop loops/more --auto  (2 s)",
        "",
        "   asked      2 questions, about the work of drawing 6 boxes: 1 about pedestrians, 1 about vehicles",
        "   the first  scene_0001.jpg for pedestrian: nobody labeled cyclist here;",
        "              entropy 0.9",
        "   answered   by the scenes' truth, in place of people; it did cost 6.0",
        "   changed    of 1,210 boxes shown 1,204 accepted, 2 moved, 1 relabeled, 3 deleted; 4 added",
        "   new        pedestrian:more-r1, vehicle:more-r1",
        "",
        "   what no team had labeled         objects   boxes    right   missing found",
        "   soft, on what was asked                8       8    75.0%           75.0%",
        "   compiled again                         8       8   100.0%          100.0%",
        "   soft, on all training pictures     1,000       0        -            0.0%",
        "   compiled again                     1,000       2   100.0%            0.2%",
    ]


def test_a_round_that_was_played_before_is_said_to_be():
    assert "unify loop loops/more --auto  (played before)\n" in told_round.played(played(None))


def test_nothing_to_ask_is_said():
    assert told_round.played(None) == (
        "\n4. Ask people what helps most, and compile again:  unify loop loops/more --auto\n\n"
        "   Nothing is left to ask."
    )
