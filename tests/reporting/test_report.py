"""Reports of a dataset that was really compiled."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.inference.painted import add_painted_batch, painted_workspace, street, with_labelers
from tests.workspaces import add_config, files_of
from unify.compiler import compile
from unify.core.types import JsonObject
from unify.errors import DatasetError, OutputError, UnifyError
from unify.ranking.difficulty import Level
from unify.ranking.pictures import rate_pictures
from unify.records.decode import iterate_examples
from unify.reporting.reference import open_dataset
from unify.reporting.report import DatasetReport, make_report, report_bytes


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``hard`` of two training batches and a validation batch; ``partial`` of the same without the last picture."""
    root = painted_workspace(tmp_path_factory.mktemp("reporting") / "ws")
    with_labelers(root, trained_on=["vehicle:b1"])
    add_painted_batch(root, "vehicle:v", {"w0": street(3)}, ["car", "truck"], split="val")
    add_config(root, ["vehicle:b1", "pedestrian:b1", "vehicle:v"], method="hard", shard_size_mb=0.002)
    compile("mix", workspace=root, workers=1)
    add_config(root, ["vehicle:b1", "pedestrian:b1"], "before", method="partial")
    compile("before", workspace=root, workers=1)
    return root


def made(workspace: Path, name: str = "mix", **options) -> DatasetReport:
    return make_report(open_dataset(workspace / "unified" / name), **options)


@pytest.fixture(scope="module")
def content(workspace: Path) -> JsonObject:
    return made(workspace).content


def test_the_counts_are_those_of_the_manifest(workspace: Path, content: JsonObject):
    manifest = open_dataset(workspace / "unified/mix").manifest
    for row in content["classes"]:
        entry = manifest["classes"][row["class"]]
        assert (row["boxes"], row["auto_label_ratio"]) == (entry["boxes"], round(entry["auto_label_ratio"], 6))
        assert {each["source"]: each["boxes"] for each in row["sources"]} == entry["sources"]
        assert row["pictures"]["unknown"] == entry["unknown"]
        assert sum(row["sizes"]["human"]) + sum(row["sizes"]["machine"]) == row["boxes"]
        assert sum(row["aspects"]["human"]) + sum(row["aspects"]["machine"]) == row["boxes"]
    for split, entry in manifest["splits"].items():
        assert content["headline"]["splits"][split] == {key: entry[key] for key in ("examples", "boxes")}


def test_coverage_says_who_looked(content: JsonObject):
    """20 training pictures, ten by task; one validation picture, where no machine fills anything."""
    rows = {(row["kind"], row["name"]): row["classes"] for row in content["coverage"]}
    assert rows["batch", "vehicle:b1"]["cyclist"]["shares"]["machine"] == 1
    assert rows["task", "vehicle"]["car"]["pictures"]["labeled"] == 11
    assert rows["split", "val"]["pedestrian"]["shares"]["unknown"] == 1
    pictures = {"labeled": 11, "incomplete": 0, "machine": 10, "assumed": 0, "unknown": 0}
    assert rows["all", "all pictures"]["truck"]["pictures"] == pictures


def test_warnings_come_from_the_manifest_and_the_counts(content: JsonObject):
    assert [each["kind"] for each in content["warnings"]] == ["self_training", "unvalidated_class"]


def test_the_lineage_accounts_for_every_box(content: JsonObject):
    counted, head = content["lineage"]["accounting"], content["headline"]
    assert (counted["human"], counted["machine"]) == (head["human_boxes"], head["machine_boxes"])
    assert counted["unknown"] == 0
    boxes = {row["batch"]: row["human_boxes"] for row in content["batches"]}
    assert {row["batch"]: row["human"] for row in counted["batches"]} == boxes
    assert {row["batch"]: row["machine"] for row in counted["batches"]}["vehicle:b1"] == head["machine_boxes"]


def test_a_gallery_picture_is_its_record(workspace: Path):
    report = made(workspace, gallery=None)
    examples = {str(each.source_id): each for each in iterate_examples(workspace / "unified/mix")}
    assert [each["id"] for each in report.content["gallery"]["pictures"]]
    for picture in report.content["gallery"]["pictures"]:
        example = examples.pop(picture["id"])
        assert report.pictures(picture["id"]) == example.encoded
        assert (picture["file"], picture["height"], picture["width"]) == (example.filename, *example.image_hw)
        assert [box["source"] for box in picture["boxes"]] == list(example.source)
        for box, xyxy in zip(picture["boxes"], example.boxes_xyxy_px.tolist()):
            assert box["xyxy"] == pytest.approx(xyxy, abs=0.01)
        named = [name for names in picture["states"].values() for name in names]
        assert sorted(named) == ["car", "cyclist", "pedestrian", "truck"]
        machine = {box["class"] for box in picture["boxes"] if box["machine"]}
        assert machine <= set(picture["states"]["machine"]) == set(picture["absence"])
    assert not examples


def test_a_small_gallery_still_shows_every_source_and_state(workspace: Path):
    pictures = made(workspace, gallery=6).content["gallery"]["pictures"]
    assert len(pictures) == 6
    assert {source for each in pictures for source in each["sources"]} == {"human", "vehicle:v1", "pedestrian:v1"}
    seen = {(state, name) for each in pictures for state, names in each["states"].items() for name in names}
    assert {state for state, _ in seen} == {"labeled", "machine", "unknown"}


def test_pictures_are_rated_by_what_the_cache_holds(workspace: Path):
    """All 20 training pictures were asked about; of the validation picture people left two classes open, unasked."""
    content = made(workspace, gallery=None).content
    found = content["difficulty"]
    assert (found["note"], found["rated"]) == (None, 20)
    assert sum(of["pictures"] for of in found["levels"].values()) == 20
    rated = _levels(workspace)
    shown = {each["id"]: each for each in content["gallery"]["pictures"]}
    digests = {str(each.source_id): each.sha256 for each in iterate_examples(workspace / "unified/mix")}
    assert {key: shown[key]["difficulty"] for key in shown} == {key: rated.get(digests[key]) for key in shown}
    assert [each["split"] for each in shown.values() if each["difficulty"] is None] == ["val"]
    for level, of in found["levels"].items():
        assert {shown[each]["difficulty"] for each in of["examples"]} <= {level}
        assert len(of["examples"]) == min(4, of["pictures"])


def _levels(workspace: Path) -> dict[str, str]:
    """Hex digest of a picture -> level."""
    found = rate_pictures(workspace / "unified/mix", workspace=workspace)
    return {row.tobytes().hex(): str(Level(level)) for row, level in zip(found.sha256, found.level.tolist())}


@pytest.mark.parametrize(
    ("spoil", "note"),
    [
        (lambda root: shutil.rmtree(root / "registry"), "the dataset lies in no workspace"),
        (lambda root: shutil.rmtree(root / "registry/autolabelers"), "no auto-labeler is registered"),
        (lambda root: shutil.rmtree(root / ".unify/cache"), "no auto-labeler has scored a class that people left open"),
        (
            lambda root: shutil.rmtree(root / "data/vehicle"),
            "the pictures could not be rated: annotations of vehicle:b1 not found; unify rank says more",
        ),
    ],
)
def test_where_pictures_cannot_be_rated_the_report_says_why(
    workspace: Path, tmp_path: Path, spoil: Callable[[Path], None], note: str
):
    root = tmp_path / "ws"
    shutil.copytree(workspace, root)
    spoil(root)
    content = make_report(open_dataset(root / "unified/before"), gallery=2).content
    assert content["difficulty"]["note"].startswith(note)
    assert (content["difficulty"]["rated"], content["gallery"]["pictures"][0]["difficulty"]) == (0, None)


def test_equal_datasets_have_equal_reports_wherever_they_lie(workspace: Path, monkeypatch: pytest.MonkeyPatch):
    first = report_bytes(made(workspace, against=open_dataset(workspace / "unified/before")).content)
    monkeypatch.setattr("unify.reporting.stream.CHUNK_PICTURES", 3)
    second = report_bytes(made(workspace, against=open_dataset(workspace / "unified/before")).content)
    assert first == second
    assert str(workspace).encode() not in first


def test_a_report_changes_nothing(workspace: Path):
    before = _but_the_memo_of_digests(workspace)
    made(workspace)
    assert _but_the_memo_of_digests(workspace) == before


def _but_the_memo_of_digests(workspace: Path) -> dict[str, bytes]:
    """Every file and its bytes; digests of files are remembered as soon as their files are old enough."""
    return {name: data for name, data in files_of(workspace).items() if not name.startswith(".unify/digests/")}


def test_what_changed_from_partial_to_hard(workspace: Path):
    changed = made(workspace, against=open_dataset(workspace / "unified/before"))
    found = changed.content["compare"]
    assert found["method"] == [
        {"task": "pedestrian", "before": "partial", "after": "hard"},
        {"task": "vehicle", "before": "partial", "after": "hard"},
    ]
    assert found["batches"] == [{"name": "vehicle:v", "change": "added", "details": []}]
    assert [(each["name"], each["change"]) for each in found["autolabelers"]] == [
        ("vehicle:v1", "added"),
        ("pedestrian:v1", "added"),
    ]
    assert found["thresholds"][0] == {
        "class": "car",
        "autolabeler": "vehicle:v1",
        "before": None,
        "after": "hard, 0.5",
    }
    assert found["pictures"] == {"both": 20, "only_before": 0, "only_after": 1, "differ": 20}
    assert {each["class"]: each["pictures"] for each in found["classes"]} == dict.fromkeys(
        ("car", "truck", "pedestrian", "cyclist"), 10
    )
    for each in found["examples"]:
        assert changed.pictures(each["id"])
        hand = [
            Counter(box["class"] for box in each[side]["boxes"] if not box["machine"]) for side in ("before", "after")
        ]
        assert hand[0] == hand[1]
        differing = {name for name in each["classes"]}
        assert differing == set(each["after"]["states"]["machine"]) == set(each["before"]["states"]["unknown"])


def test_a_dataset_is_like_itself(workspace: Path):
    found = made(workspace, against=open_dataset(workspace / "unified/mix")).content["compare"]
    assert found["same"]
    assert [found[key] for key in ("method", "batches", "autolabelers", "thresholds", "examples")] == [[]] * 5
    assert found["pictures"] == {"both": 21, "only_before": 0, "only_after": 0, "differ": 0}


def test_outside_of_a_workspace_the_dataset_speaks_for_itself(workspace: Path, tmp_path: Path, content: JsonObject):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for name, data in files_of(workspace / "unified/mix").items():
        (folder / name).write_bytes(data)
    alone = make_report(open_dataset(folder)).content
    assert alone["classes"] == content["classes"] and alone["coverage"] == content["coverage"]
    assert alone["lineage"]["accounting"] == content["lineage"]["accounting"]


def test_a_damaged_shard_is_named(workspace: Path, tmp_path: Path):
    for name, data in files_of(workspace / "unified/mix").items():
        (tmp_path / name).write_bytes(data)
    shard = next(iter(sorted(tmp_path.glob("*.tfrecord"))))
    data = bytearray(shard.read_bytes())
    data[40] ^= 1
    shard.write_bytes(data)
    with pytest.raises(DatasetError, match="record 0 at byte 0: wrong CRC of the data"):
        make_report(open_dataset(tmp_path))
    shard.unlink()
    with pytest.raises(DatasetError, match="the shard cannot be read: No such file"):
        make_report(open_dataset(tmp_path))


def test_no_dataset_is_no_report(tmp_path: Path):
    with pytest.raises(DatasetError, match="there is no unified dataset here: its manifest is missing"):
        open_dataset(tmp_path / "nothing")


def test_fewer_pictures_than_none_are_refused(workspace: Path):
    with pytest.raises(UnifyError) as raised:
        made(workspace, gallery=-1)
    assert str(raised.value) == (
        "gallery: cannot show fewer pictures than none\n"
        "  got:      -1\n"
        "  expected: 0 or more\n"
        "  fix:      leave it out, or write 'all'"
    )


def test_the_page_and_its_numbers_are_written_side_by_side(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from unify.reporting.report import report

    monkeypatch.setattr("unify.reporting.page.render_report", lambda content, pictures: content["headline"]["name"])
    written = report(workspace / "unified/mix", output=tmp_path / "page.html", gallery=2)
    assert (tmp_path / "page.html").read_text() == "mix"
    assert json.loads((tmp_path / "page.json").read_bytes()) == written.content
    assert written.summary()["files"] == [str(tmp_path / "page.html"), str(tmp_path / "page.json")]
    assert written.summary()["shown"] == 2
    with pytest.raises(OutputError, match="the page's name does not end in .html"):
        report(workspace / "unified/mix", output=tmp_path / "page.txt")


def test_every_key_of_the_report_stands_in_the_readme(workspace: Path):
    import unify.reporting

    text = (Path(unify.reporting.__file__).parent / "README.md").read_text()
    content = made(workspace, against=open_dataset(workspace / "unified/before")).content
    names = {*content, *content["headline"], *content["compare"], *content["lineage"], *content["gallery"]}
    for part in ("batches", "coverage", "classes", "autolabelers", "tasks", "warnings"):
        names |= content[part][0].keys()
    names |= content["gallery"]["pictures"][0].keys() | content["gallery"]["pictures"][0]["boxes"][0].keys()
    names |= content["classes"][0]["expected"].keys() | content["lineage"]["nodes"][0].keys()
    names |= content["difficulty"].keys() | content["difficulty"]["levels"]["hard"].keys()
    names |= content["autolabelers"][0]["calibration"].keys() | content["lineage"]["accounting"].keys()
    assert {name for name in names if name not in text} == set()
