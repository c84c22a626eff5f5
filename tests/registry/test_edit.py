"""Registering: the person's lines stay as they are, and a bad edit changes nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.registry import design_workspace
from tests.registry.workspaces import TAXONOMY, VEHICLE, make_workspace
from unify.core.types import BatchRef
from unify.errors import RegistryError
from unify.registry.edit import register_autolabeler, register_dataset
from unify.registry.insert import insert_entry
from unify.registry.load import load_registry
from unify.registry.yaml_source import parse_yaml

DATASETS = "registry/datasets/vehicle.yaml"
STACK = "registry/autolabelers/vehicle.yaml"


def add(text: str, *, on_top: bool = False, section: str = "batches") -> str:
    entry = {"annotations": "a.json", "images": "a"}
    return insert_entry(text.encode(), Path("x.yaml"), "x.yaml", section, "new", entry, on_top=on_top).decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "task: t   # mine\nbatches:\n\n  b1:   {annotations: 'a',   images: \"b\"}  # one\n\n# the end\n",
            "task: t   # mine\nbatches:\n\n  b1:   {annotations: 'a',   images: \"b\"}  # one\n"
            "  new:\n    annotations: a.json\n    images: a\n\n# the end\n",
            id="comments, columns and quotes stay",
        ),
        pytest.param(
            "batches:\n    b1:\n       annotations: a\n       images: b\ntask: t\n",
            "batches:\n    b1:\n       annotations: a\n       images: b\n"
            "    new:\n       annotations: a.json\n       images: a\ntask: t\n",
            id="indentation is the file's own",
        ),
        pytest.param(
            "batches:\n  b1:\n    images: b\n    notes: |\n      long\n\n      text\n\n# more\ntask: t\n",
            "batches:\n  b1:\n    images: b\n    notes: |\n      long\n\n      text\n"
            "  new:\n    annotations: a.json\n    images: a\n\n# more\ntask: t\n",
            id="after a literal text",
        ),
        pytest.param(
            "batches:\n  b1:\n    classes:\n    - car\n    -\n      - truck",
            "batches:\n  b1:\n    classes:\n    - car\n    -\n      - truck\n"
            "  new:\n    annotations: a.json\n    images: a\n",
            id="no line end at the end of the file",
        ),
        pytest.param(
            "task: t\r\nbatches:\r\n  b1: {}\r\n",
            "task: t\r\nbatches:\r\n  b1: {}\r\n  new:\r\n    annotations: a.json\r\n    images: a\r\n",
            id="Windows line ends",
        ),
        pytest.param(
            "\ufeffbatches:\n  b1: {}\n",
            "\ufeffbatches:\n  b1: {}\n  new:\n    annotations: a.json\n    images: a\n",
            id="byte order mark",
        ),
        pytest.param(
            "task: t\nbatches:  # none yet\n#  b1:\n",
            "task: t\nbatches:  # none yet\n  new:\n    annotations: a.json\n    images: a\n#  b1:\n",
            id="no batches yet",
        ),
        pytest.param(
            "batches: null\ntask: t\n",
            "batches: \n  new:\n    annotations: a.json\n    images: a\ntask: t\n",
            id="batches that are null",
        ),
        pytest.param("batches: {}\n", "batches: {new: {annotations: a.json, images: a}}\n", id="empty braces"),
        pytest.param(
            "batches: {b1: {images: b},\n  }  # end\n",
            "batches: {b1: {images: b}, new: {annotations: a.json, images: a},\n  }  # end\n",
            id="braces",
        ),
        pytest.param(
            "{task: t, batches: {b1: [a]}}\n",
            "{task: t, batches: {b1: [a], new: {annotations: a.json, images: a}}}\n",
            id="braces around all",
        ),
    ],
)
def test_an_entry_is_added_below(before: str, after: str) -> None:
    assert add(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "versions:\n  # the best so far\n  v1: {}\n  v0: {}\n",
            "versions:\n  # the best so far\n  new:\n    annotations: a.json\n    images: a\n  v1: {}\n  v0: {}\n",
        ),
        ("versions: {v1: {}}\n", "versions: {new: {annotations: a.json, images: a}, v1: {}}\n"),
        ("versions:\n", "versions:\n  new:\n    annotations: a.json\n    images: a\n"),
    ],
)
def test_an_entry_is_added_on_top(before: str, after: str) -> None:
    assert add(before, on_top=True, section="versions") == after


def test_an_unknown_layout_is_refused_with_the_lines_to_add() -> None:
    with pytest.raises(RegistryError) as raised:
        add("batches:\n  null\n")
    assert str(raised.value) == (
        "x.yaml: cannot be edited: unusual layout\n"
        "  fix:      add by hand:\n  new:\n    annotations: a.json\n    images: a\n"
    )


comments = st.sampled_from(["", "  # why", "   #", " # no: [yes"])
gaps = st.sampled_from(["", "\n", "# note\n", "\n  # b0:\n  #   images: x\n\n"])
spaces = st.sampled_from(["", " ", "     "])
quotes = st.sampled_from(["{}", "'{}'", '"{}"'])
notes = st.sampled_from(
    ["", "{0}notes: |\n{0}  a\n\n{0}    b\n", "{0}notes: >-\n{0}  a\n{0}  b\n\n", "{0}notes: a\n{0}  b\n"]
)


@st.composite
def blocks(draw: st.DrawFn, number: int) -> str:
    """One batch as somebody might write it."""
    path = draw(quotes).format("data/x")
    if draw(st.booleans()):
        pairs = f"annotations:{draw(spaces)} {path},{draw(spaces)}images: {path}"
        return f"  b{number}:{draw(spaces)} {{{pairs}}}{draw(comments)}\n"
    indent = draw(st.sampled_from(["   ", "    ", "      "]))
    lines = [f"{indent}annotations: {path}{draw(comments)}\n", f"{indent}images:{draw(spaces)} {path}\n"]
    classes = draw(st.sampled_from(["", f"{indent}labeled_classes:\n{indent}- car\n{indent}- truck\n"]))
    return f"  b{number}:{draw(comments)}\n" + "".join(lines) + classes + draw(notes).format(indent)


@st.composite
def dataset_files(draw: st.DrawFn) -> str:
    batches = "".join(draw(gaps) + draw(blocks(number)) for number in range(draw(st.integers(0, 3))))
    text = f"{draw(gaps)}task:{draw(spaces)} vehicle{draw(comments)}\nbatches:{draw(comments)}\n{batches}{draw(gaps)}"
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@given(dataset_files(), st.booleans())
@settings(deadline=None, max_examples=200)
def test_every_existing_line_stays_byte_for_byte(text: str, on_top: bool) -> None:
    edited = add(text, on_top=on_top)
    old, new = text.splitlines(keepends=True), edited.splitlines(keepends=True)
    at = next((index for index, line in enumerate(new) if line.strip() == "new:"), None)
    assert new[:at] + new[at + 3 :] == old
    value = parse_yaml(text.encode(), Path("x"), "x").value
    new_value = parse_yaml(edited.encode(), Path("x"), "x").value
    assert new_value["batches"].pop("new") == {"annotations": "a.json", "images": "a"}
    assert new_value["batches"] == (value["batches"] or {})


def test_a_batch_is_registered(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    path = register_dataset(
        workspace,
        "vehicle:b3",
        "data/v3.json",
        Path("data/v3"),
        split="val",
        ignore_categories=("dog",),
        class_map={"lorry": "truck"},
        notes=None,
    )
    assert path == tmp_path / DATASETS
    assert path.read_text() == VEHICLE + (
        "  b3:\n    annotations: data/v3.json\n    images: data/v3\n    split: val\n"
        "    ignore_categories: [dog]\n    class_map: {lorry: truck}\n"
    )
    batch = load_registry(workspace).batches[BatchRef("vehicle", "b3")]
    assert (batch.split, batch.class_map) == ("val", {"lorry": "truck"})


def test_the_first_batch_of_a_task_makes_the_file(tmp_path: Path) -> None:
    path = register_dataset(make_workspace(tmp_path), "pedestrian:b1", "data/p1.json", "data/p1")
    assert path.read_text() == (
        "# yaml-language-server: $schema=../.schema/datasets.json\n"
        "task: pedestrian\nbatches:\n  b1:\n    annotations: data/p1.json\n    images: data/p1\n"
    )


def test_texts_that_yaml_would_misread_are_quoted(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    register_dataset(workspace, "vehicle:on", "1:30", "no", notes="rain: a lot # of it", ignore_categories=["yes", "7"])
    batch = load_registry(workspace).batches[BatchRef("vehicle", "on")]
    assert (batch.annotations.name, batch.images.name, batch.notes) == ("1:30", "no", "rain: a lot # of it")
    assert batch.ignore_categories == {"yes", "7"}


def test_a_new_version_goes_on_top_of_the_stack(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    path = register_autolabeler(workspace, "vehicle:v1", "keras", "models/v1.keras")
    assert path.read_text() == (
        "# yaml-language-server: $schema=../.schema/autolabeler.json\n"
        "name: vehicle\nclasses: [car, truck]\nversions:\n  v1:\n    adapter: keras\n    path: models/v1.keras\n"
    )
    register_autolabeler(workspace, "vehicle:v2", "det.py:Det", thresholds={"car": 0.5}, trained_on=["vehicle:[b1-b2]"])
    v2 = "  v2:\n    adapter: 'det.py:Det'\n    thresholds: {car: 0.5}\n    trained_on: ['vehicle:[b1-b2]']\n"
    assert f"versions:\n{v2}  v1:\n" in path.read_text()
    assert [str(version.ref) for version in load_registry(workspace).autolabelers["vehicle"]] == [
        "vehicle:v2",
        "vehicle:v1",
    ]


def test_a_version_that_is_not_to_be_the_default_goes_below(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    for version in ("v1", "v2", "v3"):
        register_autolabeler(workspace, f"vehicle:{version}", "keras", on_top=version != "v2")
    stack = load_registry(workspace).autolabelers["vehicle"]
    assert [version.ref.version for version in stack] == ["v3", "v1", "v2"]


def test_an_auto_labeler_of_another_name_says_its_classes(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    with pytest.raises(RegistryError, match="the classes of auto-labeler 'yolo' are not known"):
        register_autolabeler(workspace, "yolo:v1", "keras")
    register_autolabeler(workspace, "yolo:v1", "keras", classes=["car", "cyclist"])
    assert load_registry(workspace).autolabelers["yolo"][0].classes == ("car", "cyclist")
    with pytest.raises(RegistryError, match="auto-labeler 'yolo' finds other classes"):
        register_autolabeler(workspace, "yolo:v2", "keras", classes=["car"])


def test_the_yaml_of_the_design_can_be_edited(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, design_workspace.FILES)
    register_dataset(workspace, "pedestrian:b6", "data/ped/b6.json", "data/ped/b6")
    register_autolabeler(workspace, "pedestrian:v4", "keras")
    for name, text in design_workspace.FILES.items():
        lines = (workspace / name).read_text().splitlines()
        assert [line for line in lines if line in text.splitlines()] == text.splitlines()


@pytest.mark.parametrize(
    ("ref", "optional", "expected"),
    [
        ("vehicle", {}, "vehicle: not a reference\n"),
        ("vehicle:b/3", {}, "vehicle:b/3: not a reference\n"),
        ("vehicel:b3", {}, "vehicel:b3: unknown task 'vehicel'\n"),
        ("vehicle:b2", {}, "registry/datasets/vehicle.yaml:4:3: batch 'vehicle:b2' is registered already\n"),
        ("vehicle:b3", {"splitt": "val"}, "registry/datasets/vehicle.yaml:8:5: unknown key 'splitt'\n"),
        ("vehicle:b3", {"labeled_classes": ["cra"]}, "registry/datasets/vehicle.yaml:8:23: unknown class 'cra'\n"),
        ("vehicle:b3", {"format": "coc"}, "registry/datasets/vehicle.yaml:8:13: wrong value of 'format'\n"),
    ],
)
def test_a_bad_edit_changes_nothing(tmp_path: Path, ref: str, optional: dict, expected: str) -> None:
    workspace = make_workspace(tmp_path)
    with pytest.raises(RegistryError) as raised:
        register_dataset(workspace, ref, "a.json", "a", **optional)
    assert str(raised.value).startswith(expected)
    assert (tmp_path / DATASETS).read_text() == VEHICLE
    assert sorted(path.name for path in (tmp_path / "registry/datasets").iterdir()) == ["vehicle.yaml"]


def test_an_invalid_registry_is_not_edited(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, {"registry/taxonomy.yaml": TAXONOMY.replace("car: 1", "car: 0")})
    with pytest.raises(RegistryError, match="wrong value of 'car'"):
        register_dataset(workspace, "vehicle:b3", "a.json", "a")
    assert (tmp_path / DATASETS).read_text() == VEHICLE


def test_mode_and_link_of_the_file_are_kept(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    path, real = tmp_path / DATASETS, tmp_path / "elsewhere.yaml"
    path.rename(real)
    real.chmod(0o640)
    path.symlink_to(real)
    register_dataset(workspace, "vehicle:b3", "a.json", "a")
    assert path.is_symlink() and os.stat(real).st_mode & 0o777 == 0o640
    assert "b3" in real.read_text()
