"""The protobuf wire format, as far as ``tf.train.Example`` needs it.

    message Example   { Features features = 1; }
    message Features  { map<string, Feature> feature = 1; }  // an entry is a message: key = 1, value = 2
    message Feature   { oneof kind { BytesList bytes_list = 1; FloatList float_list = 2; Int64List int64_list = 3; } }
    message BytesList { repeated bytes value = 1; }
    message FloatList { repeated float value = 1 [packed = true]; }
    message Int64List { repeated int64 value = 1 [packed = true]; }

Every field is number 1, 2 or 3 and length-delimited, so a tag is one byte. Reading is strict: what protobuf would
forgive (unknown fields, a key twice, a list in two pieces) no writer of ours produces, so here it means damage.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from unify.records.keys import Kind

TAG_1 = b"\x0a"  # field 1, length-delimited
TAG_2 = b"\x12"  # field 2, length-delimited
_LENGTH_DELIMITED = 2
_MOST_VARINT_BYTES = 10
_LAST = [bytes([septet]) for septet in range(0x80)]
_MORE = [bytes([septet | 0x80]) for septet in range(0x80)]

FeatureValues = list[bytes] | np.ndarray


def varint(value: int) -> bytes:
    """A non-negative int below 2**64, seven bits a byte, lowest first."""
    if value < 0x80:
        return _LAST[value]
    return _MORE[value & 0x7F] + varint(value >> 7)


def packed_varints(values: np.ndarray) -> tuple[bytes, np.ndarray]:
    """Many varints in one go.

    Args:
        values: int64 [N]; negative ones take ten bytes, as protobuf's ``int64`` does.

    Returns:
        The varints one after another, and int64 [N + 1] offsets: value n lies in ``offsets[n]:offsets[n + 1]``.
    """
    unsigned = values.astype(np.int64).view(np.uint64)
    widths = np.ones(len(values), np.int64)
    for position in range(1, _MOST_VARINT_BYTES):
        widths += unsigned >= np.uint64(1 << 7 * position)
    offsets = np.concatenate([[0], np.cumsum(widths)])
    out = np.zeros(offsets[-1], np.uint8)
    for position in range(widths.max(initial=0)):
        present = np.flatnonzero(widths > position)
        septet = (unsigned[present] >> np.uint64(7 * position)) & np.uint64(0x7F)
        more = np.where(widths[present] > position + 1, np.uint64(0x80), np.uint64(0))
        out[offsets[present] + position] = septet | more
    return out.tobytes(), offsets


def bytes_value(value: bytes) -> bytes:
    """One value of a BytesList."""
    return TAG_1 + varint(len(value)) + value


def entry_prefix(key: str, kind: Kind, num_bytes: int) -> bytes:
    """All of a ``Features.feature`` entry that stands before its values.

    Args:
        key: the feature's key.
        kind: the type of its values.
        num_bytes: size of what follows: for `Kind.BYTES` a run of `bytes_value`, else the packed values.
    """
    packed = TAG_1 + varint(num_bytes) if kind is not Kind.BYTES and num_bytes else b""
    list_length = len(packed) + num_bytes
    feature = bytes([kind << 3 | _LENGTH_DELIMITED]) + varint(list_length) + packed
    name = bytes_value(key.encode())
    value = TAG_2 + varint(len(feature) + num_bytes) + feature
    return TAG_1 + varint(len(name) + len(value) + num_bytes) + name + value


def parse_example(data: bytes) -> dict[str, FeatureValues]:
    """The features of a serialized ``tf.train.Example``.

    Returns:
        Key -> list of bytes, float32 [n] or int64 [n], in the order of the record. The arrays are read-only.

    Raises:
        ValueError: the bytes are not exactly one Example as described above; the text names the byte.
    """
    maps = list(_fields_numbered_1(data, 0, len(data)))
    if len(maps) != 1:
        raise ValueError(f"the example has {len(maps)} feature maps, expected 1")
    features: dict[str, FeatureValues] = {}
    for start, stop in _fields_numbered_1(data, *maps[0]):
        key, values = _entry(data, start, stop)
        if key in features:
            raise ValueError(f"key {key!r} stands twice, again at byte {start}")
        features[key] = values
    return features


def _entry(data: bytes, start: int, stop: int) -> tuple[str, FeatureValues]:
    fields = list(_fields(data, start, stop))
    if [number for number, _, _ in fields] != [1, 2]:
        raise ValueError(f"the entry at byte {start} is not a key and a value")
    (_, key_start, key_stop), (_, value_start, value_stop) = fields
    key = data[key_start:key_stop].decode()
    lists = list(_fields(data, value_start, value_stop))
    if len(lists) != 1:
        raise ValueError(f"feature {key!r} has {len(lists)} lists of values, expected 1")
    number, list_start, list_stop = lists[0]
    if number == Kind.BYTES:
        return key, [data[at:end] for at, end in _fields_numbered_1(data, list_start, list_stop)]
    if number == Kind.FLOAT:
        return key, _floats(_packed(data, list_start, list_stop, key), key)
    if number == Kind.INT64:
        return key, _unpack_varints(_packed(data, list_start, list_stop, key))
    raise ValueError(f"feature {key!r} has values of unknown kind {number}")


def _packed(data: bytes, start: int, stop: int, key: str) -> bytes:
    if start == stop:
        return b""
    blocks = list(_fields_numbered_1(data, start, stop))
    if len(blocks) != 1:
        raise ValueError(f"feature {key!r} has its values in {len(blocks)} pieces, expected 1")
    return data[slice(*blocks[0])]


def _floats(block: bytes, key: str) -> np.ndarray:
    if len(block) % 4:
        raise ValueError(f"feature {key!r} has {len(block)} bytes of float32, not a multiple of 4")
    return np.frombuffer(block, "<f4")


def _unpack_varints(block: bytes) -> np.ndarray:
    if block.isascii():  # every value below 128: by far the most common case, at NumPy speed
        return np.frombuffer(block, np.uint8).astype(np.int64)
    values, at = [], 0
    while at < len(block):
        value, at = _varint_at(block, at, len(block))
        values.append(value)
    return np.array(values, np.uint64).view(np.int64)


def _fields_numbered_1(data: bytes, start: int, stop: int) -> Iterator[tuple[int, int]]:
    for number, at, end in _fields(data, start, stop):
        if number != 1:
            raise ValueError(f"field {number} before byte {at}, expected field 1")
        yield at, end


def _fields(data: bytes, at: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """(field number, start, stop) of the length-delimited fields that fill ``data[at:stop]``."""
    while at < stop:
        tag, after_tag = _varint_at(data, at, stop)
        if tag & 7 != _LENGTH_DELIMITED:
            raise ValueError(f"wire type {tag & 7} at byte {at}, expected {_LENGTH_DELIMITED}")
        length, start = _varint_at(data, after_tag, stop)
        at = start + length
        if at > stop:
            raise ValueError(f"the field at byte {start} runs {at - stop} bytes past its parent")
        yield tag >> 3, start, at


def _varint_at(data: bytes, at: int, stop: int) -> tuple[int, int]:
    """The varint at a place and the place after it."""
    if at < stop and data[at] < 0x80:  # one byte: tags and most lengths
        return data[at], at + 1
    value = 0
    for position, byte in enumerate(data[at : min(stop, at + _MOST_VARINT_BYTES)]):
        value |= (byte & 0x7F) << 7 * position
        if byte < 0x80:
            if value >> 64:
                break
            return value, at + position + 1
    raise ValueError(f"no varint at byte {at}")
