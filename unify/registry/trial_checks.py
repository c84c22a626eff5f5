"""What is wrong with a trial whose values, each seen alone, are right."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from unify.core.types import BatchRef
from unify.errors import Problem, did_you_mean, shorten
from unify.registry.autolabeler_file import selection_problems
from unify.registry.config import DEFAULT
from unify.registry.objects import Registry
from unify.registry.selection import batch_names, parse_selection
from unify.registry.trial_objects import OTHER_CONFIGS, TRIAL_METHODS
from unify.registry.yaml_source import KeyPath, YamlFile

if TYPE_CHECKING:
    from unify.registry.trial_schema import CutEntry, DrivingEntry, SourceEntry, TrialFile

# Builds a problem from what is wrong, at one place: of the file, or of the command line.
Report = Callable[..., Problem]

SELECTIONS = ("datasets", "withheld", "evaluation")
TRAIN = "train"


def method_problems(
    methods: Sequence[str], at: Callable[[int], Report], *, mixtures: Sequence[str], full: bool
) -> Iterator[Problem]:
    """Unknown and repeated methods, and ``full`` where nothing gives it its labels (``full`` is False)."""
    known = tuple(dict.fromkeys((*TRIAL_METHODS, *mixtures)))
    for index, method in enumerate(methods):
        report = at(index)
        if method not in known:
            fix = did_you_mean(method, known) or "describe a method of your own under 'mixtures:'"
            yield report("unknown method", got=f"'{method}'", expected=f"one of {', '.join(known)}", fix=fix)
        elif method in methods[:index]:
            yield report(f"method '{method}' is listed twice", fix="delete one")
        elif method == "full" and not full:
            what = "method 'full' needs the labels that the other methods do without"
            fix = "add 'withheld:', the batches that label the rest of the same pictures, or leave 'full' out"
            yield report(what, expected="a scenario, or withheld batches", fix=fix)


def mixture_problems(file: YamlFile, entry: TrialFile, tasks: Collection[str]) -> Iterator[Problem]:
    """Mixtures with a name that is taken, or of other tasks than ``tasks``; where that is empty none is known."""
    for name, written in entry.mixtures.items():
        if name in (*TRIAL_METHODS, *OTHER_CONFIGS):
            whose = "the name of a method" if name in TRIAL_METHODS else "a name that the trial needs itself"
            what = f"mixture '{name}' has {whose}"
            yield file.problem(("mixtures", name), what, key=True, fix="give it a name of its own")
        unknown = () if isinstance(written, str) else written.keys() - {DEFAULT, *tasks}
        for task in sorted(unknown) if tasks else ():
            what = f"mixture '{name}' has a method for task '{task}', which the trial does not have"
            expected = f"{DEFAULT}, or one of {shorten(list(tasks))}"
            fix = did_you_mean(task, list(tasks))
            yield file.problem(("mixtures", name, task), what, key=True, expected=expected, fix=fix)


def validation_problems(file: YamlFile, filled: Sequence[str]) -> Iterator[Problem]:
    """A cut without pictures to calibrate on, though the methods ``filled`` need specialists."""
    if filled and "validation" not in file.value["scenario"]:
        what = f"missing key 'validation', which method '{filled[0]}' needs"
        expected = "fully labeled pictures that its specialists are calibrated on"
        fix = f"add 'validation:', or leave {' and '.join(filled)} out of the methods"
        yield file.problem(("scenario",), what, key=True, expected=expected, fix=fix)


def seed_problems(written: int | Sequence[int], at: Callable[[int], Report]) -> Iterator[Problem]:
    """Too few or too many seeds, and those that are repeated or out of range."""
    from unify.registry.trial_schema import FEWEST_SEEDS, LARGEST_SEED, MOST_SEEDS

    number = written if isinstance(written, int) else len(written)
    if not FEWEST_SEEDS <= number <= MOST_SEEDS:
        what = f"{'fewer' if number < FEWEST_SEEDS else 'more'} seeds than a trial takes"
        expected = f"{FEWEST_SEEDS} to {MOST_SEEDS}: the interval of a mean comes from how its seeds differ"
        yield at(-1)(what, got=str(number), expected=expected)
    for index, seed in enumerate(() if isinstance(written, int) else written):
        if not 0 <= seed <= LARGEST_SEED:
            yield at(index)("wrong value of 'seeds'", got=str(seed), expected=f"0 to {LARGEST_SEED}")
        elif seed in written[:index]:
            yield at(index)(f"seed {seed} is listed twice", expected="different seeds", fix="delete one")


def source_problems(file: YamlFile) -> Iterator[Problem]:
    """Neither a scenario nor selected batches, both, or batches that nothing is evaluated on."""
    selected = [key for key in SELECTIONS if key in file.value]
    if "scenario" in file.value:
        for key in selected:
            what = f"'{key}' beside 'scenario', which makes its own pictures"
            yield file.problem((key,), what, key=True, expected="one of the two", fix=f"delete '{key}' or 'scenario'")
        return
    if "datasets" not in file.value:
        expected = "a scenario, which makes its pictures, or datasets and evaluation, which select registered batches"
        yield file.problem((), "neither 'scenario' nor 'datasets'", expected=expected, fix="add one of the two")
    if "datasets" in selected and "evaluation" not in selected:
        what = "missing key 'evaluation'"
        expected = 'batches whose pictures are labeled for every class, such as ["vehicle:test", "pedestrian:test"]'
        yield file.problem(("datasets",), what, key=True, expected=expected, fix="add 'evaluation:'")


def batch_problems(file: YamlFile, entry: TrialFile, registry: Registry | None) -> Iterator[Problem]:
    """Selections that name no registered batch, batches that are selected twice, and those of a wrong split."""
    selections = [((key, index), text) for key in SELECTIONS for index, text in enumerate(getattr(entry, key))]
    if registry is None:
        if selections:
            yield _no_workspace(file, selections[0][0][0])
        return
    known = batch_names(registry.taxonomy.tasks, registry.batches)
    chosen: dict[BatchRef, tuple[KeyPath, str]] = {}
    repeated: set[BatchRef] = set()
    for path, text in selections:
        wrong = list(selection_problems(file, path, text, known))
        yield from wrong
        for ref in () if wrong else parse_selection(text, known):
            if ref in chosen:
                repeated.add(ref)
                yield _selected_twice(file, ref, path, *chosen[ref])
            chosen.setdefault(ref, (path, text))
    groups: dict[tuple[KeyPath, str], list[str]] = {}
    for ref, (path, _) in chosen.items():
        if ref not in repeated:
            groups.setdefault((path, registry.batches[ref].split), []).append(str(ref))
    yield from _split_problems(file, groups)


def _split_problems(file: YamlFile, groups: Mapping[tuple[KeyPath, str], Sequence[str]]) -> Iterator[Problem]:
    """Batches, by selection and split, to train on but not ``train``, or to evaluate on but not of one other split."""
    measured = [split for (path, split) in groups if path[0] == "evaluation" and split != TRAIN]
    for (path, split), refs in groups.items():
        right, expected = TRAIN, f"batches of the split '{TRAIN}'"
        if path[0] == "evaluation":
            right, expected = (*measured, "test")[0], f"batches of one split, another than '{TRAIN}'"
        if split != right:
            what = f"'{path[0]}' selects batches of the split '{split}'"
            fix = f"register them with 'split: {right}', or leave them out"
            yield file.problem(path, what, got=shorten(refs), expected=expected, fix=fix)


def _no_workspace(file: YamlFile, key: str) -> Problem:
    return file.problem(
        (key,),
        "registered batches are selected outside of a workspace",
        key=True,
        expected="a folder 'registry' here or in a folder above",
        fix="make a workspace with 'unify init DIR', or name one with --workspace DIR",
    )


def _selected_twice(file: YamlFile, ref: BatchRef, path: KeyPath, first: KeyPath, text: str) -> Problem:
    key, earlier = path[0], first[0]
    if key == earlier:
        return file.problem(path, f"batch '{ref}' is selected twice", fix=f"select it once; '{text}' selects it too")
    reason = "evaluate on pictures that no method is trained on" if key == "evaluation" else "select it once"
    return file.problem(
        path, f"batch '{ref}' is in '{earlier}' and in '{key}'", fix=f"{reason}; '{text}' selects it too"
    )


def task_problems(file: YamlFile, entry: DrivingEntry | CutEntry) -> Iterator[Problem]:
    """Classes that are in two tasks, or twice in one."""
    first: dict[str, KeyPath] = {}
    for task, classes in entry.tasks.items():
        for index, name in enumerate(classes):
            path = ("scenario", "tasks", task, index)
            if name in first:
                other = first[name][2]
                what = f"class '{name}' is in two tasks, '{other}' and '{task}'"
                what = f"class '{name}' is listed twice" if other == task else what
                yield file.problem(path, what, fix=f"keep one; the first is at {file.where(first[name])}")
            first.setdefault(name, path)


def cut_problems(file: YamlFile, entry: CutEntry, base: Path, *, files_needed: bool) -> Iterator[Problem]:
    """Files that are absent, if they are needed, and annotation files that are named twice."""
    first: dict[str, KeyPath] = {}
    for key in ("train", "validation", "test"):
        for index, source in enumerate(getattr(entry, key)):
            path = ("scenario", key, index)
            yield from _absent(file, path, source, base) if files_needed else ()
            annotations = os.path.abspath(base / source.annotations)
            if annotations in first:
                fix = f"name it once; the first is at {file.where(first[annotations])}"
                what = f"annotation file '{source.annotations}' is named twice"
                yield file.problem((*path, "annotations"), what, fix=fix)
            first.setdefault(annotations, (*path, "annotations"))


def _absent(file: YamlFile, path: KeyPath, source: SourceEntry, base: Path) -> Iterator[Problem]:
    for key, expected, is_there in (("annotations", "a file", os.path.isfile), ("images", "a folder", os.path.isdir)):
        absolute = os.path.abspath(base / getattr(source, key))
        if not is_there(absolute):
            what = f"{key} of '{path[1]}' not found"
            yield file.problem((*path, key), what, got=absolute, expected=expected, fix="check the path")
