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

import numpy as np

from unify.records.keys import Kind

_LENGTH_DELIMITED = 2
_FIELD_1 = 1 << 3 | _LENGTH_DELIMITED
_FIELD_2 = 2 << 3 | _LENGTH_DELIMITED
TAG_1 = bytes([_FIELD_1])
TAG_2 = bytes([_FIELD_2])
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
        Key -> list of bytes, float32 [n] or int64 [n], in the order of the record.

    Raises:
        ValueError: the bytes are not exactly one Example as described above; the text names the byte or the key.
    """
    features: dict[str, FeatureValues] = {}
    at, stop = _last_field(data, 0, len(data), _FIELD_1)
    while at < stop:
        start, at = _field(data, at, stop, _FIELD_1)
        key, values = _entry(data, start, at)
        if key in features:
            raise ValueError(f"key {key!r} stands twice, again at byte {start}")
        features[key] = values
    return features


def _entry(data: bytes, start: int, stop: int) -> tuple[str, FeatureValues]:
    key_start, key_stop = _field(data, start, stop, _FIELD_1)
    feature_start, feature_stop = _last_field(data, key_stop, stop, _FIELD_2)
    key = data[key_start:key_stop].decode()
    kind_tag = data[feature_start] if feature_start < feature_stop else 0
    if kind_tag not in _READERS:
        raise ValueError(f"feature {key!r} holds no list of values of a known kind")
    list_start, list_stop = _last_field(data, feature_start, feature_stop, kind_tag)
    return key, _READERS[kind_tag](data, list_start, list_stop)


def _byte_strings(data: bytes, at: int, stop: int) -> list[bytes]:
    values = []
    while at < stop:
        start, at = _field(data, at, stop, _FIELD_1)
        values.append(data[start:at])
    return values


def _floats(data: bytes, at: int, stop: int) -> np.ndarray:
    block = _packed(data, at, stop)
    if len(block) % 4:
        raise ValueError(f"{len(block)} bytes of float32 at byte {at}, not a multiple of 4")
    return np.frombuffer(block, "<f4")


def _integers(data: bytes, at: int, stop: int) -> np.ndarray:
    block = _packed(data, at, stop)
    if block.isascii():  # every value below 128: by far the most common case, at NumPy speed
        return np.frombuffer(block, np.uint8).astype(np.int64)
    values, place = [], 0
    while place < len(block):
        value, place = _varint_at(block, place, len(block))
        values.append(value)
    return np.array(values, np.uint64).view(np.int64)


def _packed(data: bytes, at: int, stop: int) -> bytes:
    if at == stop:
        return b""
    start, stop = _last_field(data, at, stop, _FIELD_1)
    return data[start:stop]


def _last_field(data: bytes, at: int, stop: int, tag: int) -> tuple[int, int]:
    """`_field` that must end where its parent does."""
    start, end = _field(data, at, stop, tag)
    if end != stop:
        raise ValueError(f"{stop - end} bytes too many at byte {end}")
    return start, end


def _field(data: bytes, at: int, stop: int, tag: int) -> tuple[int, int]:
    """Start and stop of the content of the field with this tag that stands at a place inside ``data[:stop]``."""
    if at >= stop or data[at] != tag:
        found = f"{data[at]:#04x}" if at < stop else "nothing"
        raise ValueError(f"{found} at byte {at}, expected tag {tag:#04x}")
    length, start = _varint_at(data, at + 1, stop)
    end = start + length
    if end > stop:
        raise ValueError(f"the field at byte {start} runs {end - stop} bytes past its parent")
    return start, end


def _varint_at(data: bytes, at: int, stop: int) -> tuple[int, int]:
    """The varint at a place and the place after it."""
    if at < stop and data[at] < 0x80:  # one byte: most lengths
        return data[at], at + 1
    value = 0
    for position, byte in enumerate(data[at : min(stop, at + _MOST_VARINT_BYTES)]):
        value |= (byte & 0x7F) << 7 * position
        if byte < 0x80:
            if value >> 64:
                break
            return value, at + position + 1
    raise ValueError(f"no varint at byte {at}")


_READERS = {
    Kind.BYTES << 3 | _LENGTH_DELIMITED: _byte_strings,
    Kind.FLOAT << 3 | _LENGTH_DELIMITED: _floats,
    Kind.INT64 << 3 | _LENGTH_DELIMITED: _integers,
}
