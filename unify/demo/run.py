"""``unify demo``: the whole story on drawn scenes, from batches that each know a part to one dataset that says so."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from unify.compiler import CompileReport, compile, default_workers
from unify.core.types import State
from unify.demo.cut import CLASSES, FORMATS, TASKS, Cut, cut_into_batches, write_annotations
from unify.demo.gallery import contact_sheet, draw_example
from unify.errors import OutputError, Problem
from unify.progress import Progress
from unify.records.decode import DecodedExample, iterate_examples
from unify.registry.edit import register_dataset
from unify.scenarios.drawing import draw_pictures
from unify.scenarios.driving import ScenePainter
from unify.scenarios.truth import Truth
from unify.scenarios.workspace import start_workspace, taxonomy_yaml

IMAGE_HW = (360, 640)
VAL_SHARE = 0.2
SHOWN = 4

REMARK = "Three teams, three tasks. Ids are never changed or used again; 0 is background."

CONFIG = """\
# yaml-language-server: $schema=../registry/.schema/config.json
# Every picture says which classes somebody looked for; the partial loss skips the rest.
name: demo
method: partial
datasets: ["vehicle:all", "pedestrian:all", "signal:all"]
output: unified/demo
seed: 7
"""


def run_demo(folder: Path, *, num_pictures: int, progress: Progress, say: Callable[[str], None]) -> CompileReport:
    """Make a workspace in a new folder, compile it, read it back and show it.

    Args:
        folder: must not exist, or be empty.
        num_pictures: scenes to draw, at least 8; a fifth of them are for validation.
        progress: told how the work goes.
        say: called with every line a person should read.

    Raises:
        OutputError: the folder holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise OutputError(Problem(str(folder), "the folder is not empty", fix="name a new folder, or remove this one"))
    truths = _draw_pictures(folder / "scenes", num_pictures, progress)
    num_val = max(2, round(num_pictures * VAL_SHARE))
    cuts = cut_into_batches(truths[num_val:], truths[:num_val])
    _register(folder, cuts)
    say(f"{num_pictures} driving scenes, each labeled by one team for its own classes and for nothing else:")
    for line in _told(cuts):
        say(f"  {line}")
    say(f"\n{_naive_mistake(cuts)}\n")

    report = compile("demo", workspace=folder, progress=progress)
    summary = report.summary()
    say(f"unify compile demo      {summary['examples']} examples, {summary['boxes']:,} boxes, {report.seconds:.1f} s")
    say(f"                        → {folder}/unified/demo")
    shown = _show(report.output, folder / "demo.png", truths)
    say(f"\nRead back, {_reader_used(report.output)}. One picture of the training split:")
    for line in _states_told(shown):
        say(f"  {line}")
    say(f"\nLook at     {folder}/demo.png")
    say(f"Then edit   {folder}/configs/demo.yaml, or add a batch in {folder}/registry/datasets/")
    say(f"and run     cd {folder} && unify plan demo && unify compile demo --overwrite")
    return report


def _draw_pictures(folder: Path, count: int, progress: Progress) -> list[Truth]:
    numbers = {f"scene_{number:04d}.jpg": number for number in range(count)}
    return draw_pictures(folder, ScenePainter(IMAGE_HW), numbers, default_workers(), progress.stage("drawing", count))


def _register(folder: Path, cuts: Sequence[Cut]) -> None:
    """Write the workspace: every team's pictures and annotations, and the YAML that registers them."""
    start_workspace(folder, taxonomy_yaml(TASKS, REMARK, exclusive=False))
    (folder / "configs/demo.yaml").write_text(CONFIG)
    for cut in cuts:
        images = folder / "data" / cut.task / f"{cut.batch}_images"
        images.mkdir(parents=True)
        for truth in cut.pictures:  # a team has its own copies: the same picture is known by its bytes
            (images / truth.file_name).write_bytes((folder / "scenes" / truth.file_name).read_bytes())
        annotations = write_annotations(cut, images.parent)
        register_dataset(
            folder,
            f"{cut.task}:{cut.batch}",
            annotations.relative_to(folder).as_posix(),
            images.relative_to(folder).as_posix(),
            format=FORMATS[cut.task],
            split=cut.split,
        )


def _told(cuts: Sequence[Cut]) -> Iterator[str]:
    for cut in cuts:
        boxes = sum(len(truth.of(TASKS[cut.task])) for truth in cut.pictures)
        what = f"{len(cut.pictures):>4} pictures {boxes:>5} boxes"
        yield f"{cut.task + ':' + cut.batch:<15}{what}   {', '.join(TASKS[cut.task])}"


def _naive_mistake(cuts: Sequence[Cut]) -> str:
    """How many real objects plain concatenation would call background."""
    looked: dict[str, set[str]] = {}
    truth_of = {}
    for cut in (cut for cut in cuts if cut.split == "train"):
        for truth in cut.pictures:
            looked.setdefault(truth.file_name, set()).update(TASKS[cut.task])
            truth_of[truth.file_name] = truth
    missed = Counter(name for key, truth in truth_of.items() for name in truth.class_names if name not in looked[key])
    total = sum(len(truth.class_names) for truth in truth_of.values())
    worst = ", ".join(f"{count:,} {name}s" for name, count in missed.most_common(2))
    return (
        f"Simply concatenated, {missed.total():,} of the {total:,} objects on the training pictures would be taught as "
        f"background\n({worst}, ...): they are there, but the people who saw the picture were not asked for them."
    )


def _show(dataset: Path, path: Path, truths: Sequence[Truth]) -> DecodedExample:
    """Draw a few training examples with their states; returns the last, a vehicle picture."""
    truth_of = {truth.file_name: truth for truth in truths}
    by_task: dict[str, list[DecodedExample]] = {}
    for example in iterate_examples(dataset, "train"):
        by_task.setdefault(",".join(example.batches), []).append(example)
    busiest = [max(by_task[batches], key=partial(_interest, truth_of)) for batches in sorted(by_task)]
    contact_sheet([_drawn(example, truth_of[example.filename]) for example in busiest[-SHOWN:]], columns=2).save(path)
    return busiest[-1]


def _interest(truth_of: dict[str, Truth], example: DecodedExample) -> tuple[int, str]:
    """Pictures with many kinds of objects explain most; the name breaks ties."""
    truth = truth_of[example.filename]
    return len(set(truth.class_names)) + min(len(example.class_ids), 3), example.filename


def _drawn(example: DecodedExample, truth: Truth) -> Image.Image:
    from io import BytesIO

    names = {class_id: name for name, class_id in CLASSES.items()}
    states = states_of(example)
    unknown = [i for i, name in enumerate(truth.class_names) if states[name] == "unknown"]
    return draw_example(
        np.asarray(Image.open(BytesIO(example.encoded))),
        example.boxes_xyxy_px,
        [names[int(i)] for i in example.class_ids],
        states,
        truth=(truth.boxes_xyxy[unknown], [truth.class_names[i] for i in unknown]),
        caption=", ".join(example.batches),
    )


def states_of(example: DecodedExample) -> dict[str, str]:
    """class -> ``labeled``, ``incomplete`` or ``unknown`` on one example."""
    labeled, incomplete = set(map(int, example.labeled_ids)), set(map(int, example.incomplete_ids))
    return {
        name: (
            State.LABELED if class_id in labeled else State.INCOMPLETE if class_id in incomplete else State.UNKNOWN
        ).name.lower()
        for name, class_id in CLASSES.items()
    }


def _states_told(example: DecodedExample) -> Iterator[str]:
    yield f"{example.filename}, from {', '.join(example.batches)}"
    counts = Counter(map(int, example.class_ids))
    for name, state in states_of(example).items():
        boxes = counts[CLASSES[name]]
        told = f"{boxes} box{'es' * (boxes != 1)}" if boxes else "absent: somebody looked, there is none"
        yield f"  {name:<14}{state:<11}{told if state != 'unknown' else 'nobody looked; the loss skips it'}"


def _reader_used(dataset: Path) -> str:
    """Read one example by `unify.load` where TensorFlow is at hand, and say so."""
    from importlib.util import find_spec

    if find_spec("tensorflow") is None:
        return "without TensorFlow (pip install 'unify-detection[train]' brings unify.load)"
    # TensorFlow writes notes on its own build to standard error whatever its log level; this switch has none to write.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    from unify.records.reader import load

    example = next(iter(load(dataset, split="train")))
    return f"unify.load gives e.g. image {tuple(example['image'].shape)}, boxes {tuple(example['boxes'].shape)}"
