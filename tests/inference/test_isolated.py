"""Models that take their process with them: the command survives, every other picture is as if nothing had happened.

Each test is one compile in which many things go wrong, with one worker process, with two, and on Ray.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.executors.waiting import wait_until
from tests.inference.painted import add_labeler, calls, is_picture, painted_workspace
from tests.workspaces import files_of
from unify.autolabel.cache import PredictionCache
from unify.compiler import CompileReport, compile
from unify.errors import AutoLabelerError
from unify.inference.work import ENDLESS, POISON
from unify.records.decode import iterate_examples

CUT = {"car": 0.5, "truck": 0.5}
METHOD = "{default: partial, vehicle: hard}"
SECONDS = 3.0  # more than a batch takes on a busy machine
MISDEEDS = {
    "p0": ("raise ValueError('no wheels')", "ValueError: no wheels"),
    "p1": (
        "return {'boxes': [[0, 0, np.nan, 9]], 'scores': [0.9], 'classes': ['car']}",
        "answered boxes that are not finite",
    ),
    "p2": ("os._exit(3)", POISON),
    "p4": ("__import__('ctypes').string_at(0)", POISON),
    "p6": ("time.sleep(600)", ENDLESS.format(seconds=SECONDS)),
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return painted_workspace(tmp_path / "ws", pictures=10, method=METHOD, shard_size_mb=1)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("unify.inference.chunk.CHUNK_PICTURES", 4)


@pytest.fixture(params=["one", "two", pytest.param("ray", marks=pytest.mark.ray)])
def workers(request: pytest.FixtureRequest) -> dict[str, Any]:
    """How a compile runs its auto-labelers."""
    if request.param == "ray":
        request.getfixturevalue("ray_cluster")
        return {"executor": "ray", "workers": 2}
    return {"workers": {"one": 1, "two": 2}[request.param]}


def run(workspace: Path, **options: Any) -> CompileReport:
    return compile("mix", workspace=workspace, **options)


def misbehaving(workspace: Path, *lines: str, **keys: Any) -> Path:
    return add_labeler(workspace, "vehicle", ["car", "truck"], thresholds=CUT, misbehave="\n".join(lines), **keys)


def undisturbed(workspace: Path, folder: Path) -> dict[str, list]:
    """What stands in the dataset when nothing goes wrong."""
    misbehaving(workspace, "pass")
    return contents(run(workspace, workers=1, output=folder / "undisturbed", cache=folder / "cache"))


def contents(report: CompileReport) -> dict[str, list]:
    """Word of a picture -> what is known of it."""
    return {
        each.filename.removesuffix(".png"): [
            each.labeled_ids.tolist(),
            each.class_ids.tolist(),
            each.boxes_xyxy_px.tolist(),
            each.score.tolist(),
            list(each.source),
        ]
        for each in iterate_examples(report.output)
    }


def reasons(workspace: Path) -> dict[str, str]:
    """Word of a picture of people -> why the auto-labeler failed on it."""
    cache = PredictionCache(workspace / ".unify/cache")
    (fingerprint,) = cache.fingerprints()
    files = sorted((workspace / "data/pedestrian/b1").glob("*.png"))
    sha256 = np.array([list(hashlib.sha256(file.read_bytes()).digest()) for file in files], np.uint8)
    found = cache.read(fingerprint, sha256).reasons
    return {file.stem: found[row] for row, file in enumerate(files) if found.get(row)}


def test_whatever_a_model_does_only_its_picture_fails(workspace: Path, tmp_path: Path, workers: dict[str, Any]):
    expected = undisturbed(workspace, tmp_path)
    lines = [f"if {is_picture(word)}: {statement}" for word, (statement, _) in MISDEEDS.items()]
    misbehaving(workspace, *lines, batch_timeout_s=SECONDS)
    report = run(workspace, **workers)
    assert [each["picture"] for each in report.manifest["failed"]] == [f"{word}.png" for word in MISDEEDS]
    assert reasons(workspace) == {word: reason for word, (_, reason) in MISDEEDS.items()}
    found = contents(report)
    assert {word: found[word] for word in found if word not in MISDEEDS} == {
        word: expected[word] for word in expected if word not in MISDEEDS
    }
    assert all(found[word][0] == [3, 4] for word in MISDEEDS)  # vehicles stay unknown there


def test_a_worker_that_is_killed_from_outside_costs_nothing(workspace: Path, tmp_path: Path, workers: dict[str, Any]):
    expected = undisturbed(workspace, tmp_path)
    once = tmp_path / "once"
    misbehaving(
        workspace, f"if not os.path.exists({str(once)!r}): open({str(once)!r}, 'w').close(), os.kill(os.getpid(), 9)"
    )
    report = run(workspace, **workers)
    assert once.exists() and report.manifest["failed"] == []
    assert contents(report) == expected


def test_a_model_stays_loaded_from_chunk_to_chunk(workspace: Path, workers: dict[str, Any]):
    log = misbehaving(workspace, "pass")
    run(workspace, **workers)
    assert calls(log) == 10
    processes = {line.split()[1] for line in log.read_text().splitlines()}
    assert calls(log, "loaded") == len(processes) <= workers["workers"]
    assert str(os.getpid()) not in processes


def test_a_model_that_always_hangs_is_an_error_that_says_so(workspace: Path):
    misbehaving(workspace, "time.sleep(600)", batch_timeout_s=0.3)
    with pytest.raises(AutoLabelerError, match="auto-labeler 'vehicle:v1' hangs: it has never answered"):
        run(workspace, workers=1)
    assert not (workspace / "unified/mix").exists()


def command(workspace: Path, *arguments: str) -> list[str]:
    code = "import unify.inference.chunk as c; c.CHUNK_PICTURES = 4\nfrom unify.cli.main import main; main()"
    return [sys.executable, "-c", code, "compile", "mix", "--workspace", str(workspace), *arguments]


def interrupt(command: list[str], when: Callable[[], object]) -> int:
    """Ctrl-C: every process of the terminal's group is told."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    wait_until(when, seconds=120)
    os.killpg(process.pid, signal.SIGINT)
    return process.wait(timeout=120)


@pytest.mark.parametrize("count", ["1", "2"])
def test_ctrl_c_keeps_what_was_answered_and_the_next_run_does_the_rest(workspace: Path, tmp_path: Path, count: str):
    expected = undisturbed(workspace, tmp_path)
    log = misbehaving(workspace, "time.sleep(0.2)", batch_size=1)
    log.unlink(missing_ok=True)
    assert interrupt(command(workspace, "--workers", count), lambda: calls(log) >= 6) != 0
    _rest_is_done(workspace, log, expected)


@pytest.mark.ray
@pytest.mark.slow
def test_ctrl_c_on_ray_leaves_a_cluster_that_is_not_ours(workspace: Path, tmp_path: Path, ray_cluster: Any):
    expected = undisturbed(workspace, tmp_path)
    log = misbehaving(workspace, "time.sleep(0.2)", batch_size=1)
    log.unlink(missing_ok=True)
    options = ["--executor", "ray", "--ray-address", ray_cluster.address, "--workers", "2"]
    assert interrupt(command(workspace, *options), lambda: calls(log) >= 6) != 0
    _rest_is_done(workspace, log, expected, executor="ray")


def _rest_is_done(workspace: Path, log: Path, expected: dict[str, list], **options: Any) -> None:
    assert not (workspace / "unified/mix").exists()
    asked = calls(log)
    report = run(workspace, workers=2, **options)
    cached = report.summary()["cached"]
    assert 4 <= cached < 10 and report.summary()["inferred"] == 10 - cached
    assert asked - 2 <= cached <= asked  # less what each worker had in hand
    assert report.manifest["failed"] == [] and contents(report) == expected


@pytest.mark.ray
@pytest.mark.slow
def test_a_machine_that_is_lost_in_the_middle_costs_nothing(workspace: Path, tmp_path: Path, ray_cluster: Any):
    expected = undisturbed(workspace, tmp_path)
    misbehaving(workspace, "time.sleep(0.3)", batch_size=1)
    # Any worker comes up on either machine, so the loss is certain to meet one of three.
    second = ray_cluster.add_node(num_cpus=2)
    report = run(
        workspace, workers=4, executor="ray", progress=_AtFirstTick(lambda: ray_cluster.remove_node(second, False))
    )
    assert report.manifest["failed"] == [] and contents(report) == expected


class _AtFirstTick:
    """Progress that does something as soon as an auto-labeler has answered."""

    def __init__(self, do: Callable[[], object]) -> None:
        self._do: Callable[[], object] | None = do

    def stage(self, what: str, total: int | None = None, unit: str = "pictures") -> Callable[[int], None]:
        return self._tick if what.startswith("auto-labeling") else lambda count: None

    def _tick(self, count: int) -> None:
        if count and self._do:
            do, self._do = self._do, None
            do()


@pytest.mark.ray
@pytest.mark.slow
def test_same_bytes_through_a_ray_client(workspace: Path, tmp_path: Path, ray_cluster: Any):
    misbehaving(workspace, "pass")
    here = run(workspace, workers=1, output=tmp_path / "here")
    options = [
        "--ray-address",
        ray_cluster.client_address,
        "--executor",
        "ray",
        "--output",
        str(tmp_path / "there"),
        "--cache",
        str(tmp_path / "c"),
    ]
    subprocess.run(command(workspace, *options), check=True, timeout=200)
    assert files_of(tmp_path / "there") == files_of(here.output)
