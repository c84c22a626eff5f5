"""Names of picture files: cleaned, kept inside the images folder, found by stem."""

from __future__ import annotations

import os
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff")

_PLAIN = re.compile(r"[^/\\:\0.][^/\\:\0]*(/[^/\\:\0.][^/\\:\0]*)*")
_DRIVE = re.compile(r"[A-Za-z]:")


def clean_name(name: str) -> str:
    r"""A picture's name relative to its images folder, with ``/``.

    Backslashes become ``/``; ``.`` and inner ``..`` are resolved. Non-ASCII characters and spaces are kept.

    Raises:
        ValueError: the name is empty, absolute, or leads out of the folder; the text says which.
    """
    if _PLAIN.fullmatch(name):
        return name
    cleaned = name.replace("\\", "/")
    if "\0" in cleaned:
        raise ValueError("holds a NUL character")
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
        OSError: the folder cannot be listed.
    """
    with os.scandir(folder) as entries:
        return sorted(
            entry.name
            for entry in entries
            if not entry.name.startswith(".") and entry.name.lower().endswith(PICTURE_SUFFIXES)
        )


def by_stem(names: Iterable[str]) -> dict[str, list[str]]:
    """stem -> the names that have it."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[stem_of(name)].append(name)
    return dict(groups)
