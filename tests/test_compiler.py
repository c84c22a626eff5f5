"""A compile as a whole: whole or not at all, resumable, the same bytes for the same inputs."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

import unify.compiler
from tests.workspaces import add_batch, add_config, files_of, make_workspace, picture_bytes, two_task_workspace
from unify.compiler import compile
from unify.errors import LockError, OutputError, PictureError, PlanError
from unify.records.decode import iterate_examples
from unify.records.manifest import read_manifest
from unify.records.verify import verify_dataset

BOX = (4.0, 4.0, 20.0, 16.0)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return two_task_workspace(tmp_path / "ws")


def run(workspace: Path, **options):
    return compile("mix", workspace=workspace, **{"workers": 1, **options})


def test_an_unknown_class_stays_unknown_and_a_shared_picture_knows_both_tasks(workspace: Path):
    report = run(workspace)
    assert report.summary()["examples"] == 25  # 12 + 12 + the shared one
    labeled = {example.filename: list(example.labeled_ids) for example in iterate_examples(report.output)}
    assert labeled["v0.jpg"] == [1, 2]
    assert labeled["p0.jpg"] == [3, 4]
    assert labeled["both.jpg"] == [1, 2, 3, 4]
    assert verify_dataset(report.output).ok


def test_a_picture_is_copied_byte_for_byte(workspace: Path):
    encoded = {example.filename: example.encoded for example in iterate_examples(run(workspace).output)}
    assert encoded["v3.jpg"] == picture_bytes("v3")


def test_same_bytes_for_one_and_three_workers(workspace: Path, tmp_path: Path):
    one = run(workspace, output=tmp_path / "one")
    three = run(workspace, output=tmp_path / "three", workers=3)
    assert len(one.manifest["shards"]) > 3
    assert files_of(one.output) == files_of(three.output)


def test_same_bytes_from_another_place_on_disk(tmp_path: Path):
    here = run(two_task_workspace(tmp_path / "here"))
    there = run(two_task_workspace(tmp_path / "far" / "away"))
    assert files_of(here.output) == files_of(there.output)


def test_another_seed_gives_another_order_of_the_same_examples(workspace: Path, tmp_path: Path):
    orders = [
        [example.filename for example in iterate_examples(run(workspace, output=tmp_path / str(s), seed=s).output)]
        for s in (1, 2)
    ]
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1])


def test_naive_calls_every_class_labeled(workspace: Path):
    report = run(workspace, method="naive")
    assert all(list(example.labeled_ids) == [1, 2, 3, 4] for example in iterate_examples(report.output))
    assert any("trials only" in warning for warning in report.warnings)


def test_a_method_may_differ_per_task(workspace: Path):
    config = workspace / "configs/mix.yaml"
    config.write_text(config.read_text().replace("method: partial", "method: {default: partial, vehicle: naive}"))
    labeled = {example.filename: list(example.labeled_ids) for example in iterate_examples(run(workspace).output)}
    assert labeled["p0.jpg"] == [1, 2, 3, 4]
    assert labeled["v0.jpg"] == [1, 2]


def test_an_up_to_date_output_is_left_alone(workspace: Path):
    first = run(workspace)
    times = {path: path.stat().st_mtime_ns for path in first.output.iterdir()}
    again = run(workspace)
    assert again.up_to_date and not first.up_to_date
    assert {path: path.stat().st_mtime_ns for path in first.output.iterdir()} == times


def test_an_output_of_other_inputs_is_not_replaced_unasked(workspace: Path):
    first = files_of(run(workspace).output)
    with pytest.raises(OutputError, match="exists already.*\n.*--overwrite"):
        run(workspace, seed=9)
    assert files_of(workspace / "unified/mix") == first
    replaced = run(workspace, seed=9, overwrite=True)
    assert replaced.manifest["seed"] == 9
    assert files_of(replaced.output) != first


def test_overwrite_never_replaces_a_strangers_files(workspace: Path):
    target = workspace / "unified/mix"
    target.mkdir(parents=True)
    (target / "thesis.txt").write_text("three years of work")
    with pytest.raises(OutputError, match="exists already"):
        run(workspace, overwrite=True)
    assert (target / "thesis.txt").read_text() == "three years of work"


def test_an_empty_output_folder_is_used(workspace: Path):
    (workspace / "unified/mix").mkdir(parents=True)
    assert verify_dataset(run(workspace).output).ok


def test_an_interrupted_compile_keeps_its_finished_shards(workspace: Path, tmp_path: Path, monkeypatch):
    whole = run(workspace, output=tmp_path / "whole")
    write_shard, written = unify.compiler.write_shard, []

    def write_three_then_stop(job, progress):
        if len(written) == 3:
            raise KeyboardInterrupt
        written.append(job.file_name)
        return write_shard(job, progress)

    monkeypatch.setattr(unify.compiler, "write_shard", write_three_then_stop)
    with pytest.raises(KeyboardInterrupt):
        run(workspace, output=tmp_path / "cut")
    assert not (tmp_path / "cut").exists()

    rest = []
    monkeypatch.setattr(unify.compiler, "write_shard", lambda job, p: rest.append(job.file_name) or write_shard(job, p))
    resumed = run(workspace, output=tmp_path / "cut")
    assert not set(written) & set(rest)
    assert files_of(resumed.output) == files_of(whole.output)


def test_a_finished_shard_that_was_damaged_is_written_again(workspace: Path, tmp_path: Path, monkeypatch):
    whole = run(workspace, output=tmp_path / "whole")
    monkeypatch.setattr(unify.compiler, "_finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        run(workspace, output=tmp_path / "cut")
    monkeypatch.undo()
    shard = next((tmp_path / ".cut.compiling").glob("*.tfrecord"))
    damaged = bytearray(shard.read_bytes())
    damaged[100] ^= 1
    shard.write_bytes(damaged)
    assert files_of(run(workspace, output=tmp_path / "cut").output) == files_of(whole.output)


def test_parts_of_another_request_are_not_mixed_in(workspace: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(unify.compiler, "_finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        run(workspace, output=tmp_path / "cut", seed=1)
    monkeypatch.undo()
    two = run(workspace, output=tmp_path / "cut", seed=2)
    assert files_of(two.output) == files_of(run(workspace, output=tmp_path / "fresh", seed=2).output)


def test_nothing_is_left_beside_a_finished_output(workspace: Path):
    run(workspace)
    assert sorted(path.name for path in (workspace / "unified").iterdir()) == [".mix.lock", "mix"]


def test_two_compiles_into_one_output(workspace: Path, monkeypatch):
    monkeypatch.setattr("unify.staging.LOCK_WAIT_SECONDS", 0.1)
    (workspace / "unified").mkdir()
    with FileLock(workspace / "unified/.mix.lock"):
        with pytest.raises(OutputError, match="another process is writing this output"):
            run(workspace)
    assert verify_dataset(run(workspace).output).ok


def test_a_full_disk_leaves_no_output_and_the_next_run_resumes(workspace: Path, tmp_path: Path):
    whole = run(workspace, output=tmp_path / "whole")
    largest = max(shard["bytes"] for shard in whole.manifest["shards"])
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({largest - 1}, {largest - 1}));"
        "from unify.cli.main import main; sys.argv = ['unify', *sys.argv[1:]]; main()"
    )
    command = ["compile", "mix", "--workspace", str(workspace), "--output", str(tmp_path / "cut"), "--workers", "1"]
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "cannot be written: File too large" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "cut").exists()
    assert not list(tmp_path.rglob("*.tmp*"))
    assert files_of(run(workspace, output=tmp_path / "cut").output) == files_of(whole.output)


def test_an_unwritable_place_is_said_plainly(workspace: Path):
    (workspace / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        run(workspace, output=workspace / "file" / "mix")


def test_a_locked_batch_that_changed_is_refused(workspace: Path):
    run(workspace)
    path = workspace / "data/vehicle/b1.json"
    labels = json.loads(path.read_text())
    labels["annotations"].pop()
    path.write_text(json.dumps(labels))
    with pytest.raises(LockError, match="vehicle:b1"):
        run(workspace)


def test_a_picture_that_changed_after_the_lock_is_refused(workspace: Path):
    run(workspace)
    (workspace / "data/vehicle/b1/v1.jpg").write_bytes(picture_bytes("something else"))
    with pytest.raises(LockError, match="vehicle:b1"):
        run(workspace, seed=5, overwrite=True)


def test_a_new_batch_is_noticed_and_locked(workspace: Path):
    run(workspace)
    add_batch(workspace, "vehicle:b2", {"late": [("truck", BOX)]}, ["car", "truck"])
    add_config(workspace, ["vehicle:all", "pedestrian:all"])
    assert run(workspace, overwrite=True).summary()["examples"] == 26
    assert "vehicle:b2" in (workspace / "registry/lock.yaml").read_text()


def test_bad_pictures_stop_a_compile_and_all_are_named(workspace: Path):
    (workspace / "data/vehicle/b1/v1.jpg").write_bytes(b"")
    (workspace / "data/pedestrian/b1/p2.jpg").unlink()
    with pytest.raises(PictureError) as caught:
        run(workspace)
    assert "v1.jpg" in str(caught.value) and "p2.jpg" in str(caught.value)
    assert not (workspace / "unified/mix").exists()


def test_skipped_pictures_are_listed_in_the_manifest(workspace: Path):
    (workspace / "data/vehicle/b1/v1.jpg").write_bytes(b"<html>not found</html>")
    report = run(workspace, on_error="skip")
    assert report.summary()["skipped"] == 1
    assert [(each["batch"], each["picture"]) for each in report.manifest["skipped"]] == [("vehicle:b1", "v1.jpg")]
    assert report.summary()["examples"] == 24
    assert verify_dataset(report.output).ok
    assert "vehicle:b1" not in (workspace / "registry/lock.yaml").read_text()


def test_train_and_val_may_not_share_a_picture(tmp_path: Path):
    workspace = make_workspace(tmp_path / "ws")
    add_batch(workspace, "vehicle:b1", {"same": [("car", BOX)]}, ["car", "truck"])
    add_batch(workspace, "vehicle:b2", {"same": [("car", BOX)]}, ["car", "truck"], split="val")
    add_config(workspace, ["vehicle:all"])
    with pytest.raises(PlanError, match="same picture stands in more than one split"):
        run(workspace)


def test_splits_become_their_own_shards(tmp_path: Path):
    workspace = make_workspace(tmp_path / "ws")
    add_batch(workspace, "vehicle:b1", {"a": [("car", BOX)], "b": []}, ["car", "truck"])
    add_batch(workspace, "vehicle:b2", {"c": []}, ["car", "truck"], split="val")
    add_config(workspace, ["vehicle:all"])
    manifest = run(workspace).manifest
    assert {shard["file"]: shard["examples"] for shard in manifest["shards"]} == {
        "train-00000-of-00001.tfrecord": 2,
        "val-00000-of-00001.tfrecord": 1,
    }


def test_the_manifest_names_no_place_on_this_machine(workspace: Path):
    report = run(workspace)
    for name, data in files_of(report.output).items():
        assert str(workspace).encode() not in data, name
    assert read_manifest(report.output) == report.manifest


def test_a_machine_method_without_auto_labelers_is_refused(workspace: Path):
    with pytest.raises(Exception) as caught:
        run(workspace, method="hard")
    assert "pedestrian" in str(caught.value)


@pytest.mark.slow
def test_killed_at_any_moment_twenty_times_then_resumed(tmp_path: Path):
    workspace = two_task_workspace(tmp_path / "ws", pictures=150)
    command = [sys.executable, "-m", "unify", "compile", "mix", "--workspace", str(workspace), "--workers", "2"]
    began = time.monotonic()
    subprocess.run([*command, "--output", str(tmp_path / "whole")], check=True, capture_output=True)
    duration = time.monotonic() - began
    rng, killed, output = random.Random(7), 0, tmp_path / "cut"
    while killed < 20:
        (workspace / "registry/lock.yaml").unlink(missing_ok=True)
        process = subprocess.Popen(
            [*command, "--output", str(output)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(duration * rng.uniform(0.2, 0.9))
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        if output.exists():  # it was quicker than the kill: begin anew, and sooner
            assert files_of(output) == files_of(tmp_path / "whole")
            shutil.rmtree(output)
            duration *= 0.9
    done = subprocess.run([*command, "--output", str(tmp_path / "cut")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert files_of(tmp_path / "cut") == files_of(tmp_path / "whole")


def test_ctrl_c_stops_cleanly(tmp_path: Path):
    workspace = two_task_workspace(tmp_path / "ws", pictures=150)
    code = "import os, signal, unify.compiler as c; w = c.write_shard\n" + (
        "def stop(job, progress):\n    os.kill(os.getpid(), signal.SIGINT); return w(job, progress)\n"
        "c.write_shard = stop\nfrom unify.cli.main import main; main()"
    )
    command = ["compile", "mix", "--workspace", str(workspace), "--workers", "1"]
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, env=os.environ)
    assert done.returncode == 130
    assert done.stderr.endswith("interrupted; the same command resumes\n") and "Traceback" not in done.stderr
    assert not (workspace / "unified/mix").exists()
