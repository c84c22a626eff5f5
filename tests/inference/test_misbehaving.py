"""Auto-labelers that raise, exit, answer nonsense or kill their process, and pictures that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.inference.painted import add_labeler, calls, is_picture, painted_workspace
from tests.workspaces import add_config
from unify.compiler import compile
from unify.errors import AutoLabelerError, PictureError, UnifyError
from unify.inference.work import POISON
from unify.records.decode import iterate_examples

CUT = {"car": 0.5, "truck": 0.5}
METHOD = "{default: partial, vehicle: hard}"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The people's pictures p0 to p7 wait for the vehicles' auto-labeler."""
    return painted_workspace(tmp_path / "ws", pictures=8, method=METHOD, shard_size_mb=1)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch, one_process: None):
    monkeypatch.setattr("unify.inference.chunk.CHUNK_PICTURES", 4)


def run(workspace: Path, **options):
    return compile("mix", workspace=workspace, **{"workers": 1, **options})


def misbehaving(workspace: Path, statement: str, *words: str) -> Path:
    """An auto-labeler that does something to some pictures; to all where none is named."""
    when = " or ".join(map(is_picture, words)) or "True"
    return add_labeler(workspace, "vehicle", ["car", "truck"], thresholds=CUT, misbehave=f"if {when}: {statement}")


def not_filled(report) -> list[str]:
    """Pictures of people on which vehicles are unknown."""
    examples = [each for each in iterate_examples(report.output) if each.filename.startswith("p")]
    return sorted(each.filename for each in examples if each.labeled_ids.tolist() != [1, 2, 3, 4])


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("raise ValueError('no wheels')", "ValueError: no wheels"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        (
            "return {'boxes': [[0, 0, np.nan, 9]], 'scores': [0.9], 'classes': ['car']}",
            "answered boxes that are not finite",
        ),
    ],
)
def test_a_picture_that_a_model_cannot_bear_fails_alone(workspace: Path, statement: str, reason: str):
    misbehaving(workspace, statement, "p2")
    report = run(workspace)
    assert report.manifest["failed"] == [{"autolabeler": "vehicle:v1", "batch": "pedestrian:b1", "picture": "p2.png"}]
    assert not_filled(report) == ["p2.png"] and report.summary()["failed"] == 1
    assert report.warnings == (
        f"vehicle:v1 failed on 1 of 8 pictures, where its classes stay unknown; p2.png: {reason} "
        "(--retry-failed asks again)",
    )


def test_a_failure_is_remembered_until_asked_again(workspace: Path, tmp_path: Path):
    mended = tmp_path / "mended"
    log = misbehaving(workspace, f"assert os.path.exists({str(mended)!r})", "p2")
    first = run(workspace)
    asked = calls(log)
    mended.touch()
    assert first.summary()["failed"] == 1
    again = run(workspace, output=tmp_path / "again")
    assert (again.summary()["inferred"], again.summary()["failed"], calls(log)) == (0, 1, asked)
    with pytest.raises(UnifyError, match="exists already"):  # what failed is part of it
        run(workspace, retry_failed=True)
    better = run(workspace, retry_failed=True, overwrite=True)
    assert (better.summary()["inferred"], better.summary()["failed"], calls(log)) == (1, 0, asked + 1)
    assert not_filled(better) == []


def test_answers_that_break_the_contract_stop_the_compile(workspace: Path):
    misbehaving(workspace, "return {'boxes': [[0, 0, 9, 9]], 'scores': [0.9], 'classes': ['bus']}")
    with pytest.raises(AutoLabelerError, match="vehicle:v1' answered a class that it does not declare"):
        run(workspace)
    assert not (workspace / "unified/mix").exists()


def test_a_picture_that_kills_its_worker_is_recorded_and_the_rest_goes_on(workspace: Path):
    misbehaving(workspace, "os._exit(3)", "p2", "p3", "p6")
    report = run(workspace, workers=2)
    assert not_filled(report) == ["p2.png", "p3.png", "p6.png"]
    assert report.warnings[0].startswith("vehicle:v1 failed on 3 of 8 pictures")
    assert POISON in report.warnings[0]
    assert report.summary()["machine_boxes"]["car"] == 5


@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
def test_a_picture_that_kills_its_worker_on_ray(workspace: Path):
    misbehaving(workspace, "os._exit(3)", "p2")
    report = run(workspace, workers=2, executor="ray")
    assert not_filled(report) == ["p2.png"]
    assert report.summary()["machine_boxes"]["car"] == 7


def test_a_worker_that_is_killed_from_outside_costs_no_picture(workspace: Path, tmp_path: Path):
    once = tmp_path / "once"
    statement = f"os.path.exists({str(once)!r}) or (open({str(once)!r}, 'w').close(), os.kill(os.getpid(), 9))"
    add_labeler(workspace, "vehicle", ["car", "truck"], thresholds=CUT, misbehave=statement, batch_size=1)
    report = run(workspace, workers=2)
    assert once.exists()
    assert (report.summary()["failed"], report.summary()["machine_boxes"]["car"]) == (0, 8)


def test_a_model_that_kills_every_worker_that_loads_it_is_an_error(workspace: Path):
    add_labeler(workspace, "vehicle", ["car", "truck"], thresholds=CUT)
    code = workspace / "autolabelers/vehicle/v1/labeler.py"
    code.write_text(code.read_text().replace('self.note("loaded")', "os._exit(1)"))
    with pytest.raises(UnifyError, match="the worker process died 3 times on this job"):
        run(workspace, workers=2)
    assert not (workspace / "unified/mix").exists()
    assert [path.name for path in (workspace / "unified").iterdir()] == [".mix.lock"]


def test_a_picture_that_cannot_be_decoded_fails_for_all_who_look(workspace: Path):
    misbehaving(workspace, "pass")
    picture = workspace / "data/pedestrian/b1/p4.png"
    data = picture.read_bytes()
    picture.write_bytes(data[:45] + b"\xff" * 15 + data[60:])  # whole as a file, its pixels are not
    report = run(workspace)
    assert [each["picture"] for each in report.manifest["failed"]] == ["p4.png"]
    assert "p4.png: picture cannot be decoded" in report.warnings[0]


def test_a_picture_that_goes_away_stops_the_compile_or_is_skipped(workspace: Path, monkeypatch: pytest.MonkeyPatch):
    log = misbehaving(workspace, "pass")
    picture = workspace / "data/pedestrian/b1/p4.png"
    data = picture.read_bytes()
    _remove_before_inference(picture, monkeypatch)
    with pytest.raises(PictureError, match="p4.png: picture is missing"):
        run(workspace)
    picture.write_bytes(data)
    report = run(workspace, on_error="skip")
    assert [each["picture"] for each in report.manifest["skipped"]] == ["p4.png"]
    # The first four were committed before; nobody was asked about p4.
    assert (report.summary()["cached"], report.summary()["inferred"], report.summary()["failed"]) == (4, 3, 0)
    assert calls(log) == 7


def _remove_before_inference(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import unify.compiler

    infer = unify.compiler.infer

    def remove_and_infer(*arguments, **options):
        path.unlink(missing_ok=True)
        return infer(*arguments, **options)

    monkeypatch.setattr(unify.compiler, "infer", remove_and_infer)


def test_a_model_whose_file_is_missing_is_said_before_any_work(workspace: Path):
    misbehaving(workspace, "pass")
    (workspace / "autolabelers/vehicle/v1/labeler.py").unlink()
    with pytest.raises(UnifyError, match="vehicle:v1' has no code where its adapter says"):
        run(workspace)


def test_an_auto_labeler_named_twice_for_a_task_is_refused(workspace: Path):
    misbehaving(workspace, "pass")
    twice = '{vehicle: ["vehicle:v1", "vehicle:v1"]}'
    add_config(workspace, ["vehicle:b1", "pedestrian:b1"], method=METHOD, autolabelers=twice)
    with pytest.raises(UnifyError, match="an auto-labeler is named twice"):
        run(workspace)
