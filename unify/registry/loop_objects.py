"""What a loop's config declares, as frozen values. Built and checked by ``loop_file.py``; nobody re-checks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from unify.core.types import BatchRef

TOOLS = ("labelstudio", "cvat", "coco")


@dataclass(frozen=True)
class LoopConfig:
    """Rounds of labeling.

    Attributes:
        name: the loop's name; the batch of a round is ``<task>:<name>-r1``, ...
        config: absolute path of the compile config whose pictures are ranked.
        budget: what the questions of a round may cost together.
        output: absolute folder of the loop.
        tool: one of `TOOLS`.
        tasks: tasks that are asked about; empty for all.
        measures: measure -> weight; empty for the usual ones.
        costs: ``look``, ``review`` and ``draw`` -> what each costs.
        task_weights: task -> how much its gain counts.
        learning_weights: weigh tasks by how much one more box is likely to help each.
        together: how many times as much a question counts on a picture labeled for anything else as well.
        floors: task -> least part of the budget.
        ceilings: task -> largest part of it.
        calibrate: measure the auto-labelers again with what came back.
        trial: absolute path of a trial's config, or None.
        oracle: batches that answer in place of people.
        where: ``file`` of the config.
    """

    name: str
    config: Path
    budget: float
    output: Path
    tool: str = TOOLS[0]
    tasks: tuple[str, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)
    costs: Mapping[str, float] = field(default_factory=dict)
    task_weights: Mapping[str, float] = field(default_factory=dict)
    learning_weights: bool = False
    together: float = 3.0
    floors: Mapping[str, float] = field(default_factory=dict)
    ceilings: Mapping[str, float] = field(default_factory=dict)
    calibrate: bool = True
    trial: Path | None = None
    oracle: tuple[BatchRef, ...] = ()
    where: str = ""
