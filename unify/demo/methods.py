"""The scene that tells most of what each method makes of it, drawn as each leaves it and as it really is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from unify.core.boxes import iou_matrix
from unify.demo.beside import MACHINE, NOBODY, PERSON, Box, View, draw_beside
from unify.demo.cut import CLASSES, people_searched
from unify.demo.judge import Judgment, is_machine, judge
from unify.demo.known import names_of, picture_of
from unify.demo.workspace import DemoWorkspace
from unify.drawing import CLASS_COLOURS
from unify.records.decode import DecodedExample, iterate_examples
from unify.scenarios.truth import Truth

_MOST_BOXES = 12
_HIDDEN = 0.1  # IoU
_DOUBTED = 0.75  # a wrong box below this weight shows what weights are for


def draw_methods(datasets: Mapping[str, Path], made: DemoWorkspace, path: Path) -> str:
    """Draw one scene as ``partial``, ``hard`` and ``soft`` leave it, and its truth; returns the scene's file name.

    Args:
        datasets: method -> its unified dataset.
        made: the workspace.
        path: of the picture.
    """
    truth_of, searched = {truth.file_name: truth for truth in made.truths}, people_searched(made.cuts)
    by_method = {
        method: {example.filename: example for example in iterate_examples(dataset, "train")}
        for method, dataset in datasets.items()
    }

    def interest(name: str) -> tuple[int, str]:
        hard, soft = (judge([by_method[method][name]], truth_of, searched) for method in ("hard", "soft"))
        return _interest(hard, soft, truth_of[name], len(by_method["partial"][name].class_ids)), name

    chosen = max(by_method["partial"], key=interest)
    views = _views({method: examples[chosen] for method, examples in by_method.items()}, truth_of[chosen], searched)
    draw_beside(picture_of(by_method["partial"][chosen]), views, dict(zip(CLASSES, CLASS_COLOURS))).save(path)
    return chosen


def _interest(hard: Judgment, soft: Judgment, truth: Truth, num_human: int) -> int:
    """A scene tells much if people labeled some, machines found most of the rest and mistook a little.

    Objects that hide each other, or too many of them, hide each other's marks as well.
    """
    doubted, rescued = int((soft.wrong < _DOUBTED).sum()), len(soft.right) - len(hard.right)
    good = min(len(hard.right), 6) + 2 * min(num_human, 3) + 2 * min(rescued, 2) + 2 * min(doubted, 1)
    overlaps = np.triu(iou_matrix(truth.boxes_xyxy, truth.boxes_xyxy), k=1) > _HIDDEN
    too_many = max(0, len(truth.class_names) + len(soft.wrong) - _MOST_BOXES)
    return good + len(set(truth.class_names)) - int(overlaps.sum()) - 2 * too_many


def _views(examples: Mapping[str, DecodedExample], truth: Truth, searched: Mapping[str, set[str]]) -> list[View]:
    human = examples["partial"]
    unseen = [row for row, name in enumerate(truth.class_names) if name not in searched[truth.file_name]]
    missing = [Box(truth.boxes_xyxy[row], truth.class_names[row], NOBODY) for row in unseen]
    everything = [Box(box, name, PERSON) for box, name in zip(truth.boxes_xyxy, truth.class_names)]
    return [
        View("partial", "what people labeled; dotted: there, but nobody looked", [*_boxes(human), *missing]),
        View("hard", "machine boxes over a threshold count as labels", _boxes(examples["hard"])),
        View("soft", "machine boxes count as much as they are probably right", _boxes(examples["soft"]), weighted=True),
        View("truth", "what is really there", everything),
    ]


def _boxes(example: DecodedExample) -> list[Box]:
    columns = zip(example.boxes_xyxy_px, names_of(example), is_machine(example), example.weight.tolist())
    return [Box(box, name, MACHINE if machine else PERSON, weight) for box, name, machine, weight in columns if weight]
