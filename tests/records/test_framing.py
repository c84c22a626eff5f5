import re

import pytest

from tests.records.tensorflow import needs_tensorflow
from unify.errors import DatasetError
from unify.records.framing import framed, iterate_records, read_record

RECORDS = [(b"head", b"picture", b"tail"), (b"", b"", b""), (b"\x00" * 20, b"\xff" * 300, b"")]


def write(path, records=RECORDS):
    path.write_bytes(b"".join(b"".join(framed(*record)) for record in records))
    return path


def message_of(path):
    with pytest.raises(DatasetError) as raised:
        list(iterate_records(path))
    return str(raised.value)


def test_the_picture_is_passed_on_uncopied():
    picture = b"\xff\xd8 picture"
    assert framed(b"head", picture, b"tail")[1] is picture


def test_records_come_back_with_their_offsets(tmp_path):
    path = write(tmp_path / "a.tfrecord")
    # 15 bytes of data and 16 of frame, then an empty record of 16
    assert list(iterate_records(path)) == [(0, b"headpicturetail"), (31, b""), (47, b"\x00" * 20 + b"\xff" * 300)]


def test_an_empty_file_holds_no_records(tmp_path):
    assert list(iterate_records(write(tmp_path / "a.tfrecord", []))) == []


def test_the_frame_of_a_known_record_is_the_known_frame():
    # length 3; CRC32C of the length bytes and of b"abc" (0x364b3fb7), masked as LevelDB does
    header, _, footer = framed(b"", b"abc", b"")
    rotated = (0x364B3FB7 >> 15) | (0x364B3FB7 << 17) & 0xFFFFFFFF
    assert header[:8] == b"\x03" + b"\x00" * 7
    assert footer == ((rotated + 0xA282EAD8) % 2**32).to_bytes(4, "little")


@needs_tensorflow
def test_frames_equal_those_of_tensorflow(tmp_path):
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(tmp_path / "theirs")) as writer:
        for record in RECORDS:
            writer.write(b"".join(record))
    assert write(tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()


def test_a_wrong_length_is_named(tmp_path):
    path = write(tmp_path / "a.tfrecord")
    data = bytearray(path.read_bytes())
    data[31] ^= 1
    path.write_bytes(data)
    got = re.sub("0x[0-9a-f]{8}", "0x", message_of(path))
    assert got == (
        f"{path}: record 1 at byte 31: wrong CRC of the length\n"
        "  got:      0x from the bytes\n"
        "  expected: 0x as stored\n"
        "  fix:      copy the shard again from where it is whole, or delete it and compile again"
    )


def test_wrong_data_is_named(tmp_path):
    path = write(tmp_path / "a.tfrecord")
    data = bytearray(path.read_bytes())
    data[12] ^= 1
    path.write_bytes(data)
    assert message_of(path).startswith(f"{path}: record 0 at byte 0: wrong CRC of the data\n")


@pytest.mark.parametrize(
    ("length", "got", "expected"), [(40, 9, "at least 16"), (47 + 12, 12, "336"), (382, 335, "336")]
)
def test_a_cut_file_is_named(tmp_path, length, got, expected):
    path = write(tmp_path / "a.tfrecord")
    path.write_bytes(path.read_bytes()[:length])
    place = "record 1 at byte 31" if length == 40 else "record 2 at byte 47"
    assert message_of(path) == (
        f"{path}: {place}: the file ends inside the record\n"
        f"  got:      {got} bytes\n"
        f"  expected: {expected} bytes\n"
        "  fix:      copy the shard again from where it is whole, or delete it and compile again"
    )


def test_a_missing_file_is_named(tmp_path):
    path = tmp_path / "a.tfrecord"
    assert message_of(path) == f"{path}: the shard cannot be read: No such file or directory"


def test_one_record_is_read_where_it_begins(tmp_path):
    path = write(tmp_path / "a.tfrecord")
    assert [read_record(path, offset) for offset, _ in iterate_records(path)] == [b"".join(each) for each in RECORDS]


@pytest.mark.parametrize(
    ("offset", "what"),
    [
        (8, "the record at byte 8: wrong CRC of the length"),
        (47 + 330, "the record at byte 377: the file ends inside the record"),
        (10_000, "the record at byte 10000: the file ends inside the record"),
    ],
)
def test_a_place_where_no_record_begins_is_named(tmp_path, offset, what):
    path = write(tmp_path / "a.tfrecord")
    with pytest.raises(DatasetError) as raised:
        read_record(path, offset)
    assert str(raised.value).startswith(f"{path}: {what}\n")


def test_a_record_of_a_missing_file_is_named(tmp_path):
    with pytest.raises(DatasetError, match="the shard cannot be read: No such file or directory"):
        read_record(tmp_path / "gone.tfrecord", 0)
