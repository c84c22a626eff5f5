"""``registry/autolabelers/<name>.yaml``: from its shape to `AutoLabelerVersion` values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from unify.core.taxonomy import Taxonomy
from unify.errors import Problem, RegistryError, did_you_mean, shorten
from unify.registry.dataset_file import name_problems
from unify.registry.objects import AutoLabelerRef, AutoLabelerVersion
from unify.registry.selection import parse_selection
from unify.registry.taxonomy_file import class_list_problems
from unify.registry.yaml_source import KeyPath, YamlFile

if TYPE_CHECKING:
    from unify.registry.schema import AutoLabelerFile, VersionEntry

LATEST = "latest"


def build_versions(file: YamlFile, entry: AutoLabelerFile, workspace: Path) -> tuple[AutoLabelerVersion, ...]:
    """The versions of a file without problems, newest first, paths made absolute."""
    return tuple(
        _build_version(AutoLabelerRef(entry.name, version), entry.classes, declared, workspace, file)
        for version, declared in (entry.versions or {}).items()
    )


def _build_version(
    ref: AutoLabelerRef, classes: Sequence[str], entry: VersionEntry, workspace: Path, file: YamlFile
) -> AutoLabelerVersion:
    return AutoLabelerVersion(
        ref=ref,
        classes=tuple(classes),
        adapter=entry.adapter,
        path=workspace / entry.path if entry.path else None,
        options=entry.options,
        thresholds=entry.thresholds,
        calibration=workspace / entry.calibration if entry.calibration else None,
        trained_on=tuple(entry.trained_on),
        metrics=entry.metrics,
        where=file.where(("versions", ref.version), key=True),
    )


def autolabeler_problems(file: YamlFile, entry: AutoLabelerFile, taxonomy: Taxonomy | None) -> Iterator[Problem]:
    """Wrong names and classes. Without a taxonomy (it has problems itself) classes are not looked at."""
    yield from name_problems(file, ("name",), entry.name)
    if taxonomy:
        yield from class_list_problems(file, ("classes",), entry.classes, list(taxonomy.ids))
    for version, declared in (entry.versions or {}).items():
        path = ("versions", version)
        if version == LATEST:
            what = f"a version cannot be named '{LATEST}', which selects the top of the stack"
            yield file.problem(path, what, key=True, fix="give the version another name")
        yield from threshold_problems(file, (*path, "thresholds"), declared.thresholds, entry.name, entry.classes)


def threshold_problems(
    file: YamlFile, path: KeyPath, thresholds: Mapping[str, float], name: str, classes: Sequence[str]
) -> Iterator[Problem]:
    """Thresholds of classes that an auto-labeler does not find."""
    for class_name in thresholds:
        if class_name not in classes:
            what = f"threshold of '{class_name}', which auto-labeler '{name}' does not find"
            near = did_you_mean(class_name, classes)
            fix = near or f"delete the threshold, or add the class to registry/autolabelers/{name}.yaml"
            expected = f"one of {shorten(classes)}"
            yield file.problem((*path, class_name), what, key=True, expected=expected, fix=fix)


def trained_on_problems(
    file: YamlFile, entry: AutoLabelerFile, known: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    """Selections that name no registered batch. A text with a slash, or without a colon, names a unified dataset."""
    for version, declared in (entry.versions or {}).items():
        for index, text in enumerate(declared.trained_on):
            if ":" in text and "/" not in text:
                yield from selection_problems(file, ("versions", version, "trained_on", index), text, known)


def selection_problems(
    file: YamlFile, path: KeyPath, text: str, known: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    """What is wrong with a selection, at its place in the file."""
    try:
        parse_selection(text, known)
    except RegistryError as error:
        for problem in error.problems:
            at = file.problem(path, problem.what)
            yield replace(problem, where=at.where, snippet=at.snippet)
