import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unify.records.keys import Kind
from unify.records.wire import bytes_value, entry_prefix, packed_varints, parse_example, varint

INT64 = st.integers(-(2**63), 2**63 - 1)


def example_of(features: dict[str, tuple[Kind, bytes]]) -> bytes:
    entries = b"".join(entry_prefix(key, kind, len(run)) + run for key, (kind, run) in features.items())
    return bytes_value(entries)


ONE_OF_EACH = example_of(
    {
        "a": (Kind.BYTES, bytes_value(b"x") + bytes_value(b"")),
        "b": (Kind.FLOAT, np.array([0.5, -1], "<f4").tobytes()),
        "c": (Kind.INT64, varint(1) + varint(300)),
        "d": (Kind.FLOAT, b""),
    }
)


def test_varints_carry_seven_bits_a_byte_lowest_first():
    assert [varint(value) for value in (0, 127, 128, 300, 2**64 - 1)] == [
        b"\x00",
        b"\x7f",
        b"\x80\x01",
        b"\xac\x02",  # 300 = 0b10_0101100
        b"\xff" * 9 + b"\x01",
    ]


@given(st.lists(INT64, max_size=30))
def test_packed_varints_are_the_varints_one_by_one(values):
    run, offsets = packed_varints(np.array(values, np.int64))
    assert [run[start:stop] for start, stop in zip(offsets, offsets[1:])] == [varint(v % 2**64) for v in values]


@given(st.lists(INT64, max_size=30))
def test_integers_come_back(values):
    run, _ = packed_varints(np.array(values, np.int64))
    parsed = parse_example(example_of({"key": (Kind.INT64, run)}))
    assert parsed["key"].dtype == np.int64
    assert parsed["key"].tolist() == values


def test_every_kind_comes_back_in_order():
    parsed = parse_example(ONE_OF_EACH)
    assert list(parsed) == ["a", "b", "c", "d"]
    assert parsed["a"] == [b"x", b""]
    assert parsed["b"].dtype == np.float32
    assert parsed["b"].tolist() == [0.5, -1]
    assert parsed["c"].tolist() == [1, 300]
    assert parsed["d"].tolist() == []


@pytest.mark.parametrize("length", range(len(ONE_OF_EACH)))
def test_a_cut_example_is_refused(length):
    with pytest.raises(ValueError):
        parse_example(ONE_OF_EACH[:length])


@given(st.integers(0, len(ONE_OF_EACH) - 1), st.integers(1, 255))
def test_a_changed_example_is_refused_or_parsed_but_never_crashes(position, flip):
    damaged = bytearray(ONE_OF_EACH)
    damaged[position] ^= flip
    try:
        parse_example(bytes(damaged))
    except ValueError:
        pass


def entry_of(feature: bytes) -> bytes:
    """An example whose one entry has the key k and this serialized Feature."""
    return bytes_value(bytes_value(bytes_value(b"k") + b"\x12" + varint(len(feature)) + feature))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "nothing at byte 0, expected tag 0x0a"),
        (b"\x08\x01", "0x08 at byte 0, expected tag 0x0a"),
        (b"\x0a\x05ab", "the field at byte 2 runs 3 bytes past its parent"),
        (b"\x0a" + b"\xff" * 10, "no varint at byte 1"),
        (b"\x0a" + b"\xff" * 9 + b"\x02", "no varint at byte 1"),  # 65 bits
        (b"\x0a\x00\x0a\x00", "2 bytes too many at byte 2"),
        (b"\x0a\x02\x12\x00", "0x12 at byte 2, expected tag 0x0a"),
        (b"\x0a\x02\x0a\x00", "nothing at byte 4, expected tag 0x0a"),
        (bytes_value(bytes_value(bytes_value(b"k"))), "nothing at byte 7, expected tag 0x12"),
        (entry_of(b""), "feature 'k' holds no list of values of a known kind"),
        (entry_of(b"\x22\x00"), "feature 'k' holds no list of values of a known kind"),
        (entry_of(b"\x0a\x00\x12\x00"), "2 bytes too many at byte 11"),  # a oneof twice
        (entry_of(b"\x1a\x06\x0a\x01\x01\x0a\x01\x01"), "3 bytes too many at byte 14"),  # a list in two pieces
        (entry_of(b"\x1a\x02\x08\x01"), "0x08 at byte 11, expected tag 0x0a"),  # not packed
        (entry_of(b"\x12\x05\x0a\x03abc"), "3 bytes of float32 at byte 11, not a multiple of 4"),
        (bytes_value(entry_prefix("k", Kind.BYTES, 0) * 2), "key 'k' stands twice, again at byte 13"),
        (
            entry_of(b"\x0a\x00").replace(b"k", b"\xff"),
            "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
        ),
    ],
)
def test_what_is_wrong_is_said(data, text):
    with pytest.raises(ValueError) as raised:
        parse_example(data)
    assert str(raised.value) == text
