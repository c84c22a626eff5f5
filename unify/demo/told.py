"""What the demo says, from what it did: pure text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from unify.autolabel.calibration.values import ClassCalibration
from unify.calibrating.report import CalibrationReport
from unify.compiler import CompileReport
from unify.demo.cut import CLASSES, TASKS, Cut, people_searched
from unify.demo.judge import Judgment
from unify.demo.known import states_of
from unify.demo.workspace import DemoWorkspace
from unify.records.decode import DecodedExample
from unify.registry.trial_objects import DetectorSettings
from unify.text import table_lines


def batches(made: DemoWorkspace, folder: Path) -> str:
    """What each team labeled, and what plain concatenation would make of it."""
    found = [f"{folder} holds this demo: what is finished is kept.", ""] if made.found else []
    head = f"{len(made.truths):,} driving scenes. Each team looked for its own classes, and for nothing else:"
    rows = [
        (cut.ref, f"{len(cut.pictures):,}", f"{_num_boxes(cut):,}", ", ".join(TASKS[cut.task])) for cut in made.cuts
    ]
    table = _table(("batch", "pictures", "boxes", "searched for"), rows, "<>><")
    return "\n".join([*found, head, "", *table, "", _naive_mistake(made.cuts)])


def _num_boxes(cut: Cut) -> int:
    return sum(len(truth.of(TASKS[cut.task])) for truth in cut.pictures)


def _naive_mistake(cuts: Sequence[Cut]) -> str:
    """How many real objects plain concatenation would call background."""
    truth_of = {truth.file_name: truth for cut in cuts if cut.split == "train" for truth in cut.pictures}
    searched = people_searched(cuts)
    missed = Counter(name for key, truth in truth_of.items() for name in truth.class_names if name not in searched[key])
    total = sum(len(truth.class_names) for truth in truth_of.values())
    worst = ", ".join(f"{count:,} {name}s" for name, count in missed.most_common(2))
    return (
        f"Simply concatenated, {missed.total():,} of the {total:,} objects on the training pictures would be taught as "
        f"background\n({worst}, ...): they are there, but the people who saw the picture were not asked for them."
    )


def partial(report: CompileReport, example: DecodedExample) -> str:
    """What the compile made, and what it knows of one example."""
    head = f"\n1. Say what nobody looked for, so that the loss skips it:  unify compile partial  ({_time(report)})"
    return "\n".join([head, "", f"   {example.filename}, from {', '.join(example.batches)}", *_states(example)])


def _states(example: DecodedExample) -> list[str]:
    counts = Counter(example.class_ids.tolist())
    rows = []
    for name, state in states_of(example).items():
        boxes = counts[CLASSES[name]]
        found = f"{boxes} box{'es' * (boxes != 1)}" if boxes else "absent: somebody looked, there is none"
        rows.append((name, state, found if state != "unknown" else "nobody looked"))
    return [f"  {line}" for line in _table(("class", "state", ""), rows, "<<<")[1:]]


def not_installed(missing: Sequence[str], folder: Path) -> str:
    """Why the story ends early, and how it goes on."""
    return (
        f"\nLook at     {folder}/known.png\n"
        f"Go on       pip install 'unify-detection[train]', then the same command: "
        f"specialists need {', '.join(missing)}"
    )


def training(detector: DetectorSettings) -> str:
    """Said before the long part."""
    return f"\n2. Train a specialist for each task on what its team labeled: {detector.steps:,} steps each\n"


def specialists(reports: Sequence[CalibrationReport], seconds: float) -> str:
    """How good they are."""
    rows = [row for report in reports for row in _specialist(report)]
    head = (
        f"   Measured on {reports[0].calibration.pictures:,} pictures that none of them has seen ({_seconds(seconds)}):"
    )
    return "\n".join(
        [head, "", *_table(("specialist", "class", "threshold", "precision", "recall", ""), rows, "<<>>><")]
    )


def _specialist(report: CalibrationReport) -> Iterator[tuple[str, ...]]:
    ref = report.autolabeler
    for name, each in report.calibration.classes.items():
        yield ref, name, *_class(each)
        ref = ""


def _class(each: ClassCalibration) -> tuple[str, str, str, str]:
    cut = each.thresholds
    if not cut.usable:
        return "-", "-", "-", "not surely precise enough: stays unknown"
    return f"{cut.threshold:.2f}", f"{cut.precision:.0%}", f"{cut.recall:.0%}", ""


def methods(reports: Mapping[str, CompileReport], judgments: Mapping[str, Judgment]) -> str:
    """What each method made of the same batches."""
    rows = [(method, *_method(report, judgments[method])) for method, report in reports.items()]
    columns = ("method", "machine boxes", "of all boxes", "right", "missing found", "asked", "cached", "time")
    return "\n".join(
        [
            "\n3. Let them fill what nobody labeled:  unify compile hard, unify compile soft",
            "",
            *_table(columns, rows, "<>>>>>>>"),
            "",
            *(f"   {line}" for line in _meaning(reports, judgments)),
        ]
    )


def _method(report: CompileReport, found: Judgment) -> tuple[str, ...]:
    summary = report.summary()
    boxes = sum(summary["machine_boxes"].values())
    return (
        f"{boxes:,}",
        f"{boxes / max(_all_boxes(report), 1):.0%}",
        f"{found.precision:.0%}" if boxes else "-",
        f"{found.recall:.0%}",
        f"{report.inference.inferred:,}",
        f"{report.inference.cached:,}",
        _time(report),
    )


def _all_boxes(report: CompileReport) -> int:
    return sum(entry["boxes"] for entry in report.manifest["classes"].values())


def _meaning(reports: Mapping[str, CompileReport], judgments: Mapping[str, Judgment]) -> Iterator[str]:
    missing = judgments["partial"].missing
    yield f"missing: {missing:,} objects that are on the training pictures, and that nobody was asked for."
    soft = judgments["soft"]
    if len(soft.right) and len(soft.wrong):
        yield (
            "soft takes what is more likely right than wrong, at its probability: right boxes count "
            f"{soft.right.mean():.2f} on average, wrong ones {soft.wrong.mean():.2f}."
        )
    if reports["soft"].inference.cached and not reports["soft"].inference.inferred:
        yield "soft asked the specialists nothing: what they said of a picture when hard asked is kept."


def farewell(folder: Path) -> str:
    """Where to look, and what to do next."""
    return f"""
Look at     {folder}/demo.png    one scene by each method, and its truth
            {folder}/known.png   what is known where nobody looked
Then        cd {folder}
            unify report unified/soft               a page about it
            unify compile hard --overwrite          after you change a threshold in configs/hard.yaml: nothing is asked
Train       unify.load("{folder}/unified/soft", split="train")"""


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], aligned: str) -> list[str]:
    return [f"   {line}" for line in table_lines(columns, rows, [each == ">" for each in aligned])]


def _time(report: CompileReport) -> str:
    return "up to date" if report.up_to_date else _seconds(report.seconds)


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
