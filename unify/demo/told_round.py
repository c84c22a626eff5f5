"""What the demo says of its round of questions, from what it did: pure text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from unify.demo.judge import Judgment
from unify.demo.round import PlayedRound
from unify.demo.workspace import LOOP
from unify.looping.state import Step
from unify.registry.wording import count
from unify.reviewing.changes import Change
from unify.text import table_lines

UNABLE = "\n4. Ask people what helps most: no specialist is good enough to tell what that is."
_HEAD = f"\n4. Ask people what helps most, and compile again:  unify loop loops/{LOOP} --auto"
_REASONS = 2  # of all that `unify rank --explain` tells


def played(found: PlayedRound | None) -> str:
    """What was asked, why, what came back, and what that changed."""
    if found is None:
        return f"{_HEAD}\n\n   Nothing is left to ask."
    when = "played before" if found.seconds is None else f"{found.seconds:.0f} s"
    table = (f"   {line}" for line in _gain(found))
    return "\n".join([f"{_HEAD}  ({when})", "", *_asked(found), *_came_back(found), "", *table])


def _asked(found: PlayedRound) -> Iterator[str]:
    pictures = Counter(query["task"] for query in found.queries)
    cost = sum(found.steps[Step.RANK]["expected_cost"].values())
    parts = ", ".join(f"{number:,} about {task}s" for task, number in pictures.items())
    first = found.queries[0]
    yield f"   asked      {count(len(found.queries), 'question')}, about the work of drawing {cost:.0f} boxes: {parts}"
    yield f"   the first  {found.first} for {first['task']}: {first['reasons'][0]};"
    yield from (f"              {reason}" for reason in first["reasons"][1:_REASONS])


def _came_back(found: PlayedRound) -> Iterator[str]:
    taken = found.steps[Step.IMPORT]
    changes = taken["changes"]
    fates = [change for change in Change if change is not Change.ADDED]
    shown, added = sum(changes[each] for each in fates), changes[Change.ADDED]
    parts = ", ".join(f"{changes[each]:,} {each}" for each in fates)
    yield f"   answered   by the scenes' truth, in place of people; it did cost {taken['cost']:.1f}"
    yield f"   changed    of {shown:,} boxes shown {parts}; {added:,} added"
    yield f"   new        {', '.join(taken['batches'])}"


def _gain(found: PlayedRound) -> list[str]:
    rows = [
        ("soft, on what was asked", *_figures(found.asked.before)),
        ("compiled again", *_figures(found.asked.after)),
        ("soft, on all training pictures", *_figures(found.everywhere.before)),
        ("compiled again", *_figures(found.everywhere.after)),
    ]
    columns = ("what no team had labeled", "objects", "boxes", "right", "missing found")
    return table_lines(columns, rows, [False, *[True] * 4])


def _figures(judged: Judgment) -> tuple[str, ...]:
    right = f"{judged.precision:.1%}" if judged.boxes else "-"
    return f"{judged.missing:,}", f"{judged.boxes:,}", right, f"{judged.recall:.1%}"
