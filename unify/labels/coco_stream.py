"""COCO JSON piece by piece: a file of any size is read in the memory of its columns and one window.

The array ``annotations`` is nearly all of a file. It is cut between two of its elements wherever the window ends, and
each piece is parsed on its own. A cut in the wrong place, inside a nested list or a text, leaves brackets or quotes
open, so it cannot parse: then the caller reads the file whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from unify.labels.coco_json import Annotation, CocoFile

WINDOW = 2**23  # bytes; larger ones only cost memory

_ARRAY_START = re.compile(rb'"annotations"\s*:\s*\[')
_ARRAY_END = re.compile(rb"\}\s*(\])")
_LAST_COMMA = re.compile(rb".*\}\s*(,)\s*\{", re.DOTALL)  # greedy: the last place between two objects


class NotSplittable(Exception):
    """The file cannot be read in pieces; it may be good or bad."""


class CocoStream:
    """One pass over a file: first the pieces of ``annotations``, then everything else."""

    def __init__(self, path: Path, window: int = WINDOW) -> None:
        self._path = path
        self._window = window
        self._around: list[bytes] = []

    def pieces(self) -> Iterator[list[Annotation]]:
        """Annotations in the file's order, some thousands at a time.

        Raises:
            NotSplittable: read the file whole.
            OSError: the file cannot be read.
        """
        decoder = msgspec.json.Decoder(list[Annotation])
        try:
            with open(self._path, "rb") as file:
                for text in self._texts(file):
                    yield decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise NotSplittable from None

    def rest(self) -> CocoFile:
        """The file without its annotations; call after the last piece.

        Raises:
            NotSplittable: read the file whole.
        """
        try:
            file = msgspec.json.decode(b"".join(self._around), type=CocoFile)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise NotSplittable from None
        if file.annotations != []:  # the array that was read is not the file's own key
            raise NotSplittable
        return file

    def _texts(self, file: BinaryIO) -> Iterator[bytes]:
        """Pieces of the array as JSON arrays; what stands before and after it is put aside."""
        head, text = self._find_array(file)
        while (end := _ARRAY_END.search(text)) is None:
            if comma := _LAST_COMMA.match(text):
                yield b"[%b]" % text[: comma.start(1)]
                text = text[comma.end(1) :]
            if not (more := file.read(self._window)):
                raise NotSplittable
            text += more
        yield b"[%b]" % text[: end.start(1)]
        self._around = [head, text[end.start(1) :], file.read()]

    def _find_array(self, file: BinaryIO) -> tuple[bytes, bytes]:
        """The file up to the array's opening bracket, and what was read beyond it."""
        head = b""
        while more := file.read(self._window):
            head += more
            if start := _ARRAY_START.search(head):
                return head[: start.end()], head[start.end() :]
        raise NotSplittable
