"""Pascal VOC: a folder with one XML file a picture.

Coordinates are taken as they are written: no minus one. The original VOC counts pixels from 1, nearly every later tool
from 0, and a file does not say which; half a pixel either way is less than the annotators' own scatter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

from unify.core.types import SourceLabels
from unify.errors import LabelError, Problem
from unify.labels.builder import LabelBuilder
from unify.labels.names import by_stem, clean_name, list_pictures
from unify.labels.problems import raise_problems

VERSION = 1
USES_IMAGE_NAMES = True

_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def annotation_files(annotations: Path) -> list[Path]:
    """The folder's XML files, sorted by name."""
    return sorted(path for path in annotations.iterdir() if path.suffix.lower() == ".xml" and path.name[0] != ".")


def read(annotations: Path, images: Path) -> SourceLabels:
    """Read every XML file of a folder, in the order of their names.

    The picture is the one ``<filename>`` names; where the images folder does not have it, the one with the XML file's
    stem and any picture extension.

    Raises:
        LabelError: files that are not VOC XML, name no or several pictures, or share one.
    """
    pictures = _PictureFinder(images)
    builder = LabelBuilder()
    categories: dict[str, int] = {}
    problems: list[Problem] = []
    described_by: dict[str, Path] = {}
    for path in annotation_files(annotations):
        try:
            root = _parse(path)
            name = pictures.find(root.findtext("filename") or "", path.stem)
            if name in described_by:
                raise ValueError(f"describes '{name}', as {described_by[name].name} does")
            described_by[name] = path
            builder.add_picture(name, _image_hw(root))
            for category, box, difficult in _objects(root):
                builder.add_box(box, categories.setdefault(category, len(categories)), difficult)
        except (ValueError, OSError, ElementTree.ParseError) as error:
            problems.append(Problem(str(path), str(error)))
    raise_problems(LabelError, problems)
    if not described_by:
        raise LabelError(Problem(str(annotations), "holds no XML file"))
    return builder.build(tuple(categories))


class _PictureFinder:
    """Finds the picture an XML file means."""

    def __init__(self, images: Path) -> None:
        self._images = images
        self._listed = set(list_pictures(images))
        self._by_stem = by_stem(self._listed)

    def find(self, written: str, xml_stem: str) -> str:
        """Name of the picture; as written where no file fits, so that it is reported as missing."""
        try:
            name = clean_name(written.strip() or xml_stem)
        except ValueError as error:
            raise ValueError(f"<filename> '{written}' {error}") from None
        if name in self._listed or (self._images / name).is_file():
            return name
        candidates = sorted(self._by_stem.get(xml_stem, []))
        if len(candidates) > 1:
            raise ValueError(f"could mean any of {', '.join(candidates)}: <filename> names none of them")
        if not candidates and not written.strip():
            raise ValueError(f"has no <filename>, and no picture is called '{xml_stem}'")
        return candidates[0] if candidates else name


def _parse(path: Path) -> ElementTree.Element:
    content = path.read_bytes()
    # Entities need a DOCTYPE, which no VOC file has: refusing it refuses expansion bombs. UTF-16 would hide it.
    if b"<!DOCTYPE" in content or b"\0" in content:
        raise ValueError("is not plain VOC XML: it has a DOCTYPE or is not UTF-8")
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise ValueError(f"is not XML: {error}") from None
    if root.tag != "annotation":
        raise ValueError(f"is not VOC XML: its root is <{root.tag}>, not <annotation>")
    return root


def _image_hw(root: ElementTree.Element) -> tuple[int, int]:
    """Annotated height and width, 0 where the file does not say."""
    sides = [_number(root, f"size/{side}", default="0") for side in ("height", "width")]
    if not all(map(math.isfinite, sides)):
        raise ValueError(f"<size> is {sides[1]} x {sides[0]}")
    return int(sides[0]), int(sides[1])


def _objects(root: ElementTree.Element) -> Iterable[tuple[str, tuple[float, ...], bool]]:
    """Category, xyxy and ``difficult`` of every object; the parts of an object are not objects."""
    for index, element in enumerate(root.iterfind("object"), start=1):
        category = (element.findtext("name") or "").strip()
        if not category:
            raise ValueError(f"object {index} has no <name>")
        box = tuple(_number(element, f"bndbox/{corner}") for corner in _CORNERS)
        yield category, box, _number(element, "difficult", default="0") != 0


def _number(element: ElementTree.Element, tag: str, default: str = "") -> float:
    text = (element.findtext(tag) or default).strip()
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"<{tag}> of an {element.tag} is {text!r}, not a number") from None
