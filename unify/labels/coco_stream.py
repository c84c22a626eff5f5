"""Ordinary COCO JSON piece by piece: a file of any size is read in the memory of its columns and one window.

The array ``annotations`` is nearly all of a file. It is cut between two of its objects wherever the window ends, and
each piece is parsed on its own. A cut in a wrong place, inside a nested list or a text, leaves brackets or quotes
open and cannot parse: then the caller reads the file whole, as it does with everything else out of the ordinary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from unify.labels.coco_json import CocoFile, PlainAnnotation

WINDOW = 2**20  # bytes; larger ones cost memory and gain nothing

_ARRAY_START = re.compile(rb'"annotations"\s*:\s*\[')
_KEY_REACH = 64  # bytes from the key to its bracket; more white space than that is no ordinary file
_ARRAY_END = re.compile(rb"\}\s*(\])")
_LAST_COMMA = re.compile(rb".*\}\s*(,)\s*\{", re.DOTALL)  # greedy: the last place between two objects

_ROWS = msgspec.json.Decoder(list[PlainAnnotation])
_FILE = msgspec.json.Decoder(CocoFile)


class NotSplittable(Exception):
    """The file cannot be read in pieces; it may be good or bad."""


class CocoStream:
    """One pass over a file: first the pieces of ``annotations``, then everything else."""

    def __init__(self, path: Path, window: int = WINDOW) -> None:
        self._path = path
        self._window = window
        self._around: list[bytes] = []

    def pieces(self) -> Iterator[list[PlainAnnotation]]:
        """Annotations in the file's order, some thousands at a time.

        Raises:
            NotSplittable: read the file whole.
            OSError: the file cannot be read.
        """
        with open(self._path, "rb") as file:
            head, text = self._find_array(file)
            while (comma := _LAST_COMMA.match(text)) and (rows := _decode_rows(text, comma.start(1))) is not None:
                yield rows
                text[1 : comma.end(1)] = b""
                text += file.read(self._window)
            # No cut parses any more: the array ends in this text, or the file cannot be split.
            end = _ARRAY_END.search(text)
            rows = _decode_rows(text, end.start(1)) if end else None
            if rows is None:
                raise NotSplittable
            yield rows
            self._around = [head, text[end.start(1) :], file.read()]

    def rest(self) -> CocoFile:
        """The file without its annotations; call after the last piece.

        Raises:
            NotSplittable: read the file whole.
        """
        try:
            file = _FILE.decode(b"".join(self._around))
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise NotSplittable from None
        if file.annotations != []:  # what was read stands under a nested key of that name
            raise NotSplittable
        return file

    def _find_array(self, file: BinaryIO) -> tuple[bytes, bytearray]:
        """The file up to and with the array's opening bracket, and from the bracket a window or more."""
        head = bytearray()
        while more := file.read(self._window):
            searched = max(len(head) - _KEY_REACH, 0)  # the key may lie across two windows
            head += more
            if start := _ARRAY_START.search(head, searched):
                text = head[start.end() - 1 :] + file.read(self._window)
                return bytes(head[: start.end()]), text
        raise NotSplittable


def _decode_rows(text: bytearray, end: int) -> list[PlainAnnotation] | None:
    """Rows of an array that is closed at ``end`` instead of going on; None where that does not parse.

    Closing the array in its own buffer saves copying the file once more; the text is left as it was.
    """
    was = text[end]
    text[end] = ord("]")
    try:
        with memoryview(text) as view, view[: end + 1] as array:
            return _ROWS.decode(array)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    finally:
        text[end] = was
