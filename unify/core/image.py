"""What a picture file is, read from its bytes without decoding it.

Runs once for every picture right after its bytes were hashed, so it looks at headers only: a few microseconds for a
JPEG. Sizes are those of the stored pixels; EXIF orientation is reported, never applied.
"""

from __future__ import annotations

from struct import Struct
from struct import error as StructError
from typing import NamedTuple

from unify.core.types import PictureFormat

MAX_PIXELS = 2**28
MAX_BYTES = 2**30

_OTHER_MAGICS = (b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
_ORIENTATION_TAG = 0x0112

_U16 = Struct(">H").unpack_from
_U32 = Struct(">I").unpack_from
_FRAME = Struct(">BHH").unpack_from  # sample precision, height, width
_TIFF = {b"II*\0": (Struct("<H"), Struct("<I")), b"MM\0*": (Struct(">H"), Struct(">I"))}

_START_OF_FRAME = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)))
_DECODABLE_FRAMES = frozenset((0xC0, 0xC1, 0xC2))  # baseline, extended, progressive: what TensorFlow's libjpeg decodes
_WITHOUT_LENGTH = frozenset((0x01, *range(0xD0, 0xD9)))
_START_OF_SCAN, _END_OF_IMAGE, _APP1 = 0xDA, 0xD9, 0xE1


class PictureInfo(NamedTuple):
    """A picture file's headers.

    Attributes:
        format: JPEG and PNG are those that TensorFlow decodes; anything else that is a picture is OTHER.
        image_hw: height and width of the stored pixels; (0, 0) where only a decoder can tell, which only OTHER has.
        orientation: EXIF orientation 1..8, 1 where there is none or it is broken.
    """

    format: PictureFormat
    image_hw: tuple[int, int]
    orientation: int


def inspect_picture(data: bytes) -> PictureInfo:
    """Tell format, size and orientation of a picture file.

    A file that lost its end is found by its missing end marker; damage inside the compressed pixels is not looked for.

    Raises:
        ValueError: the data is empty, not a picture, truncated or too large; the text says which.
    """
    if not data:
        raise ValueError("empty file")
    if len(data) > MAX_BYTES:
        raise ValueError(f"too large: {len(data):,} bytes, at most {MAX_BYTES:,}")
    if data.startswith(b"\xff\xd8"):
        info = _inspect_jpeg(data)
    elif data.startswith(_PNG_MAGIC):
        info = _inspect_png(data)
    elif data.startswith(_OTHER_MAGICS) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return PictureInfo(PictureFormat.OTHER, (0, 0), 1)
    else:
        raise ValueError(f"not a picture: starts with {bytes(data[:12])!r}")
    check_size(*info.image_hw)
    return info


def check_size(height: int, width: int) -> None:
    """Raise ValueError where a picture has no pixels or more than `MAX_PIXELS`."""
    if height * width > MAX_PIXELS:
        raise ValueError(f"too large: {width} x {height} pixels, at most {MAX_PIXELS:,} in all")
    if height <= 0 or width <= 0:
        raise ValueError(f"not a picture: its header says {width} x {height} pixels")


def _inspect_jpeg(data: bytes) -> PictureInfo:
    try:
        scan, frame, orientation = _walk_jpeg_headers(data)
    except (IndexError, StructError):
        raise ValueError("truncated: JPEG ends inside its headers") from None
    if frame is None:
        raise ValueError("not a picture: JPEG without a frame header")
    # Entropy-coded data never holds FF D9 and a thumbnail's lies before the scan, so one after it ends the picture.
    if data.rfind(b"\xff\xd9", scan) < 0:
        raise ValueError("truncated: JPEG without its end marker")
    marker, precision, height, width = frame
    decodable = marker in _DECODABLE_FRAMES and precision == 8
    return PictureInfo(PictureFormat.JPEG if decodable else PictureFormat.OTHER, (height, width), orientation)


def _walk_jpeg_headers(data: bytes) -> tuple[int, tuple[int, int, int, int] | None, int]:
    """Position of the first scan, frame header (marker, precision, height, width) and EXIF orientation."""
    position, frame, orientation = 2, None, 1
    while (marker := data[position + 1]) != _START_OF_SCAN or data[position] != 0xFF:
        if data[position] != 0xFF or marker == 0xFF:  # decoders skip stray and fill bytes between segments
            position += 1
        elif marker == _END_OF_IMAGE:
            raise ValueError("not a picture: JPEG without pixels")
        elif marker in _WITHOUT_LENGTH:
            position += 2
        else:
            end = position + 2 + _U16(data, position + 2)[0]
            if marker in _START_OF_FRAME:
                frame = (marker, *_FRAME(data, position + 4))
            elif marker == _APP1 and data.startswith(b"Exif\0\0", position + 4):
                orientation = _exif_orientation(data[position + 10 : end])
            position = end
    return position, frame, orientation


def _inspect_png(data: bytes) -> PictureInfo:
    if data[12:16] != b"IHDR":
        raise ValueError("not a picture: PNG without a header" if len(data) > 16 else "truncated: PNG without a header")
    position, orientation = 8, 1
    try:
        while (kind := data[position + 4 : position + 8]) != b"IEND":
            (length,) = _U32(data, position)
            if kind == b"eXIf":
                orientation = _exif_orientation(data[position + 8 : position + 8 + length])
            position += 12 + length
        _U32(data, position + 8)  # the end chunk's own checksum
        width, height = _U32(data, 16)[0], _U32(data, 20)[0]
    except StructError:
        raise ValueError("truncated: PNG without its end chunk") from None
    return PictureInfo(PictureFormat.PNG, (height, width), orientation)


def _exif_orientation(tiff: bytes) -> int:
    """Orientation in the first directory of a TIFF block; 1 where there is none or the block is broken."""
    short, long = _TIFF.get(tiff[:4], (None, None))
    if short is None or long is None:
        return 1
    try:
        (directory,) = long.unpack_from(tiff, 4)
        (num_entries,) = short.unpack_from(tiff, directory)
        for entry in range(directory + 2, directory + 2 + 12 * num_entries, 12):
            if short.unpack_from(tiff, entry)[0] == _ORIENTATION_TAG:
                (value,) = short.unpack_from(tiff, entry + 8)
                return value if 1 <= value <= 8 else 1
    except StructError:
        return 1
    return 1
