"""Names of picture files: cleaned, kept inside the images folder, found by stem."""

from __future__ import annotations

import os
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from unify.errors import LabelError, Problem, shorten

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff")

_SAFE = r"[^/\\:\0\ud800-\udfff]"
_PLAIN = re.compile(rf"(?!\.){_SAFE}+(/(?!\.){_SAFE}+)*")  # nearly every name: nothing to clean
_SURROGATE = re.compile(r"[\ud800-\udfff]")  # what Python makes of bytes that are not UTF-8
_DRIVE = re.compile(r"[A-Za-z]:")


def clean_name(name: str) -> str:
    r"""A picture's name relative to its images folder, with ``/``.

    Backslashes become ``/``; ``.`` and inner ``..`` are resolved. Non-ASCII characters and spaces are kept.

    Raises:
        ValueError: the name is empty, absolute, not Unicode, or leads out of the folder; the text says which.
    """
    if _PLAIN.fullmatch(name):
        return name
    cleaned = name.replace("\\", "/")
    if "\0" in cleaned:
        raise ValueError("holds a NUL character")
    if _SURROGATE.search(cleaned):
        raise ValueError("is not Unicode text")
    if cleaned.startswith("/") or _DRIVE.match(cleaned):
        raise ValueError("is absolute")
    cleaned = posixpath.normpath(cleaned) if cleaned else "."
    if cleaned == ".":
        raise ValueError("is empty")
    if cleaned == ".." or cleaned.startswith("../"):
        raise ValueError("leaves the images folder")
    return cleaned


def stem_of(name: str) -> str:
    """The name without its last extension, folders kept."""
    return posixpath.splitext(name)[0]


def list_pictures(folder: Path) -> list[str]:
    """Sorted names of the picture files directly in a folder, told by their extension in any case.

    Raises:
        LabelError: file names are not Unicode text.
        OSError: the folder cannot be listed.
    """
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if entry.name.lower().endswith(PICTURE_SUFFIXES))
    unusable = [ascii(name) for name in names if _SURROGATE.search(name)]
    if unusable:
        raise LabelError(
            Problem(str(folder), "pictures whose names are not UTF-8", shorten(unusable), fix="rename them")
        )
    return [name for name in names if not name.startswith(".")]


def by_stem(names: Iterable[str]) -> dict[str, list[str]]:
    """stem -> the names that have it."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[stem_of(name)].append(name)
    return dict(groups)
