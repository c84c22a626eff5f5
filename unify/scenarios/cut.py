"""Real pictures: a fully labeled COCO dataset. Its pictures stay where they are and its files are only read."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from unify.core.types import SourceLabels
from unify.errors import LabelError, Problem, UnifyError, did_you_mean, shorten
from unify.labels import FORMATS
from unify.registry.trial_objects import Cut
from unify.scenarios.batches import Material, PictureSet
from unify.scenarios.truth import Truth

_NOTHING_WRITTEN = "Nothing was written."


@dataclass(frozen=True)
class _Source:
    """One annotation file that was read."""

    annotations: Path
    images: Path
    labels: SourceLabels


def digest_sources(cut: Cut) -> dict[str, str]:
    """Annotation file -> hex sha256.

    Raises:
        UnifyError: every annotation file and images folder that is not there.
    """
    digests, problems = {}, []
    for part, pairs in (("train", cut.train), ("validation", cut.validation), ("test", cut.test)):
        fix = f"correct the path under '{part}' of the trial's scenario"
        for path, images in pairs:
            try:
                with open(path, "rb") as file:
                    digests[str(path)] = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                problems.append(Problem(str(path), f"annotations cannot be read: {error.strerror}", fix=fix))
            if not images.is_dir():
                problems.append(Problem(str(images), "images folder not found", fix=fix))
    if problems:
        raise UnifyError(problems, summary=_NOTHING_WRITTEN)
    return digests


def read_cut(cut: Cut) -> Material:
    """The pictures of a cut and everything on them that its tasks name.

    A category becomes a class; spaces in its name become ``_``. Pictures of several folders are known by their way
    from the nearest folder above all of them, so that two folders may hold the same file name.

    Raises:
        UnifyError: everything that is wrong with the files.
    """
    class_of, problems = _name_classes(cut.tasks)
    parts = [_read_all(pairs, cut.tasks, problems) for pairs in (cut.train, cut.validation, cut.test)]
    problems += _repeated_pictures([source for part in parts for source in part])
    if problems:
        raise UnifyError(dict.fromkeys(problems), summary=_NOTHING_WRITTEN)  # a file given twice is wrong once
    tasks = {task: tuple(class_of[name] for name in categories) for task, categories in cut.tasks.items()}
    return Material(tasks, *(_picture_set(part, class_of) for part in parts))


def _name_classes(tasks: Mapping[str, Sequence[str]]) -> tuple[dict[str, str], list[Problem]]:
    """Category -> class, and which categories cannot become one."""
    from unify.registry.schema import NAME_PATTERN, PATTERNS

    class_of: dict[str, str] = {}
    problems = []
    for task, categories in tasks.items():
        for category in categories:
            name = category.replace(" ", "_")
            fix = "rename the category in the annotation files"
            if not re.fullmatch(NAME_PATTERN, name):
                what = f"category '{category}' cannot become a class"
                problems.append(Problem(f"task '{task}'", what, expected=PATTERNS[NAME_PATTERN], fix=fix))
            elif name in class_of.values():
                what = f"category '{category}' becomes a class that is there already"
                problems.append(Problem(f"task '{task}'", what, got=name, fix=fix))
            class_of[category] = name
    return class_of, problems


def _read_all(
    pairs: Iterable[tuple[Path, Path]], tasks: Mapping[str, Sequence[str]], problems: list[Problem]
) -> list[_Source]:
    """The files that can be read; what is wrong with any is added to ``problems``."""
    sources = []
    for path, images in pairs:
        try:
            source = _Source(path, images, FORMATS["coco"].read(path, images))
        except LabelError as error:
            problems += error.problems
        else:
            problems += _unfit(source, tasks)
            sources.append(source)
    return sources


def _unfit(source: _Source, tasks: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    """Why the file's labels are not the whole truth for the tasks."""
    where, known = str(source.annotations), source.labels.categories
    if source.labels.verified_absent is not None:
        what = "is federated (LVIS): not every class was searched for on every picture"
        yield Problem(where, what, expected="a file whose categories are labeled on all of its pictures")
    for task, categories in tasks.items():
        for category in categories:
            if category not in known:
                what = f"has no category '{category}', which task '{task}' names"
                yield Problem(where, what, got=shorten(known), fix=did_you_mean(category, known))


def _repeated_pictures(sources: Sequence[_Source]) -> Iterator[Problem]:
    """Pictures that more than one file lists: it would be open whose labels are right, or where they are measured."""
    first: dict[str, _Source] = {}
    for source in sources:
        folder = source.images.resolve()
        repeated: dict[Path, list[str]] = {}
        for name in source.labels.file_names:
            other = first.setdefault(str(folder / name), source)
            if other is not source:
                repeated.setdefault(other.annotations, []).append(name)
        for path, names in repeated.items():
            yield Problem(
                str(source.annotations),
                f"lists pictures that {path} lists as well: {len(names):,}",
                got=shorten(names),
                expected="every picture in one file, to train on or to measure on",
                fix="take them out of one of the two files",
            )


def _picture_set(sources: Sequence[_Source], class_of: Mapping[str, str]) -> PictureSet:
    if not sources:
        return PictureSet(".", ())
    folders = [os.path.abspath(source.images) for source in sources]
    common = os.path.commonpath(folders)
    truths: list[Truth] = []
    for source, folder in zip(sources, folders):
        way = Path(os.path.relpath(folder, common))
        truths += (_truth(source.labels, row, way, class_of) for row in range(len(source.labels.file_names)))
    return PictureSet(Path(common).as_posix(), tuple(truths))


def _truth(labels: SourceLabels, row: int, way: Path, class_of: Mapping[str, str]) -> Truth:
    start, stop = labels.box_offsets[row : row + 2].tolist()
    names = [class_of.get(labels.categories[category]) for category in labels.box_category[start:stop].tolist()]
    wanted = [start + number for number, name in enumerate(names) if name is not None]
    height, width = labels.image_hw[row].tolist()
    return Truth(
        (way / labels.file_names[row]).as_posix(),
        (height, width),
        labels.boxes_xyxy[wanted],
        tuple(name for name in names if name is not None),
        labels.box_area[wanted],
        labels.box_crowd[wanted],
    )
