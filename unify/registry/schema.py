"""The shape of every YAML file a person writes. JSON Schemas for editors are exported from these models.

Only the shape: what one value may be, seen alone. Whether a class exists or an id is used twice is checked where the
files are loaded. Import this module inside functions: pydantic takes a tenth of a second to load.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
REF_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*:[A-Za-z0-9][A-Za-z0-9_.-]*$"
SPLIT_PATTERN = r"^[a-z0-9_]+$"
DIGEST_PATTERN = r"^sha256:[0-9a-f]{64}$"

# What a pattern asks for, in words.
PATTERNS = {
    NAME_PATTERN: "letters, digits, '_', '-' and '.', the first a letter or digit",
    REF_PATTERN: "task:batch",
    SPLIT_PATTERN: "lower-case letters, digits and '_'",
    DIGEST_PATTERN: "'sha256:' and 64 hexadecimal digits",
}

# One mistyped digit would make a column for each id below it.
LARGEST_CLASS_ID = 65_535

Name = Annotated[str, Field(pattern=NAME_PATTERN)]
ClassId = Annotated[int, Field(ge=1, le=LARGEST_CLASS_ID)]
Threshold = Annotated[float, Field(ge=0, le=1)]
MethodName = Literal["partial", "hard", "soft", "naive"]


class Shape(BaseModel):
    """Base of all shapes: no unknown keys, and no value is turned into another type."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class TaskEntry(Shape):
    """One task: classes that are labeled together."""

    classes: dict[Name, ClassId] = Field(
        min_length=1,
        description="class name: id, from 1; ids are never changed or used again",
        examples=[{"pedestrian": 4, "cyclist": 5}],
    )
    exclusive: bool = Field(True, description="false if one object can be two classes of this task")


class TaxonomyFile(Shape):
    """All tasks, their classes and ids."""

    tasks: dict[Name, TaskEntry] = Field(
        min_length=1, description="task name: its classes", examples=[{"pedestrian": {"classes": {"pedestrian": 4}}}]
    )
    exclusive: list[list[str]] = Field(
        [], description="groups of classes one object cannot both be", examples=[[["car", "pedestrian"]]]
    )


class BatchEntry(Shape):
    """A batch of pictures and human boxes. An optional path is "" where the file has no such key."""

    annotations: str = Field(
        min_length=1, description="annotation file or folder, from the workspace", examples=["data/ped/b1.json"]
    )
    images: str = Field(
        min_length=1, description="folder of the pictures, from the workspace", examples=["data/ped/b1"]
    )
    format: Literal["coco", "voc", "yolo"] = Field("coco", description="format of the annotations")
    split: str = Field("train", pattern=SPLIT_PATTERN, description="split the pictures go to", examples=["val"])
    labeled_classes: list[str] = Field(
        default_factory=list,
        description="classes searched exhaustively on every picture; the task's classes by default",
        examples=[["pedestrian", "cyclist"]],
    )
    class_map: dict[str, str] = Field(
        {}, description="category of the annotation file: class of the taxonomy", examples=[{"person": "pedestrian"}]
    )
    ignore_categories: list[str] = Field(
        [], description="categories of the annotation file that are left out", examples=[["dog"]]
    )
    exif_orientation: Literal["ignore", "apply"] = Field(
        "ignore", description="apply: the boxes were drawn on pictures turned as their EXIF orientation says"
    )
    image_set: str = Field(
        "",
        min_length=1,
        description="text file that names the batch's pictures, one a line; all pictures by default",
        examples=["data/ped/train.txt"],
    )
    notes: str = Field("", description="free text", examples=["rainy nights"])


class DatasetsFile(Shape):
    """The component dataset of one task, in batches."""

    task: Name = Field(description="task of the taxonomy; the file is named like it", examples=["pedestrian"])
    batches: dict[Name, BatchEntry] | None = Field(
        description="batch name: where its files are",
        examples=[{"b1": {"annotations": "data/ped/b1.json", "images": "data/ped/b1"}}],
    )


class VersionEntry(Shape):
    """One version of an auto-labeler."""

    adapter: str = Field(
        min_length=1, description="a known adapter or path/to/file.py:Class", examples=["keras", "detector.py:Detector"]
    )
    path: str = Field(
        "", min_length=1, description="weights, from the workspace", examples=["autolabelers/pedestrian/v3/model.keras"]
    )
    options: dict[str, Any] = Field(
        {}, description="arguments of the adapter", examples=[{"input_hw": [320, 320], "batch_size": 32}]
    )
    thresholds: dict[str, Threshold] = Field(
        {}, description="class: score from which hard labels a box, 0 to 1", examples=[{"pedestrian": 0.42}]
    )
    calibration: str = Field(
        "",
        min_length=1,
        description="calibration file, from the workspace",
        examples=["autolabelers/pedestrian/v3/calibration.json"],
    )
    trained_on: list[str] = Field(
        [],
        description="batches and unified datasets it was trained on",
        examples=[["pedestrian:[b1-b3]", "unified/adas-v6"]],
    )
    metrics: dict[str, float] = Field({}, description="free numbers", examples=[{"f1": 0.81}])


class AutoLabelerFile(Shape):
    """The versions of one auto-labeler, newest first."""

    name: Name = Field(description="the file is named like it", examples=["pedestrian"])
    classes: list[str] = Field(min_length=1, description="classes it finds", examples=[["pedestrian", "cyclist"]])
    versions: dict[Name, VersionEntry] | None = Field(
        description="version: its adapter; newest first, the top is the default",
        examples=[{"v1": {"adapter": "keras"}}],
    )


class ChoiceEntry(Shape):
    """An auto-labeler chosen for a task, with thresholds of its own."""

    name: str = Field("", min_length=1, description="the task's auto-labeler by default", examples=["pedestrian"])
    version: str = Field("latest", description="a version, or latest", examples=["v3"])
    thresholds: dict[str, Threshold] = Field(
        {},
        description="class: score from which hard labels a box, over the registered one; nothing to soft",
        examples=[{"pedestrian": 0.5}],
    )


def _kind(value: Any) -> str | None:
    """Tag of a value that may be written in several ways; the angle brackets keep tags apart from YAML keys."""
    if isinstance(value, str):
        return "<text>"
    if isinstance(value, (dict, ChoiceEntry)):
        return "<mapping>"
    return "<list>" if isinstance(value, list) else None


def _one_of(expected: str) -> Discriminator:
    return Discriminator(_kind, custom_error_type="kind", custom_error_message=expected)


Methods = Annotated[
    Annotated[MethodName, Tag("<text>")] | Annotated[dict[str, MethodName], Tag("<mapping>")],
    _one_of("a method, or a mapping from task to method"),
]
Choice = Annotated[
    Annotated[str, Tag("<text>")] | Annotated[ChoiceEntry, Tag("<mapping>")],
    _one_of("'name:version', or a mapping with version and thresholds"),
]
Choices = Annotated[
    Annotated[str, Tag("<text>")] | Annotated[ChoiceEntry, Tag("<mapping>")] | Annotated[list[Choice], Tag("<list>")],
    _one_of("'name:version', a mapping with version and thresholds, or a list of those"),
]


ExecutorName = Literal["local", "ray"]


class ExecutorEntry(Shape):
    """Where the work runs. What stands on the command line goes over it."""

    name: ExecutorName = Field("local", description="processes of this machine, or a Ray cluster", examples=["ray"])
    workers: int | None = Field(
        None, ge=1, description="how many; by default the cores, or what the cluster has room for", examples=[16]
    )
    ray_address: str | None = Field(
        None,
        min_length=1,
        description="of the cluster; $RAY_ADDRESS, or a Ray of its own, by default",
        examples=["ray://head:10001"],
    )
    gpus_per_worker: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = Field(
        None, description="on Ray, for auto-labelers; the cluster's GPUs are shared out by default", examples=[0.5]
    )


Executor = Annotated[
    Annotated[ExecutorName, Tag("<text>")] | Annotated[ExecutorEntry, Tag("<mapping>")],
    Discriminator(
        lambda value: {str: "<text>", dict: "<mapping>", ExecutorEntry: "<mapping>"}.get(type(value)),
        custom_error_type="kind",
        custom_error_message="local, ray, or a mapping with name, workers, ray_address and gpus_per_worker",
    ),
]


class ConfigFile(Shape):
    """A compile request."""

    name: Name = Field(description="name of the unified dataset", examples=["adas-v7"])
    method: Methods = Field(
        "partial",
        description="partial, hard, soft or naive; or per task, with a default",
        examples=["soft", {"default": "soft", "pedestrian": "partial"}],
    )
    datasets: list[str] = Field(
        min_length=1,
        description="selected batches; a later one wins a disagreement",
        examples=[["vehicle:b6", "pedestrian:[b1-b4,b5]"]],
    )
    autolabelers: dict[str, Choices] = Field(
        {},
        description="task: auto-labeler; the top of each stack by default",
        examples=[{"vehicle": "vehicle:v4", "pedestrian": {"version": "v3", "thresholds": {"pedestrian": 0.5}}}],
    )
    output: str = Field(
        "",
        min_length=1,
        description="folder of the unified dataset; unified/<name> by default",
        examples=["unified/v7"],
    )
    seed: int = Field(0, ge=0, description="decides the order of the examples", examples=[7])
    shard_size_mb: float = Field(128.0, gt=0, allow_inf_nan=False, description="size of a shard, 2**20 bytes each")
    auto_label_splits: list[Annotated[str, Field(pattern=SPLIT_PATTERN)]] = Field(
        default_factory=lambda: ["train"],
        min_length=1,
        description="splits whose unknown classes are filled; others keep human labels only",
        examples=[["train", "val"]],
    )
    ignore_zone: bool = Field(
        False, description="hard: ignore boxes between the low and the high threshold instead of calling them absent"
    )
    on_missing: Literal["error", "mask"] = Field(
        "error", description="mask: leave a class unknown where no auto-labeler fills it"
    )
    executor: Executor = Field(
        "local",
        description="where the work runs, which is no part of the result",
        examples=["ray", {"name": "ray", "ray_address": "ray://head:10001", "gpus_per_worker": 1}],
    )


class LockedReading(Shape):
    """The keys of a batch that give its bytes their meaning."""

    format: str
    split: str
    labeled_classes: list[str]
    class_map: dict[str, str]
    ignore_categories: list[str]
    exif_orientation: str


Digest = Annotated[str, Field(pattern=DIGEST_PATTERN)]


class LockedBatch(Shape):
    """What a batch was when it was first used."""

    annotations: Digest
    pictures: Digest
    num_pictures: Annotated[int, Field(ge=0)]
    num_boxes: Annotated[int, Field(ge=0)]
    reading: LockedReading


class LockFile(Shape):
    """``registry/lock.yaml``, written by the tool."""

    version: Literal[1]
    batches: dict[Annotated[str, Field(pattern=REF_PATTERN)], LockedBatch]
