"""Reads one registered picture for copying: the bytes that were hashed, or an error."""

from __future__ import annotations

import hashlib
import io
import os
import warnings
from typing import TYPE_CHECKING

import numpy as np

from unify.errors import PictureError, Problem

if TYPE_CHECKING:
    from PIL.Image import Image

_REREGISTER = "put the registered file back, or register the new pictures as a new batch"


def read_picture(path: str, *, num_bytes: int, mtime_ns: int, sha256: np.ndarray) -> bytes:
    """The bytes of a picture file that is still what it was when its batch was locked.

    A file of the same size and modification time is trusted; any other is hashed again, so that a touched or moved
    file passes and a changed one does not.

    Args:
        path: the picture file.
        num_bytes: its size when it was hashed.
        mtime_ns: its modification time when it was hashed, nanoseconds since 1970.
        sha256: its digest, uint8 [32].

    Raises:
        PictureError: the file is missing, cannot be read, or holds other bytes.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            data = os.read(descriptor, num_bytes)
        finally:
            os.close(descriptor)
        if status.st_size == num_bytes == len(data) and status.st_mtime_ns == mtime_ns:
            return data
        return _rehashed(path, sha256.tobytes())
    except OSError as error:
        raise _unreadable(path, error) from error


def _rehashed(path: str, sha256: bytes) -> bytes:
    with open(path, "rb") as file:
        data = file.read()
    found = hashlib.sha256(data)
    if found.digest() == sha256:
        return data
    what = "picture changed since its batch was locked"
    got, expected = f"sha256 {found.hexdigest()}", f"sha256 {sha256.hex()}"
    raise PictureError(Problem(path, what, got=got, expected=expected, fix=_REREGISTER))


def _unreadable(path: str, error: OSError) -> PictureError:
    if isinstance(error, FileNotFoundError):
        return PictureError(Problem(path, "picture is missing", fix=_REREGISTER))
    return PictureError(Problem(path, f"picture cannot be read: {error.strerror}", fix="make the file readable"))


def png_of(data: bytes, path: str) -> bytes:
    """A picture that TensorFlow cannot decode, as PNG: first frame, stored pixels (EXIF ignored), 8 bits, gray or RGB.

    Alpha is dropped, as TensorFlow drops it when it decodes to three channels. The bytes depend on the version of
    Pillow, so a dataset with transcoded pictures is reproducible only with the same one.

    Args:
        data: the file's bytes.
        path: the file's name, for messages.

    Raises:
        PictureError: Pillow cannot decode it, or its pixels have no 8-bit meaning.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data)) as picture:
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata, which is left behind here
            pixels = _gray_or_rgb(picture)
            pixels.info.clear()  # no colour profile, no text: the pixels alone
            out = io.BytesIO()
            pixels.save(out, "PNG")
            return out.getvalue()
    except Exception as error:  # Pillow's decoders raise whatever their parsers meet: struct.error, SyntaxError, ...
        fix = "convert the picture to JPEG or PNG and register that, or leave it out"
        raise PictureError(Problem(path, "picture cannot be transcoded to PNG", got=str(error), fix=fix)) from error


def _gray_or_rgb(picture: Image) -> Image:
    if picture.mode.startswith("I;16"):
        return _high_bytes(picture)
    if picture.mode in ("I", "F"):
        raise ValueError(f"pixels of mode {picture.mode} have no 8-bit meaning")
    return picture.convert("L" if picture.mode in ("1", "L", "LA", "La") else "RGB")


def _high_bytes(picture: Image) -> Image:
    """16-bit gray as TensorFlow reads a 16-bit PNG; Pillow's own conversion clips at 255."""
    from PIL import Image

    return Image.fromarray((np.asarray(picture, np.uint16) >> 8).astype(np.uint8))
