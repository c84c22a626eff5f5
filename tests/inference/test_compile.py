"""Compiles that fill classes: what is written, what is asked, what is asked only once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.autolabel.calibration.test_file import SMALL
from tests.inference import painted
from tests.inference.painted import add_labeler, add_painted_batch, calls, painted_workspace, street, with_labelers
from tests.workspaces import add_config, files_of
from unify.autolabel.calibration.file import write_calibration
from unify.autolabel.labeler import AutoLabeler
from unify.compiler import compile, plan
from unify.errors import OutputError
from unify.inference.known import know_labeler
from unify.planning.summary import plan_summary
from unify.records.decode import DecodedExample, iterate_examples
from unify.records.verify import verify_dataset
from unify.registry.load import load_registry

IDS = {"car": 1, "truck": 2, "pedestrian": 3, "cyclist": 4}
HARD = {"car": 0.5, "truck": 0.5, "pedestrian": 0.45, "cyclist": 0.25}  # thresholds of `with_labelers`


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return painted_workspace(tmp_path / "ws")


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch, one_process: None):
    monkeypatch.setattr("unify.inference.chunk.CHUNK_PICTURES", 4)


def run(workspace: Path, **options):
    return compile("mix", workspace=workspace, **{"workers": 1, **options})


def examples_of(report) -> dict[str, DecodedExample]:
    return {example.filename.removesuffix(".png"): example for example in iterate_examples(report.output)}


def boxes_of(example: DecodedExample, source: str) -> list[tuple]:
    """(class, box, score in 255ths) of the boxes from a source, sorted."""
    rows = zip(example.class_ids.tolist(), example.boxes_xyxy_px.round(3).tolist(), example.score, example.source)
    return sorted((name, tuple(box), round(float(score) * 255)) for name, box, score, of in rows if of == source)


def painted_boxes(number: int, classes: tuple[str, ...], least: dict[str, float]) -> list[tuple]:
    return sorted(
        (IDS[name], tuple(map(float, box)), round(score * 255))
        for name, box, score in street(number)
        if name in classes and round(score * 255) / 255 >= least[name]
    )


def test_hard_fills_exactly_what_the_auto_labeler_sees_over_its_threshold(workspace: Path):
    with_labelers(workspace)
    examples = examples_of(run(workspace))
    for number in range(10):
        vehicles, people = examples[f"v{number}"], examples[f"p{number}"]
        assert boxes_of(vehicles, "pedestrian:v1") == painted_boxes(number, ("pedestrian", "cyclist"), HARD)
        assert boxes_of(people, "vehicle:v1") == painted_boxes(number + 1, ("car", "truck"), HARD)
        assert vehicles.labeled_ids.tolist() == people.labeled_ids.tolist() == [1, 2, 3, 4]
        assert set(vehicles.weight.tolist()) == set(people.labeled_weight.tolist()) == {1.0}


def test_soft_without_a_calibration_weighs_by_the_raw_score_and_says_so(workspace: Path):
    with_labelers(workspace)
    report = run(workspace, method="soft")
    example = examples_of(report)["v3"]
    machine = [source == "pedestrian:v1" for source in example.source]
    assert example.weight[machine].tolist() == pytest.approx([179 / 255, 0])  # the other is more likely wrong: ignored
    assert example.box_weight[machine].tolist() == example.weight[machine].tolist()
    assert dict(zip(example.labeled_ids.tolist(), example.labeled_weight.tolist())) == {1: 1, 2: 1, 3: 0.25, 4: 0.25}
    assert report.warnings == (
        "vehicle:v1 is not calibrated for car, truck: soft takes its raw scores for weights",
        "pedestrian:v1 is not calibrated for pedestrian, cyclist: soft takes its raw scores for weights",
    )


def test_soft_weighs_by_the_calibrated_probabilities(workspace: Path):
    with_labelers(workspace, calibration="calibration.json")
    add_config(workspace, ["vehicle:b1", "pedestrian:b1"], method="{default: partial, vehicle: soft}")
    version = load_registry(workspace).autolabelers["vehicle"][0]
    car = replace(SMALL.classes["car"], thresholds=replace(SMALL.classes["car"].thresholds, absence_weight=0.5))
    fingerprint = know_labeler(version, workspace).fingerprint
    calibration = replace(SMALL, autolabeler="vehicle:v1", fingerprint=fingerprint, classes={"car": car, "truck": car})
    write_calibration(workspace / "calibration.json", calibration)
    report = run(workspace)
    for word, example in examples_of(report).items():
        machine = np.array([source == "vehicle:v1" for source in example.source], bool)
        assert machine.any() == word.startswith("p")
        score = example.score[machine]
        assert example.weight[machine] == pytest.approx(car.calibrators.weight.apply(score))
        assert example.box_weight[machine] == pytest.approx(car.calibrators.box_weight.apply(score))
    example = examples_of(report)["p1"]
    assert dict(zip(example.labeled_ids.tolist(), example.labeled_weight.tolist())) == {1: 0.5, 2: 0.5, 3: 1, 4: 1}
    assert report.warnings == ()
    assert report.manifest["autolabelers"][0]["classes"]["car"] == {
        "method": "soft",
        "low": 0.1,
        "absence_weight": 0.5,
        "least_probability": 0.5,
        "calibrated": True,
    }


def test_people_are_never_overruled(workspace: Path, tmp_path: Path):
    """What `partial` says of the classes that people labeled is in `hard` and `soft` to the last bit."""
    with_labelers(workspace)
    human = examples_of(run(workspace, method="partial", output=tmp_path / "partial"))
    for method in ("hard", "soft"):
        for word, example in examples_of(run(workspace, method=method, output=tmp_path / method)).items():
            assert boxes_of(example, "human") == boxes_of(human[word], "human")
            theirs = human[word].labeled_ids.tolist()
            machine = [name for name, source in zip(example.class_ids.tolist(), example.source) if source != "human"]
            assert not set(theirs) & set(machine)
            trust = dict(zip(example.labeled_ids.tolist(), example.labeled_weight.tolist()))
            assert all(trust[class_id] == 1 for class_id in theirs)


def test_a_method_a_task_asks_only_the_auto_labelers_of_its_tasks(workspace: Path):
    add_config(workspace, ["vehicle:b1", "pedestrian:b1"], method="{default: partial, vehicle: hard}")
    vehicles, people = with_labelers(workspace)
    examples = examples_of(run(workspace))
    assert (calls(vehicles), calls(people)) == (10, 0)
    assert examples["v0"].labeled_ids.tolist() == [1, 2]
    assert examples["p0"].labeled_ids.tolist() == [1, 2, 3, 4]


def test_two_auto_labelers_of_one_class_are_both_asked_and_fused(workspace: Path):
    vehicle = add_labeler(workspace, "vehicle", ["car", "truck"], thresholds={"car": 0.5, "truck": 0.5})
    street = add_labeler(workspace, "street", ["car"], thresholds={"car": 0.5}, misbehave="time.sleep(0)")
    both = '{vehicle: ["vehicle:v1", "street:v1"]}'
    method = "{default: partial, vehicle: hard}"
    add_config(workspace, ["vehicle:b1", "pedestrian:b1"], method=method, autolabelers=both)
    report = run(workspace)
    assert (calls(vehicle), calls(street)) == (10, 10)
    assert report.manifest["classes"]["car"]["sources"] == {"human": 10, "vehicle:v1+street:v1": 10}
    assert report.manifest["classes"]["truck"]["sources"] == {"human": 5, "vehicle:v1": 5}
    assert [each["autolabeler"] for each in report.manifest["autolabelers"]] == ["vehicle:v1", "street:v1"]


def test_on_missing_mask_leaves_the_classes_unknown_that_nobody_fills(workspace: Path):
    add_config(workspace, ["vehicle:b1", "pedestrian:b1"], method="hard", on_missing="mask")
    add_labeler(workspace, "vehicle", ["car", "truck"], thresholds={"car": 0.5, "truck": 0.5})
    examples = examples_of(run(workspace))
    assert examples["v0"].labeled_ids.tolist() == [1, 2]
    assert examples["p0"].labeled_ids.tolist() == [1, 2, 3, 4]


def test_validation_pictures_keep_human_labels_only(workspace: Path):
    add_painted_batch(workspace, "vehicle:b2", {f"x{i}": street(i) for i in range(3)}, ["car", "truck"], split="val")
    add_config(workspace, ["vehicle:all", "pedestrian:b1"], method="hard")
    _, people = with_labelers(workspace)
    examples = examples_of(run(workspace))
    assert calls(people) == 10
    assert set(examples["x0"].source) == {"human"} and examples["x0"].labeled_ids.tolist() == [1, 2]


def test_several_auto_labelers_on_one_picture_share_one_decode(workspace: Path, monkeypatch: pytest.MonkeyPatch):
    add_painted_batch(workspace, "vehicle:b3", {f"n{i}": street(i) for i in range(6)}, ["car"])
    add_config(workspace, ["vehicle:b3", "pedestrian:b1"], method="hard")
    logs = with_labelers(workspace)
    decoded = []
    monkeypatch.setattr("unify.inference.pictures.decode_picture", _counting(decoded))
    report = run(workspace)
    assert [calls(log) for log in logs] == [16, 6]
    assert len(decoded) == 16 and report.summary()["inferred"] == 22
    assert [calls(log, "loaded") for log in logs] == [1, 1]


def test_auto_labelers_that_take_a_picture_alike_share_its_preparation(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
):
    add_painted_batch(workspace, "vehicle:b3", {f"n{i}": street(i) for i in range(6)}, ["car"])
    add_config(workspace, ["vehicle:b3", "pedestrian:b1"], method="hard")
    with_labelers(workspace)
    prepared = []
    prepare = AutoLabeler.prepare
    monkeypatch.setattr(AutoLabeler, "prepare", lambda self, picture: prepared.append(self) or prepare(self, picture))
    assert run(workspace).summary()["inferred"] == 22
    assert len(prepared) == 16


def _counting(decoded: list[str]):
    from unify.autolabel.decode import decode_picture

    return lambda data, path: decoded.append(path) or decode_picture(data, path)


def test_same_bytes_for_one_and_two_workers(workspace: Path, tmp_path: Path):
    with_labelers(workspace)
    one = run(workspace, output=tmp_path / "one", cache=tmp_path / "cache1")
    two = run(workspace, output=tmp_path / "two", cache=tmp_path / "cache2", workers=2)
    assert one.summary()["inferred"] == two.summary()["inferred"] == 20
    assert len(one.manifest["shards"]) > 3
    assert files_of(one.output) == files_of(two.output)
    assert verify_dataset(one.output).ok


@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
def test_same_bytes_on_ray(workspace: Path, tmp_path: Path):
    with_labelers(workspace)
    here = run(workspace, output=tmp_path / "here", cache=tmp_path / "cache1")
    ray = run(workspace, output=tmp_path / "ray", cache=tmp_path / "cache2", executor="ray", workers=2)
    assert files_of(here.output) == files_of(ray.output)


def test_a_changed_threshold_or_method_infers_nothing(workspace: Path, tmp_path: Path):
    logs = with_labelers(workspace)
    first = run(workspace)
    registered = workspace / "registry/autolabelers/vehicle.yaml"
    registered.write_text(registered.read_text().replace('"car": 0.5', '"car": 0.95'))
    stricter = run(workspace, output=tmp_path / "stricter")
    softer = run(workspace, output=tmp_path / "soft", method="soft")
    assert [calls(log) for log in logs] == [10, 10]
    assert first.summary()["machine_boxes"]["car"] == 10 and stricter.summary()["machine_boxes"]["car"] == 0
    assert [(each.summary()["inferred"], each.summary()["cached"]) for each in (first, stricter, softer)] == [
        (20, 0),
        (0, 20),
        (0, 20),
    ]


def test_a_threshold_of_the_config_goes_over_the_registrys(workspace: Path):
    with_labelers(workspace)
    vehicle = "{vehicle: {version: v1, thresholds: {car: 0.95}}}"
    add_config(workspace, ["vehicle:b1", "pedestrian:b1"], method="hard", autolabelers=vehicle)
    assert run(workspace).summary()["machine_boxes"] == {"car": 0, "truck": 5, "pedestrian": 8, "cyclist": 4}


def test_a_new_batch_infers_only_itself(workspace: Path):
    logs = with_labelers(workspace)
    run(workspace)
    add_painted_batch(workspace, "vehicle:b2", {f"n{i}": street(i) for i in range(3)}, ["car", "truck"])
    add_config(workspace, ["vehicle:all", "pedestrian:b1"], method="hard")
    assert [job["cached"] for job in plan_summary(plan("mix", workspace=workspace))["jobs"]] == [10, 10, 0]
    again = run(workspace, overwrite=True)
    assert [calls(log) for log in logs] == [10, 13]
    assert (again.summary()["inferred"], again.summary()["cached"]) == (3, 20)


def test_another_model_is_asked_anew(workspace: Path):
    with_labelers(workspace)
    run(workspace)
    log = add_labeler(workspace, "vehicle", ["car", "truck"], misbehave="time.sleep(0)", thresholds={"car": 0.5})
    report = run(workspace, overwrite=True)
    assert (report.summary()["inferred"], calls(log)) == (10, 20)
    assert report.warnings == ("vehicle:v1 has no threshold for truck: 0.5 is a guess",)


def test_other_rules_of_the_merge_compile_anew(workspace: Path, monkeypatch: pytest.MonkeyPatch):
    with_labelers(workspace)
    before = run(workspace)
    monkeypatch.setattr("unify.merge.RULES", 2)
    with pytest.raises(OutputError, match="the output exists already"):
        run(workspace)
    after = run(workspace, overwrite=True)
    assert not after.up_to_date and after.manifest["request"] != before.manifest["request"]
    assert after.summary()["inferred"] == 0


def test_an_up_to_date_output_asks_nobody(workspace: Path):
    logs = with_labelers(workspace)
    first = files_of(run(workspace).output)
    again = run(workspace)
    assert again.up_to_date and (again.summary()["inferred"], again.summary()["cached"]) == (0, 0)
    assert [calls(log) for log in logs] == [10, 10]
    assert files_of(again.output) == first


def test_the_manifest_says_who_labeled_what(workspace: Path):
    with_labelers(workspace)
    report = run(workspace)
    (vehicle, pedestrian) = report.manifest["autolabelers"]
    assert vehicle.pop("fingerprint") != pedestrian.pop("fingerprint")
    assert vehicle == {
        "autolabeler": "vehicle:v1",
        "calibration": None,
        "classes": {
            "car": {"method": "hard", "threshold": 0.5},
            "truck": {"method": "hard", "threshold": 0.5},
        },
        "trained_on": [],
        "trained_on_batches": [],
        "self_labeled": 0,
    }
    assert report.manifest["classes"]["car"]["sources"] == {"human": 10, "vehicle:v1": 10}
    assert report.manifest["classes"]["cyclist"]["auto_label_ratio"] == 4 / 7
    assert (report.manifest["conflicts"], report.manifest["failed"]) == ({}, [])
    assert str(workspace) not in json.dumps(report.manifest)
    assert [name for name in os.listdir(workspace / "unified") if name.startswith(".mix.inf")] == []


def test_a_box_on_a_persons_box_of_an_exclusive_class_is_dropped_and_counted(workspace: Path):
    taxonomy = workspace / "registry/taxonomy.yaml"
    taxonomy.write_text(taxonomy.read_text() + "exclusive: [[car, pedestrian]]\n")
    with_labelers(workspace)
    # A model that calls every car a pedestrian too.
    code = workspace / "autolabelers/pedestrian/v1/labeler.py"
    code.write_text(code.read_text().replace("'pedestrian': (0, 255)", "'pedestrian': (255, 0)"))
    report = run(workspace)
    assert report.summary()["conflicts"] == 10 and report.manifest["conflicts"] == {"pedestrian": 10}
    assert report.summary()["machine_boxes"]["pedestrian"] == 0


def test_labeling_its_own_training_pictures_warns_and_is_counted(workspace: Path, tmp_path: Path):
    add_labeler(workspace, "vehicle", ["car", "truck"], trained_on=["pedestrian:b1"], thresholds={"car": 0.5})
    add_config(workspace, ["vehicle:b1", "pedestrian:b1"], method="{default: partial, vehicle: soft}")
    report = run(workspace)
    assert report.warnings[-1] == "vehicle:v1 labels 10 pictures it was trained on, where it looks better than it is"
    (entry,) = report.manifest["autolabelers"]
    assert (entry["trained_on_batches"], entry["self_labeled"]) == (["pedestrian:b1"], 10)
    # The same through the unified dataset that was just made of both batches.
    add_labeler(workspace, "vehicle", ["car", "truck"], trained_on=["unified/mix"], thresholds={"car": 0.5})
    (entry,) = run(workspace, output=tmp_path / "next").manifest["autolabelers"]
    assert entry["trained_on_batches"] == ["pedestrian:b1", "vehicle:b1"]
    assert (entry["trained_on"], entry["self_labeled"]) == (["unified/mix"], 10)


def test_a_compile_killed_while_it_infers_goes_on_where_it_was(workspace: Path, tmp_path: Path):
    logs = with_labelers(workspace, misbehave="time.sleep(0.03)", batch_size=1)
    code = "import unify.inference.chunk as c; c.CHUNK_PICTURES = 2\nfrom unify.cli.main import main; main()"
    command = [sys.executable, "-c", code, "compile", "mix", "--workspace", str(workspace), "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list((workspace / ".unify/cache").glob("*/commits/*.json")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (workspace / "unified/mix").exists()
    report = run(workspace)
    cached = report.summary()["cached"]
    assert 0 < cached < 20 and report.summary()["inferred"] == 20 - cached
    assert sum(map(calls, logs)) <= 20 + 2 + 2  # the chunk that was lost, and the pictures looked at when it was killed
    assert report.summary()["failed"] == 0
    undisturbed = run(workspace, output=tmp_path / "whole", cache=tmp_path / "cache")
    assert files_of(report.output) == files_of(undisturbed.output)


def test_many_small_segments_are_merged_at_the_end(workspace: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("unify.autolabel.cache.compaction.MANY_SEGMENTS", 2)
    logs = with_labelers(workspace)
    first = run(workspace)
    segments = list((workspace / ".unify/cache").glob("*/segments/*.parquet"))
    assert len(segments) == len({segment.parent for segment in segments}) == 2
    again = run(workspace, output=workspace / "again")
    assert again.summary()["cached"] == 20 and [calls(log) for log in logs] == [10, 10]
    assert files_of(again.output) == files_of(first.output)


def test_ctrl_c_keeps_what_was_answered(workspace: Path):
    with_labelers(workspace)
    interrupted = "if self.count == 6: raise KeyboardInterrupt"
    add_labeler(workspace, "vehicle", ["car", "truck"], misbehave=interrupted, batch_size=1)
    with pytest.raises(KeyboardInterrupt):
        run(workspace, method="soft")
    jobs = plan_summary(plan("mix", workspace=workspace, method="soft"))["jobs"]
    # Chunks of four, people on the vehicles' ten pictures first: the sixth of the others is in the middle of a chunk.
    assert [job["cached"] for job in jobs] == [5, 10]


def test_forty_pictures_are_never_in_memory_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import weakref

    from unify.autolabel.decode import decode_picture

    workspace = painted_workspace(tmp_path / "ws", pictures=20)
    with_labelers(workspace, batch_size=2)
    alive: list[weakref.ref] = []
    most = 0

    def decode(data: bytes, path: str):
        nonlocal most
        picture = decode_picture(data, path)
        alive.append(weakref.ref(picture))
        most = max(most, sum(each() is not None for each in alive))
        return picture

    monkeypatch.setattr("unify.inference.pictures.decode_picture", decode)
    run(workspace)
    assert len(alive) == 40 and most <= 2 + 2 + 2 * 2 + 2  # ahead, waiting for both models, in the helpers' hands


def test_a_batch_is_put_together_while_the_model_looks_at_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    workspace = painted_workspace(tmp_path / "ws", method="{default: partial, vehicle: hard}")
    with_labelers(workspace, batch_size=2)
    assemble, predict_batch = AutoLabeler.assemble, AutoLabeler.predict_batch
    assembled = threading.Semaphore(0)
    asked = 0

    def assemble_and_say_so(self: AutoLabeler, pictures: Sequence) -> Any:
        batch = assemble(self, pictures)
        assembled.release()
        return batch

    def look(self: AutoLabeler, *arguments: Any) -> list:
        nonlocal asked
        asked += 1
        batches = 2 if asked == 1 else 1 if asked < 5 else 0  # the first, and from then on the next: five in all
        assert all(assembled.acquire(timeout=20) for _ in range(batches))
        return predict_batch(self, *arguments)

    monkeypatch.setattr("unify.inference.chunk.CHUNK_PICTURES", 10)
    monkeypatch.setattr(AutoLabeler, "assemble", assemble_and_say_so)
    monkeypatch.setattr(AutoLabeler, "predict_batch", look)
    assert run(workspace).summary()["inferred"] == 10 and asked == 5


def test_painted_pictures_are_all_different():
    words = [f"{letter}{number}" for letter in "vpxn" for number in range(20)]
    assert len({painted.is_picture(word) for word in words}) == len(words)
