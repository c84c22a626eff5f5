"""TFRecord framing: length, CRC of the length, data, CRC of the data.

The CRCs are CRC32C, rotated and shifted so that the CRC of data that holds CRCs keeps its strength (LevelDB's mask).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import google_crc32c

from unify.errors import DatasetError, Problem

_LENGTH = struct.Struct("<Q")
_CRC = struct.Struct("<I")
_HEADER_BYTES = _LENGTH.size + _CRC.size
FRAME_BYTES = _HEADER_BYTES + _CRC.size  # what a record costs beyond its data

_REMEDY = "copy the shard again from where it is whole, or delete it and compile again"


def framed(head: bytes, picture: bytes, tail: bytes) -> tuple[bytes, bytes, bytes]:
    """One record as three buffers to write one after another; the picture is passed on, never copied.

    Args:
        head: the record's data before the picture.
        picture: the picture's bytes.
        tail: the record's data after the picture.
    """
    length = _LENGTH.pack(len(head) + len(picture) + len(tail))
    crc = google_crc32c.extend(google_crc32c.extend(google_crc32c.value(head), picture), tail)
    return b"".join((length, _masked(google_crc32c.value(length)), head)), picture, tail + _masked(crc)


def iterate_records(path: Path) -> Iterator[tuple[int, bytes]]:
    """(byte offset of the record, its data) of every record of a file, CRCs checked.

    Raises:
        DatasetError: the file cannot be read or is damaged; names the file, the record, the byte and what is wrong.
    """
    try:
        with open(path, "rb") as file:
            size, offset, number = path.stat().st_size, 0, 0
            while offset < size:
                data = _read_record(file, path, f"record {number} at byte {offset}", offset, size)
                yield offset, data
                offset += len(data) + FRAME_BYTES
                number += 1
    except OSError as error:
        raise _unreadable(path, error) from error


def read_record(path: Path, offset: int) -> bytes:
    """The data of the record that begins at a byte of a file, CRCs checked.

    Raises:
        DatasetError: the file cannot be read, or no whole record begins there.
    """
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            return _read_record(file, path, f"the record at byte {offset}", offset, path.stat().st_size)
    except OSError as error:
        raise _unreadable(path, error) from error


def _read_record(file: BinaryIO, path: Path, place: str, offset: int, size: int) -> bytes:
    """The record that begins where the file stands; ``place`` is what messages call it."""
    header = file.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES:
        raise _truncated(path, place, max(0, size - offset), f"at least {FRAME_BYTES}")
    _check_crc(header[: _LENGTH.size], header[_LENGTH.size :], path, f"{place}: wrong CRC of the length")
    (length,) = _LENGTH.unpack_from(header)
    if offset + length + FRAME_BYTES > size:
        raise _truncated(path, place, size - offset, str(length + FRAME_BYTES))
    data = file.read(length)
    _check_crc(data, file.read(_CRC.size), path, f"{place}: wrong CRC of the data")
    return data


def _unreadable(path: Path, error: OSError) -> DatasetError:
    return DatasetError(Problem(str(path), f"the shard cannot be read: {error.strerror}"))


def _masked(crc: int) -> bytes:
    return _CRC.pack(((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def _check_crc(data: bytes, stored: bytes, path: Path, what: str) -> None:
    computed = _masked(google_crc32c.value(data))
    if computed != stored:
        got, expected = f"{_as_hex(computed)} from the bytes", f"{_as_hex(stored)} as stored"
        raise DatasetError(Problem(str(path), what, got=got, expected=expected, fix=_REMEDY))


def _as_hex(crc: bytes) -> str:
    return f"0x{int.from_bytes(crc, 'little'):08x}"


def _truncated(path: Path, place: str, got: int, expected: str) -> DatasetError:
    what = f"{place}: the file ends inside the record"
    return DatasetError(Problem(str(path), what, got=f"{got} bytes", expected=f"{expected} bytes", fix=_REMEDY))
