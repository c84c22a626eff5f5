"""Datumaro reads our shards and our COCO export."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from tests.interop.conftest import Ask
from tests.interop.expected import assert_same_pixels
from tests.interop.scene import SCENE, SPLIT_OF, Picture
from unify.records.export import export_dataset

pytestmark = pytest.mark.slow

EXPORT_ROUNDING = 1e-3  # pixels; the export rounds to three decimals
BY_STEM = {PurePosixPath(picture.name).stem: picture for picture in SCENE}


@pytest.fixture(scope="module")
def from_records(ask: Ask, dataset: Path) -> list[dict]:
    return ask("datumaro_records", dataset)


@pytest.fixture(scope="module")
def from_coco(ask: Ask, dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict]:
    folder = tmp_path_factory.mktemp("coco")
    for split in ("train", "val"):
        export_dataset(
            dataset,
            to="coco",
            output=folder / f"annotations/instances_{split}.json",
            split=split,
            pictures=folder / f"images/{split}",
        )
    return ask("datumaro_coco", folder)


def assert_is(item: dict, picture: Picture) -> None:
    assert_same_pixels(item["image"], picture)
    # In an order of our own: the COCO importer gives the boxes of a picture backwards.
    got = sorted((box["name"], x, y, x + w, y + h) for box in item["boxes"] for x, y, w, h in [box["xywh"]])
    expected = sorted((box.name, *box.xyxy) for box in picture.boxes)
    assert [name for name, *_ in got] == [name for name, *_ in expected]
    for (_, *got_xyxy), (_, *xyxy) in zip(got, expected):
        assert got_xyxy == pytest.approx(xyxy, abs=EXPORT_ROUNDING)


def test_records_hold_every_picture_with_its_boxes(from_records: list[dict]):
    assert sorted(item["id"] for item in from_records) == sorted(BY_STEM)
    for item in from_records:
        assert_is(item, BY_STEM[item["id"]])


def test_a_shard_is_a_subset_named_after_its_split(from_records: list[dict]):
    for item in from_records:
        assert item["subset"].split("-")[0] == SPLIT_OF[BY_STEM[item["id"]].name]


def test_coco_export_holds_every_picture_with_its_boxes(from_coco: list[dict]):
    assert len(from_coco) == len(SCENE)
    for item in from_coco:
        picture = BY_STEM[PurePosixPath(item["id"]).name.split(".")[0]]
        assert item["subset"] == SPLIT_OF[picture.name]
        assert_is(item, picture)


def test_coco_export_keeps_crowds(from_coco: list[dict]):
    crowds = {item["id"]: [box["name"] for box in item["boxes"] if box["crowd"]] for item in from_coco}
    assert {name: boxes for name, boxes in crowds.items() if boxes} == {"vehicle/b1/jam": ["car"]}
