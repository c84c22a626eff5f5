"""Tiny labels, taxonomies and configs for tests that start behind the files.

A picture is named by a word; equal words are equal bytes. A batch reads like the sentence it stands for::

    make_batch("vehicle:b1", {"street": {"car": [(10, 10, 50, 40)]}, "empty": {}}, labeled=["car", "truck"])
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from unify.core.boxes import box_areas
from unify.core.taxonomy import Taxonomy
from unify.core.types import BatchLabels, BatchRef, Method, PictureFormat, PictureTable, SkippedPicture, State
from unify.registry.objects import AutoLabelerChoice, AutoLabelerRef, AutoLabelerVersion, Batch, CompileConfig

Box = tuple[float, float, float, float]
Picture = tuple[str, Mapping[str, Sequence[Box]]]

TAXONOMY = Taxonomy(
    tasks={"vehicle": ("car", "truck"), "pedestrian": ("pedestrian", "cyclist")},
    ids={"car": 1, "truck": 2, "pedestrian": 3, "cyclist": 5},  # id 4 is skipped: column 3 is nobody's
)
IMAGE_HW = (100, 200)
NUM_BYTES = 10_000


def make_taxonomy(tasks: Mapping[str, Sequence[str]]) -> Taxonomy:
    """A taxonomy whose ids count from 1 in the order given."""
    names = [name for classes in tasks.values() for name in classes]
    return Taxonomy({task: tuple(classes) for task, classes in tasks.items()}, {n: i + 1 for i, n in enumerate(names)})


def make_ref(text: str) -> BatchRef:
    """``vehicle:b1`` as a reference."""
    return BatchRef(*text.split(":"))


def digest_of(word: str) -> np.ndarray:
    """uint8 [32]; sha256 of the bytes of the picture that this word names."""
    return np.frombuffer(hashlib.sha256(word.encode()).digest(), np.uint8)


def make_pictures(words: Sequence[str], *, folder: str = "/pictures", num_bytes: int = NUM_BYTES) -> PictureTable:
    """JPEG pictures of 200 x 100 pixels, named ``<word>.jpg``."""
    count = len(words)
    return PictureTable(
        names=[f"{word}.jpg" for word in words],
        folder=folder,
        sha256=np.array([digest_of(word) for word in words], np.uint8).reshape(count, 32),
        image_hw=np.tile(np.array(IMAGE_HW, np.int32), (count, 1)),
        num_bytes=np.full(count, num_bytes, np.int64),
        mtime_ns=np.full(count, 1, np.int64),
        format=np.full(count, PictureFormat.JPEG, np.uint8),
        orientation=np.ones(count, np.uint8),
    )


def make_batch(
    ref: str,
    pictures: Mapping[str, Mapping[str, Sequence[Box]]] | Sequence[Picture],
    *,
    labeled: Iterable[str] | None = None,
    states: Mapping[tuple[str, str], State] | None = None,
    split: str = "train",
    taxonomy: Taxonomy = TAXONOMY,
    folder: str | None = None,
    num_bytes: int = NUM_BYTES,
    skipped: tuple[SkippedPicture, ...] = (),
) -> BatchLabels:
    """One batch of labels.

    Args:
        ref: ``task:batch``.
        pictures: word -> class -> boxes xyxy in pixels; as pairs where one batch holds a picture twice.
        labeled: classes searched exhaustively on every picture; the task's classes by default.
        states: (word, class) -> state, over what ``labeled`` says.
        split: its split.
        taxonomy: tasks and classes.
        folder: images folder; ``/pictures/<batch>`` by default.
        num_bytes: size of every picture file.
        skipped: pictures left out.

    Returns:
        columns as the label readers build them: a class with a box is at least incomplete.
    """
    pairs = list(pictures.items() if isinstance(pictures, Mapping) else pictures)
    names = taxonomy.tasks[make_ref(ref).task] if labeled is None else labeled
    state = np.zeros((len(pairs), taxonomy.num_columns), np.uint8)
    state[:, [taxonomy.ids[name] - 1 for name in names]] = State.LABELED
    boxes: list[Box] = []
    classes: list[int] = []
    offsets = [0]
    for row, (word, by_class) in enumerate(pairs):
        for name, drawn in by_class.items():
            column = taxonomy.ids[name] - 1
            boxes += drawn
            classes += [column + 1] * len(drawn)
            if drawn:
                state[row, column] = max(state[row, column], State.INCOMPLETE)
        for (of, name), value in (states or {}).items():
            if of == word:
                state[row, taxonomy.ids[name] - 1] = value
        offsets.append(len(boxes))
    boxes_xyxy = np.array(boxes, np.float32).reshape(-1, 4)
    return BatchLabels(
        ref=make_ref(ref),
        split=split,
        pictures=make_pictures([word for word, _ in pairs], folder=folder or f"/pictures/{ref}", num_bytes=num_bytes),
        state=state,
        box_offsets=np.array(offsets, np.int64),
        boxes_xyxy=boxes_xyxy,
        box_class=np.array(classes, np.int32),
        box_area=box_areas(boxes_xyxy),
        box_crowd=np.zeros(len(boxes), bool),
        box_difficult=np.zeros(len(boxes), bool),
        skipped=skipped,
    )


def make_autolabeler(ref: str, classes: Sequence[str]) -> AutoLabelerChoice:
    """An auto-labeler version that nobody can run, enough to plan with."""
    version = AutoLabelerVersion(AutoLabelerRef(*ref.split(":")), tuple(classes), adapter="none")
    return AutoLabelerChoice(version, thresholds={})


def make_config(
    batches: Sequence[BatchLabels] = (),
    *,
    method: str = "partial",
    methods: Mapping[str, str] | None = None,
    autolabelers: Mapping[str, Sequence[AutoLabelerChoice]] | None = None,
    taxonomy: Taxonomy = TAXONOMY,
    seed: int = 0,
    shard_size_mb: float = 128.0,
    output: Path = Path("/unified/test"),
) -> CompileConfig:
    """A compile request for ``batches``; ``methods`` (task -> method) goes over ``method``."""
    chosen = {task: Method((methods or {}).get(task, method)) for task in taxonomy.tasks}
    return CompileConfig(
        name="test",
        methods=chosen,
        batches=tuple(
            Batch(each.ref, Path("/labels.json"), Path(each.pictures.folder), split=each.split) for each in batches
        ),
        autolabelers={task: tuple(choices) for task, choices in (autolabelers or {}).items()},
        output=output,
        seed=seed,
        shard_size_mb=shard_size_mb,
        where="configs/test.yaml",
        datasets_where="configs/test.yaml:3:1",
    )
