"""YOLO: a folder with one text file a picture, ``class x-centre y-centre width height`` a line, as fractions.

Every picture directly in the images folder belongs to the batch; one without a text file has no boxes. Class names
come from ``classes.txt``, ``obj.names`` or ``data.yaml`` in the annotations folder or up to two folders above it.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from unify.core.types import SourceLabels
from unify.errors import LabelError, Problem
from unify.labels.builder import LabelBuilder
from unify.labels.names import by_stem, list_pictures
from unify.labels.problems import raise_problems

VERSION = 1
USES_IMAGE_NAMES = True

_NAME_FILES = ("classes.txt", "obj.names", "data.yaml")


def annotation_files(annotations: Path) -> list[Path]:
    """The folder's text files, sorted by name, and the file that names the classes."""
    return [*_box_files(annotations), _find_names(annotations)]


def read(annotations: Path, images: Path) -> SourceLabels:
    """Read the boxes of every picture in the images folder.

    Raises:
        LabelError: class names are missing, lines are not boxes, or text files have no picture or several.
    """
    names_file = _find_names(annotations)
    categories = _read_names(names_file)
    box_files = {path.stem: path for path in _box_files(annotations)}
    pictures = list_pictures(images)
    if not pictures:
        raise LabelError(Problem(str(images), "holds no pictures"))
    problems = _unpaired(box_files, pictures)
    builder = LabelBuilder()
    position_of = {class_id: position for position, class_id in enumerate(categories)}
    for name in pictures:
        builder.add_picture(name)
        path = box_files.get(Path(name).stem)
        for number, line in enumerate(_lines(path, problems) if path else (), start=1):
            try:
                if fields := line.split():
                    class_id, box = _parse_line(fields)
                    if class_id not in position_of:
                        raise ValueError(f"class {class_id} is not named in {names_file.name}")
                    builder.add_box(box, position_of[class_id])
            except ValueError as error:
                problems.append(Problem(f"{path}:{number}", str(error), got=line.strip()[:80]))
    raise_problems(LabelError, problems)
    return builder.build(tuple(categories.values()), normalized=True)


def _box_files(annotations: Path) -> list[Path]:
    return sorted(
        path
        for path in annotations.iterdir()
        if path.suffix.lower() == ".txt" and path.name not in _NAME_FILES and path.name[0] != "."
    )


def _unpaired(box_files: dict[str, Path], pictures: list[str]) -> list[Problem]:
    """Text files whose picture is missing or ambiguous."""
    names_of = by_stem(pictures)
    problems = [Problem(str(path), "has no picture") for stem, path in box_files.items() if stem not in names_of]
    return problems + [
        Problem(str(box_files[stem]), f"could mean any of {', '.join(names)}")
        for stem, names in names_of.items()
        if len(names) > 1 and stem in box_files
    ]


def _lines(path: Path, problems: list[Problem]) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(str(path), f"cannot be read: {error}"))
        return []


def _parse_line(fields: list[str]) -> tuple[int, tuple[float, ...]]:
    """Class id and the box as xyxy fractions."""
    if len(fields) != 5:
        raise ValueError(f"expected class, x-centre, y-centre, width, height, found {len(fields)} fields")
    try:
        class_id = int(fields[0])
        x, y, width, height = map(float, fields[1:])
    except ValueError:
        raise ValueError("expected a whole number and four numbers") from None
    return class_id, (x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _find_names(annotations: Path) -> Path:
    folders = (annotations, *annotations.parents[:2])
    for path in (folder / name for folder in folders for name in _NAME_FILES):
        if path.is_file():
            return path
    looked = ", ".join(map(str, folders))
    expected = f"one of {', '.join(_NAME_FILES)} in one of {looked}"
    raise LabelError(Problem(str(annotations), "the names of the classes are missing", expected=expected))


def _read_names(path: Path) -> dict[int, str]:
    """Class id -> name, ascending by id."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        names = yaml.safe_load(text).get("names") if path.suffix == ".yaml" else text.split("\n")
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError) as error:
        raise LabelError(Problem(str(path), f"cannot be read: {error}")) from None
    if isinstance(names, list):
        names = dict(enumerate(names))
    if not isinstance(names, dict) or not all(isinstance(class_id, int) for class_id in names):
        raise LabelError(Problem(str(path), "names no classes", expected="names: a list, or class id: name"))
    return {class_id: str(name).strip() for class_id, name in sorted(names.items()) if str(name).strip()}
