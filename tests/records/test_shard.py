import errno
import hashlib
import json
import os
import pickle
import re
from pathlib import Path

import pytest
from PIL import Image

from tests.records.tables import TAXONOMY, BoxRow, ExampleRow, write_table
from unify.core.types import PictureFormat, SkippedPicture
from unify.errors import DatasetError, OutputError, PictureError
from unify.records import shard as shard_module
from unify.records.decode import read_shard
from unify.records.shard import ShardJob, ShardResult, check_shard, seal_shard, write_records, write_shard

ROWS = [
    ExampleRow(b"\xff\xd8 one", "one.jpg", labeled={1: 1.0, 2: 1.0}, boxes=[BoxRow((1, 1, 9, 9), 1)] * 2),
    ExampleRow(b"\xff\xd8 two", "two.jpg", ("pedestrian:b1", "vehicle:b1"), incomplete=frozenset({3})),
    ExampleRow(b"\xff\xd8 three", "three.jpg", labeled={5: 1.0}, boxes=[BoxRow((1, 1, 9, 9), 5, source=1)]),
]


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    return folder


@pytest.fixture
def output(tmp_path):
    folder = tmp_path / "output"
    folder.mkdir()
    return folder


def job_of(output, pictures, rows=ROWS, **options):
    return ShardJob(str(output), "train-00000-of-00001.tfrecord", write_table(pictures, rows), TAXONOMY, **options)


def names_in(folder):
    return sorted(os.listdir(folder))


def test_a_shard_holds_its_pictures_in_order(output, pictures):
    result = write_shard(job_of(output, pictures))
    (name,) = names_in(output)
    data = (output / name).read_bytes()
    assert [example.encoded for example in read_shard(output / name)] == [row.picture for row in ROWS]
    assert result == ShardResult(
        file_name=name,
        examples=3,
        boxes=3,
        num_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        transcoded=0,
        skipped=(),
        classes={
            "car": {"labeled": 1, "incomplete": 0, "unknown": 2, "boxes": 2, "sources": {"human": 2}},
            "truck": {"labeled": 1, "incomplete": 0, "unknown": 2, "boxes": 0, "sources": {}},
            "pedestrian": {"labeled": 0, "incomplete": 1, "unknown": 2, "boxes": 0, "sources": {}},
            "cyclist": {"labeled": 1, "incomplete": 0, "unknown": 2, "boxes": 1, "sources": {"pedestrian:v3": 1}},
        },
    )


def test_a_result_survives_json(output, pictures):
    job = job_of(output, pictures, on_error="skip")
    os.unlink(job.table.paths[0])
    result = write_shard(job)
    assert result.skipped
    assert ShardResult.from_json(json.loads(json.dumps(result.to_json()))) == result


def test_jobs_and_results_cross_processes(output, pictures):
    job = pickle.loads(pickle.dumps(job_of(output, pictures)))
    result = write_shard(job)
    assert pickle.loads(pickle.dumps(result)) == result


def test_the_same_table_gives_the_same_bytes(output, pictures):
    job = job_of(output, pictures)
    assert write_shard(job) == write_shard(job)


def test_an_empty_table_gives_an_empty_shard(output, pictures):
    result = write_shard(job_of(output, pictures, []))
    assert (result.examples, result.boxes, result.num_bytes) == (0, 0, 0)
    assert check_shard(output / result.file_name) == 0


def test_progress_adds_up_to_the_examples(output, pictures):
    counts = []
    write_shard(job_of(output, pictures, ROWS[:1] * 150), counts.append)
    assert len(counts) > 1
    assert sum(counts) == 150


def test_other_formats_are_transcoded_and_counted(output, pictures):
    Image.new("RGB", (3, 2), "red").save(pictures / "a.bmp")
    row = ExampleRow((pictures / "a.bmp").read_bytes(), "a.bmp", image_hw=(2, 3), format=PictureFormat.OTHER)
    result = write_shard(job_of(output, pictures, [row, *ROWS]))
    example = next(read_shard(output / result.file_name))
    assert result.transcoded == 1
    assert example.format == "png"
    assert example.encoded.startswith(b"\x89PNG")
    assert example.sha256 == hashlib.sha256(row.picture).hexdigest()  # of the registered file


def test_bad_pictures_stop_the_shard_all_of_them_at_once(output, pictures):
    job = job_of(output, pictures)
    os.unlink(job.table.paths[0])
    Path(job.table.paths[2]).write_bytes(b"other")
    with pytest.raises(PictureError) as raised:
        write_shard(job)
    assert [(problem.where, problem.what) for problem in raised.value.problems] == [
        (job.table.paths[0], "picture is missing"),
        (job.table.paths[2], "picture changed since its batch was locked"),
    ]
    assert names_in(output) == []


def test_a_missing_folder_stops_after_twenty_pictures(output, pictures):
    job = job_of(output, pictures, ROWS[:1] * 50)
    for path in job.table.paths:
        os.unlink(path)
    with pytest.raises(PictureError) as raised:
        write_shard(job)
    assert len(raised.value.problems) == 20
    assert str(raised.value).endswith("\n\nstopped at 20 pictures; there may be more")


def test_bad_pictures_can_be_skipped_and_are_reported(output, pictures):
    job = job_of(output, pictures, on_error="skip")
    os.unlink(job.table.paths[0])
    Path(job.table.paths[1]).write_bytes(b"other")
    result = write_shard(job)
    assert [example.filename for example in read_shard(output / result.file_name)] == ["three.jpg"]
    assert (result.examples, result.boxes) == (1, 1)
    assert result.skipped == (
        SkippedPicture("vehicle:b1", "one.jpg", "picture is missing"),
        SkippedPicture("pedestrian:b1", "two.jpg", "picture changed since its batch was locked"),
    )
    assert result.classes["car"] == {"labeled": 0, "incomplete": 0, "unknown": 1, "boxes": 0, "sources": {}}


def test_skipping_equals_never_having_had_the_picture(output, pictures):
    job = job_of(output, pictures, on_error="skip")
    os.unlink(job.table.paths[1])
    with_skip = write_shard(job)
    (pictures / "fewer").mkdir()
    without = write_shard(job_of(output, pictures / "fewer", [ROWS[0], ROWS[2]]))
    assert (with_skip.sha256, with_skip.classes) == (without.sha256, without.classes)


def test_a_missing_output_folder_is_named(output, pictures):
    job = job_of(output / "gone", pictures)
    with pytest.raises(OutputError) as raised:
        write_shard(job)
    path = output / "gone" / job.file_name
    assert str(raised.value) == (
        f"{path}: cannot be written: No such file or directory\n"
        "  fix:      check your rights on the folder, or choose another place"
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs the device that is always full")
def test_a_full_disk_leaves_nothing_behind(output, pictures, monkeypatch):
    open_file = os.open
    monkeypatch.setattr(
        shard_module.os,
        "open",
        lambda path, flags, *mode: open_file("/dev/full" if flags & os.O_CREAT else path, flags, *mode),
    )
    job = job_of(output, pictures)
    with pytest.raises(OutputError) as raised:
        write_shard(job)
    assert str(raised.value) == (
        f"{output / job.file_name}: cannot be written: No space left on device\n  fix:      free space on the disk"
    )
    assert names_in(output) == []


def test_the_temporary_file_goes_when_writing_fails_midway(output, pictures, monkeypatch):
    real, calls = os.writev, []

    def fail_second(descriptor, buffers):
        calls.append(names_in(output))
        if len(calls) == 2:
            raise OSError(errno.EDQUOT, "Disk quota exceeded")
        return real(descriptor, buffers)

    monkeypatch.setattr(shard_module.os, "writev", fail_second)
    with pytest.raises(OutputError):
        write_shard(job_of(output, pictures))
    assert re.fullmatch(r"train-00000-of-00001\.tfrecord\.tmp-\d+", *calls[1])
    assert names_in(output) == []


def test_ctrl_c_leaves_nothing_behind(output, pictures):
    def interrupt(count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_shard(job_of(output, pictures), interrupt)
    assert names_in(output) == []


def test_a_write_the_kernel_cuts_short_is_completed(output, pictures, monkeypatch):
    job = job_of(output, pictures)
    expected = write_shard(job).sha256
    real = os.writev
    monkeypatch.setattr(shard_module.os, "writev", lambda fd, buffers: real(fd, [b"".join(buffers)[:7]]))
    assert write_shard(job).sha256 == expected


def test_the_seal_is_of_what_stands_on_disk(output, pictures):
    job = job_of(output, pictures)
    written = write_records(job)
    assert written.sha256 == ""
    path = output / job.file_name
    path.write_bytes(path.read_bytes() + b"!")
    assert seal_shard(path) == (written.num_bytes + 1, hashlib.sha256(path.read_bytes()).hexdigest())


def test_check_counts_records_and_finds_damage(output, pictures):
    job = job_of(output, pictures)
    write_shard(job)
    path = output / job.file_name
    assert check_shard(path) == 3
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DatasetError, match="record 2 at byte .*: the file ends inside the record"):
        check_shard(path)
