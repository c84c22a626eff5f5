"""Pictures of a unified dataset as files again, each at a place that its record decides."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from unify.errors import DatasetError, OutputError, Problem
from unify.files import write_whole
from unify.records.decode import DecodedExample

_SHOWN_DIGITS = 8


def exported_name(example: DecodedExample) -> str:
    """``<task>/<batch>/<file name>`` of the first batch, with ``/``; unique in the dataset.

    A transcoded picture's extension would be wrong, and with ``.png`` alone it could meet a neighbour of that name: so
    ``rain/a.webp`` becomes ``rain/a.0f3c9a2b.png``.

    Raises:
        DatasetError: the record's names leave the folder.
    """
    name = PurePosixPath(*example.batches[0].split(":"), example.filename)
    if name.is_absolute() or ".." in name.parts or "\0" in str(name):
        fix = "do not use this dataset: no compile of ours writes such a name"
        raise DatasetError(Problem(str(name), "the picture's name leaves the folder", fix=fix))
    if _is_transcoded(example):
        return str(name.with_suffix(f".{example.sha256[:_SHOWN_DIGITS]}.png"))
    return str(name)


def save_picture(folder: Path, name: str, encoded: bytes) -> None:
    """Write a picture below a folder, whole or not at all; an equal file is left alone.

    Raises:
        OutputError: another file stands there, or the picture cannot be written.
    """
    path = folder / name
    if not path.exists():
        write_whole(path, encoded)
    elif not path.is_file() or path.read_bytes() != encoded:
        fix = "choose another folder for the pictures"
        raise OutputError(Problem(str(path), "another file stands where a picture should go", fix=fix))


def _is_transcoded(example: DecodedExample) -> bool:
    """Whether the bytes are not those of the registered file. Hashes only where the name leaves a doubt."""
    if example.format != "png" or example.filename.lower().endswith(".png"):
        return False
    return hashlib.sha256(example.encoded).hexdigest() != example.sha256
