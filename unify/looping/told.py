"""What a loop tells people: what was done, what they must do, and which command comes after."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from unify.looping.loop import DoneStep, LoopReport
from unify.looping.state import Step
from unify.registry.wording import count

Shown = Callable[[Path], str]
_NEXT = {
    Step.RANK: "choose what to ask next",
    Step.EXPORT: "write the queue for the annotation tool",
    Step.IMPORT: "take the answers in",
    Step.COMPILE: "compile with the new batches",
    Step.TRIAL: "train and score",
}
_TOOLS = {
    "labelstudio": (
        "make a Label Studio project a folder: its labeling config is config.xml, import tasks.json into it; "
        "when all is submitted, export it as JSON"
    ),
    "cvat": "make a CVAT task a folder with its labels.json, upload annotations.xml; when done, export CVAT XML",
    "coco": "correct the boxes of annotations.json in each folder with any tool that reads and writes COCO",
}


def report_lines(report: LoopReport, command: str, shown: Shown) -> Iterator[str]:
    """What a person reads after a call.

    Args:
        report: what the call did.
        command: the command that was given.
        shown: a path as people see it.
    """
    for each in report.done:
        yield f"round {each.round}, {each.step}: {_SENTENCES[each.step](each.found)}"
    if report.finished:
        yield "nothing is left to ask: every picture is labeled for every task that an auto-labeler looks for"
        return
    if report.next_step is Step.IMPORT:
        yield from _people(report, shown)
    yield f"next, {_NEXT[report.next_step]}: {command}"


def _people(report: LoopReport, shown: Shown) -> Iterator[str]:
    now = report.next
    tool = next(each for each in reversed(now.state.rounds) if Step.EXPORT in each)[Step.EXPORT]["tool"]
    yield f"now people: {_TOOLS[tool]}"
    for task in now.tasks:
        yield f"  {task}: {shown(now.project(task))}, what comes back into {shown(now.answers(task))}"


def _ranked(found: Mapping[str, Any]) -> str:
    cost = found["expected_cost"]
    parts = ", ".join(f"{task} {each:.1f}" for task, each in cost.items())
    questions, pictures = count(found["questions"], "question"), count(found["pictures"], "picture")
    return f"{questions} about {pictures}, expected to cost {sum(cost.values()):.1f}: {parts}"


def _exported(found: Mapping[str, Any]) -> str:
    parts = (
        f"{each['task']} {count(each['pictures'], 'picture')} with {count(each['boxes'], 'box', 'boxes')}"
        for each in found["projects"]
    )
    return ", ".join(parts)


def _imported(found: Mapping[str, Any]) -> str:
    changes = ", ".join(f"{number:,} {change}" for change, number in found["changes"].items() if number)
    boxes, pictures = count(found["boxes"], "box", "boxes"), count(found["pictures"], "picture")
    batches = ", ".join(found["batches"])
    return f"{boxes} on {pictures} ({changes or 'no box'}), cost {found['cost']:.1f}; registered {batches}"


def _compiled(found: Mapping[str, Any]) -> str:
    return f"{count(found['examples'], 'picture')}, {count(found['boxes'], 'box', 'boxes')}"


def _tried(found: Mapping[str, Any]) -> str:
    f1 = {method: each["f1"] for method, each in found["scores"].items()}
    return ", ".join(f"{method} F1 {100 * value:.1f}" for method, value in f1.items() if value is not None)


_SENTENCES: dict[Step, Callable[[DoneStep], str]] = {
    Step.RANK: _ranked,
    Step.EXPORT: _exported,
    Step.IMPORT: _imported,
    Step.COMPILE: _compiled,
    Step.TRIAL: _tried,
}
