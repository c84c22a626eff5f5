"""From a model's own classes to those the auto-labeler declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from unify.errors import Problem, did_you_mean, shorten
from unify.registry.yaml_source import YamlFile

if TYPE_CHECKING:
    from unify.autolabel.options import Options

OTHER = -1  # a class of the model that is not wanted
NAMELESS = -2  # a number without a name: background, or a gap in the numbering


@dataclass(frozen=True)
class ClassTable:
    """Where each class of the model goes. D declared classes, M numbers of the model.

    Attributes:
        declared: the D names.
        by_name: the model's name -> index of the declared class, or `OTHER`.
        by_number: int32 [M]; the model's number -> the same, or `NAMELESS`.
        open_ended: numbers from M on are nameless too; else they break the contract.
    """

    declared: tuple[str, ...]
    by_name: Mapping[str, int]
    by_number: np.ndarray
    open_ended: bool


def make_class_table(declared: Sequence[str], options: Options) -> ClassTable:
    """The table of options that `class_problems` found nothing wrong with."""
    numbers = _numbers(options.class_names or list(declared), options.first_class)
    mapped = {name: declared.index(target) for name, target in options.class_map.items()}
    kept = {name: index for index, name in enumerate(declared)} | mapped
    by_number = np.full(max(numbers.values()) + 1, NAMELESS, np.int32)
    for name, number in numbers.items():
        by_number[number] = kept.get(name, OTHER)
    by_name = {**dict.fromkeys(numbers, OTHER), **kept}
    return ClassTable(tuple(declared), by_name, by_number, open_ended=isinstance(options.class_names, dict))


def _numbers(class_names: Sequence[str] | Mapping[str, int], first: int) -> Mapping[str, int]:
    if isinstance(class_names, Mapping):
        return class_names
    return {name: number for number, name in enumerate(class_names, first)}


def class_problems(file: YamlFile, options: Options, declared: Sequence[str]) -> list[Problem]:
    """Names that do not fit together; ``file`` holds the version."""
    return list(_name_problems(file, options)) + list(_map_problems(file, options, declared)) or list(
        _unreached_problems(file, options, declared)
    )


def _name_problems(file: YamlFile, options: Options) -> Iterator[Problem]:
    names, path = options.class_names, ("options", "class_names")
    if isinstance(names, list):
        for index, name in enumerate(names):
            if name in names[:index]:
                yield file.problem((*path, index), f"class '{name}' is listed twice", fix="keep one")
        return
    for name, number in names.items():
        if number < 0 or list(names.values()).count(number) > 1:
            what = f"the model's number of '{name}' is {'negative' if number < 0 else 'used twice'}"
            yield file.problem((*path, name), what, got=str(number), expected="0 or more, each once")


def _map_problems(file: YamlFile, options: Options, declared: Sequence[str]) -> Iterator[Problem]:
    names = list(options.class_names)
    for name, target in options.class_map.items():
        path = ("options", "class_map", name)
        if names and name not in names:
            what, expected = f"class_map names '{name}', which is not in class_names", f"one of {shorten(names)}"
            fix = did_you_mean(name, names) or "delete the line, or add the class to class_names"
            yield file.problem(path, what, key=True, expected=expected, fix=fix)
        if target not in declared:
            what = f"class_map gives '{target}', which the auto-labeler does not declare"
            fix = did_you_mean(target, declared) or "add it to the auto-labeler's classes"
            yield file.problem(path, what, expected=f"one of {shorten(declared)}", fix=fix)


def _unreached_problems(file: YamlFile, options: Options, declared: Sequence[str]) -> Iterator[Problem]:
    """A class that is declared and never found would pass for absent everywhere."""
    names = list(options.class_names)
    reached = {options.class_map.get(name, name) for name in names}
    for name in declared:
        if names and name not in reached:
            what = f"no class of the model becomes '{name}'"
            near = did_you_mean(name, [other for other in names if other != name])
            fix = f"{near} Write class_map: {{THEIR_NAME: {name}}}".lstrip()
            yield file.problem(("options", "class_names"), what, key=True, expected=f"one of {shorten(names)}", fix=fix)
