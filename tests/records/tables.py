"""Tables and whole datasets for the tests of records: described as rows, with real files behind them.

row = ExampleRow(picture=b"...", labeled={1: 1.0}, boxes=[BoxRow((10, 10, 50, 40), class_id=1)])
table = write_table(tmp_path, [row])
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from unify.core.taxonomy import Taxonomy
from unify.core.types import ExampleTable, JsonObject, PictureFormat, State
from unify.records.counts import dataset_classes, split_classes, sum_counts
from unify.records.label_map import LABEL_MAPS
from unify.records.manifest import MANIFEST_NAME, manifest_bytes, seal_manifest, taxonomy_entry
from unify.records.shard import ShardJob, ShardResult, write_shard

TAXONOMY = Taxonomy(
    tasks={"vehicle": ("car", "truck"), "pedestrian": ("pedestrian", "cyclist")},
    ids={"car": 1, "truck": 2, "pedestrian": 3, "cyclist": 5},  # id 4 is skipped
)
SOURCES = ("human", "pedestrian:v3")


@dataclass(frozen=True)
class BoxRow:
    """One box as a row."""

    xyxy: tuple[float, float, float, float]
    class_id: int
    area: float = 1.0
    crowd: bool = False
    difficult: bool = False
    weight: float = 1.0
    box_weight: float = 1.0
    score: float = 1.0
    source: int = 0


@dataclass(frozen=True)
class ExampleRow:
    """One example as a row; ``labeled`` maps class id to absence weight."""

    picture: bytes = b"\xff\xd8\xff a picture"
    filename: str = "a.jpg"
    batches: tuple[str, ...] = ("vehicle:b1",)
    image_hw: tuple[int, int] = (100, 200)
    format: PictureFormat = PictureFormat.JPEG
    labeled: Mapping[int, float] = field(default_factory=dict)
    incomplete: frozenset[int] = frozenset()
    boxes: Sequence[BoxRow] = ()


def make_table(rows: Sequence[ExampleRow], taxonomy: Taxonomy = TAXONOMY) -> ExampleTable:
    """The rows as columns; the pictures have no files."""
    boxes = [box for row in rows for box in row.boxes]
    shape = (len(rows), taxonomy.num_columns)
    state, absence_weight = np.zeros(shape, np.uint8), np.zeros(shape, np.float32)
    for index, row in enumerate(rows):
        for class_id, weight in row.labeled.items():
            state[index, class_id - 1], absence_weight[index, class_id - 1] = State.LABELED, weight
        for class_id in row.incomplete:
            state[index, class_id - 1] = State.INCOMPLETE
    digests = b"".join(hashlib.sha256(row.picture).digest() for row in rows)
    return ExampleTable(
        sha256=np.frombuffer(digests, np.uint8).reshape(len(rows), 32),
        paths=["" for _ in rows],
        filenames=[row.filename for row in rows],
        batches=[row.batches for row in rows],
        image_hw=np.array([row.image_hw for row in rows], np.int32).reshape(-1, 2),
        num_bytes=np.array([len(row.picture) for row in rows], np.int64),
        mtime_ns=np.zeros(len(rows), np.int64),
        format=np.array([row.format for row in rows], np.uint8),
        state=state,
        absence_weight=absence_weight,
        box_offsets=np.cumsum([0, *(len(row.boxes) for row in rows)]),
        boxes_xyxy=np.array([box.xyxy for box in boxes], np.float32).reshape(-1, 4),
        box_class=np.array([box.class_id for box in boxes], np.int32),
        box_area=np.array([box.area for box in boxes], np.float32),
        box_crowd=np.array([box.crowd for box in boxes], bool),
        box_difficult=np.array([box.difficult for box in boxes], bool),
        box_weight=np.array([box.weight for box in boxes], np.float32),
        box_regression_weight=np.array([box.box_weight for box in boxes], np.float32),
        box_score=np.array([box.score for box in boxes], np.float32),
        box_source=np.array([box.source for box in boxes], np.int32),
        sources=SOURCES,
    )


def write_table(folder: Path, rows: Sequence[ExampleRow], taxonomy: Taxonomy = TAXONOMY) -> ExampleTable:
    """`make_table` with the pictures written to ``folder``."""
    table = make_table(rows, taxonomy)
    for index, row in enumerate(rows):
        path = folder / f"{index}.jpg"
        path.write_bytes(row.picture)
        table.paths[index] = str(path)
        table.mtime_ns[index] = path.stat().st_mtime_ns
    return table


def write_dataset(folder: Path, pictures: Path, splits: Mapping[str, Sequence[Sequence[ExampleRow]]]) -> JsonObject:
    """A whole unified dataset in ``folder``: split -> shards -> rows. Returns its manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    shards: list[tuple[str, ShardResult]] = []
    for split, shard_rows in splits.items():
        for number, rows in enumerate(shard_rows):
            name = f"{split}-{number:05d}-of-{len(shard_rows):05d}"
            (pictures / name).mkdir(parents=True, exist_ok=True)
            job = ShardJob(str(folder), f"{name}.tfrecord", write_table(pictures / name, rows), TAXONOMY)
            shards.append((split, write_shard(job)))
    maps = {name: render(TAXONOMY).encode() for name, render in LABEL_MAPS.items()}
    manifest = seal_manifest(
        {
            "name": "tiny",
            "seed": 7,
            "method": {"vehicle": "partial", "pedestrian": "partial"},
            "taxonomy": taxonomy_entry(TAXONOMY),
            "inputs": [],
            "autolabelers": [],
            "auto_label_splits": [],
            "splits": {split: _split([result for name, result in shards if name == split]) for split in splits},
            "classes": dataset_classes(sum_counts([result.classes for _, result in shards], TAXONOMY)),
            "shards": [_shard(split, result) for split, result in shards],
            "files": {name: hashlib.sha256(data).hexdigest() for name, data in maps.items()},
            "skipped": [],
            "merged": {},
            "request": "0" * 64,
            "transcoded": sum(result.transcoded for _, result in shards),
        }
    )
    for name, data in {**maps, MANIFEST_NAME: manifest_bytes(manifest)}.items():
        (folder / name).write_bytes(data)
    return manifest


def _split(results: Sequence[ShardResult]) -> JsonObject:
    return {
        "examples": sum(result.examples for result in results),
        "boxes": sum(result.boxes for result in results),
        "classes": split_classes(sum_counts([result.classes for result in results], TAXONOMY)),
    }


def _shard(split: str, result: ShardResult) -> JsonObject:
    return {
        "file": result.file_name,
        "split": split,
        "examples": result.examples,
        "boxes": result.boxes,
        "bytes": result.num_bytes,
        "sha256": result.sha256,
    }


THREE_SHARDS = {
    "train": [
        [
            ExampleRow(
                b"\xff\xd8 one",
                "one.jpg",
                labeled={1: 1.0, 2: 1.0},
                boxes=[BoxRow((10, 20, 60, 50), 1), BoxRow((0, 0, 20, 20), 1, source=1, weight=0.5, score=0.75)],
            ),
            ExampleRow(b"\xff\xd8 two", "two.jpg", labeled={1: 1.0, 2: 1.0}),
        ],
        [ExampleRow(b"\xff\xd8 three", "three.jpg", ("pedestrian:b1",), incomplete=frozenset({3, 5}))],
    ],
    "val": [
        [ExampleRow(b"\xff\xd8 four", "four.jpg", labeled={3: 1.0, 5: 1.0}, boxes=[BoxRow((1, 1, 9, 9), 5)])],
    ],
}
