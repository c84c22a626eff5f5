"""One picture file on disk: read once, hashed and inspected; what is wrong with it is said, never raised."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import unicodedata
from typing import NamedTuple

from unify.core.image import MAX_BYTES, PictureInfo, check_size, inspect_picture
from unify.core.types import PictureFormat

_NO_DIGEST = bytes(32)
_ORIENTATION_TAG = 0x0112


class PictureRow(NamedTuple):
    """What one look at a picture file found.

    Attributes:
        name: relative to the images folder, as the disk spells it.
        sha256: digest of the file's bytes.
        height: of the stored pixels.
        width: of the stored pixels.
        num_bytes: file size.
        mtime_ns: modification time.
        format: `PictureFormat`.
        orientation: EXIF orientation 1..8.
        reason: why the picture cannot be used, or "".
    """

    name: str
    sha256: bytes = _NO_DIGEST
    height: int = 0
    width: int = 0
    num_bytes: int = 0
    mtime_ns: int = 0
    format: int = PictureFormat.OTHER
    orientation: int = 1
    reason: str = ""


def look_at(folder: str, name: str) -> PictureRow:
    """Read and inspect one picture file; a name is also tried in the other Unicode normal forms."""
    try:
        return _look_at(folder, name)
    except FileNotFoundError:
        return _look_at_other_spelling(folder, name)
    except OSError as error:
        return PictureRow(name, reason=f"unreadable: {error.strerror}")


def _look_at_other_spelling(folder: str, name: str) -> PictureRow:
    for form in ("NFC", "NFD"):
        spelling = unicodedata.normalize(form, name)
        if spelling != name and os.path.exists(f"{folder}/{spelling}"):
            return look_at(folder, spelling)
    return PictureRow(name, reason="missing: no such file")


def _look_at(folder: str, name: str) -> PictureRow:
    handle = os.open(f"{folder}/{name}", os.O_RDONLY)
    try:
        status = os.fstat(handle)
        size, mtime_ns = status.st_size, status.st_mtime_ns
        if not stat.S_ISREG(status.st_mode):
            return PictureRow(name, reason="unreadable: not a file")
        if size > MAX_BYTES:
            return PictureRow(name, num_bytes=size, mtime_ns=mtime_ns, reason=f"too large: {size:,} bytes")
        data = os.read(handle, size)
    finally:
        os.close(handle)
    if len(data) != size:
        return PictureRow(name, reason="unreadable: changed while it was read")
    sha256 = hashlib.sha256(data).digest()
    try:
        info = inspect_picture(data)
        if info.format == PictureFormat.OTHER:
            info = _decode(data)
    except ValueError as error:
        return PictureRow(name, sha256, num_bytes=size, mtime_ns=mtime_ns, reason=str(error))
    height, width = info.image_hw
    return PictureRow(name, sha256, height, width, size, mtime_ns, info.format, info.orientation)


def _decode(data: bytes) -> PictureInfo:
    """Size and orientation of a picture that only Pillow reads, decoded whole so that missing data shows."""
    from PIL import Image  # rarely needed, and a fiftieth of a second to load

    try:
        with Image.open(io.BytesIO(data)) as picture:
            check_size(picture.height, picture.width)
            picture.load()
            # After loading, because Pillow turns TIFFs upright while it loads them.
            orientation = picture.getexif().get(_ORIENTATION_TAG, 1)
            image_hw = (picture.height, picture.width)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(f"too large: {error}") from None
    except Exception as error:  # decoders raise whatever their format's damage leads to
        raise ValueError(f"truncated or damaged: {error}") from None
    return PictureInfo(PictureFormat.OTHER, image_hw, orientation if orientation in range(1, 9) else 1)
