"""The shape of a trial's YAML. Like ``schema.py``: only what one value may be, and imported inside functions.

Where a key is checked in ``trial_checks.py`` for the sake of a better message, its range stands here for editors alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, Tag, create_model
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from unify.registry.schema import Methods, Name, Shape
from unify.registry.trial_objects import TRIAL_METHODS, DetectorSettings, Digits, Driving
from unify.scenes.names import CLASS_NAMES

DIGITS_TASKS = (1, 2, 3, 6)
FEWEST_SEEDS = 3
# One mistyped digit would train for weeks.
MOST_SEEDS = 100
# Keras takes no larger one.
LARGEST_SEED = 2**32 - 1
SMALLEST_SIDE, LARGEST_SIDE = 32, 4096
DETECTOR_STRIDE = 16


def _must(holds: Callable[[Any], bool], expected: str) -> AfterValidator:
    """A condition, and what it asks for in words."""

    def check(value: Any) -> Any:
        if not holds(value):
            raise PydanticCustomError("value", expected)
        return value

    return AfterValidator(check)


def _image_hw(multiple: int, expected: str) -> Any:
    side = {"type": "integer", "minimum": SMALLEST_SIDE, "maximum": LARGEST_SIDE, "multipleOf": multiple}

    def holds(sides: list[int]) -> bool:
        return len(sides) == 2 and all(SMALLEST_SIDE <= side <= LARGEST_SIDE and not side % multiple for side in sides)

    return Annotated[
        list[int],
        _must(holds, f"height and width, {expected} from {SMALLEST_SIDE} to {LARGEST_SIDE}"),
        Field(json_schema_extra={"items": side, "minItems": 2, "maxItems": 2}),
    ]


Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]
Seed = Annotated[int, Field(ge=0)]
SceneClass = Literal[*CLASS_NAMES]
DigitsTasks = Annotated[
    int,
    _must(lambda tasks: tasks in DIGITS_TASKS, "1, 2, 3 or 6, which divide the six digits evenly"),
    Field(json_schema_extra={"enum": list(DIGITS_TASKS)}),
]
TrialMethod = Annotated[str, Field(json_schema_extra={"anyOf": [{"enum": list(TRIAL_METHODS)}, {"type": "string"}]})]
_VALIDATION = "number of fully labeled pictures that specialists are calibrated on"


def _fully_labeled() -> Any:
    return Field(0.0, description="share of the training pictures that every task labeled; the others have one task's")


def _seed() -> Any:
    return Field(0, description="makes another trial of the same kind", examples=[7])


class DigitsEntry(Shape):
    """Handwritten digits on noisy canvases; needs no files."""

    kind: Literal["digits"] = Field(description="handwritten digits 0 to 5 on noisy canvases")
    tasks: DigitsTasks = Field(Digits.tasks, description="tasks that the six digits are split into: 1, 2, 3 or 6")
    fully_labeled: Share = _fully_labeled()
    train: Count = Field(Digits.train, description="number of training pictures")
    validation: Count = Field(Digits.validation, description=_VALIDATION)
    test: Count = Field(Digits.test, description="number of fully labeled pictures to evaluate on")
    noise: Share = Field(Digits.noise, description="standard deviation of the noise, of 1")
    seed: Seed = _seed()


class DrivingEntry(Shape):
    """Driving scenes, drawn by program; needs no files."""

    kind: Literal["driving"] = Field(description="driving scenes, drawn by program")
    tasks: dict[Name, Annotated[list[SceneClass], Field(min_length=1)]] = Field(
        min_length=1,
        description="task: its classes; classes that no task names are left out",
        examples=[{"vehicle": ["car", "truck", "bus"], "pedestrian": ["pedestrian", "cyclist"]}],
    )
    fully_labeled: Share = _fully_labeled()
    train: Count = Field(Driving.train, description="number of training pictures")
    validation: Count = Field(Driving.validation, description=_VALIDATION)
    test: Count = Field(Driving.test, description="number of fully labeled pictures to evaluate on")
    image_hw: _image_hw(1, "whole numbers of pixels") = Field(
        list(Driving.image_hw), description="height and width the scenes are drawn at, pixels"
    )
    seed: Seed = _seed()
    rare: dict[SceneClass, Annotated[float, Field(gt=0, le=1)]] = Field(
        default_factory=dict,
        description="class: share of the training pictures with it to keep; others are drawn in place of the rest",
        examples=[{"cone": 0.1}],
    )


class SourceEntry(Shape):
    """A fully labeled COCO file and its pictures."""

    annotations: str = Field(
        min_length=1, description="COCO JSON, from the workspace", examples=["data/cells/train.json"]
    )
    images: str = Field(min_length=1, description="folder of its pictures, from the workspace", examples=["data/cells"])


Category = Annotated[str, Field(min_length=1)]
Sources = Annotated[list[SourceEntry], Field(min_length=1)]
_SOURCE = {"annotations": "data/cells/train.json", "images": "data/cells"}


class CutEntry(Shape):
    """A fully labeled COCO dataset, of which each training picture keeps the labels of one task."""

    kind: Literal["cut"] = Field(description="a fully labeled COCO dataset, cut into partially labeled ones")
    train: Sources = Field(description="pictures to cut", examples=[[_SOURCE]])
    validation: list[SourceEntry] = Field(
        default_factory=list,
        min_length=1,
        description="fully labeled pictures that specialists are calibrated on; hard and soft need them",
        examples=[[_SOURCE]],
    )
    test: Sources = Field(description="fully labeled pictures to evaluate on", examples=[[_SOURCE]])
    tasks: dict[Name, Annotated[list[Category], Field(min_length=1)]] = Field(
        min_length=1,
        description="task: categories of the files; categories that no task names are left out",
        examples=[{"red_cells": ["RBC"], "white_cells": ["WBC"]}],
    )
    fully_labeled: Share = _fully_labeled()
    seed: Seed = _seed()


class UnknownEntry(Shape):
    """A scenario of no known kind: what its other keys mean cannot be told."""

    model_config = ConfigDict(extra="ignore")
    kind: Literal["digits", "driving", "cut"] = Field(description="digits, driving or cut")


class DetectorEntry(Shape):
    """How the reference detector is built and trained."""

    image_hw: _image_hw(DETECTOR_STRIDE, f"multiples of {DETECTOR_STRIDE}") = Field(
        list(DetectorSettings.image_hw),
        description=f"height and width the detector sees, pixels, multiples of {DETECTOR_STRIDE}",
    )
    width: Count = Field(DetectorSettings.width, description="channels of its finest features; the others follow")
    steps: Count = Field(DetectorSettings.steps, description="gradient steps")
    batch_size: Count = Field(DetectorSettings.batch_size, description="pictures a step")
    learning_rate: float = Field(
        DetectorSettings.learning_rate, gt=0, allow_inf_nan=False, description="the peak, between warm-up and decay"
    )
    flip: bool = Field(DetectorSettings.flip, description="mirror half of the training pictures left to right")
    scale: float = Field(
        DetectorSettings.scale, ge=1, allow_inf_nan=False, description="largest zoom, in or out; 1 is off"
    )
    shift: Share = Field(DetectorSettings.shift, description="largest move, as a share of the picture's size")
    color: Share = Field(DetectorSettings.color, description="largest change of brightness and contrast, as a share")


def _seeds_kind(value: Any) -> str | None:
    if isinstance(value, list):
        return "<list>"
    return "<number>" if isinstance(value, int) and not isinstance(value, bool) else None


Seeds = Annotated[
    Annotated[int, Tag("<number>"), Field(json_schema_extra={"minimum": FEWEST_SEEDS, "maximum": MOST_SEEDS})]
    | Annotated[
        list[Annotated[int, Field(json_schema_extra={"minimum": 0, "maximum": LARGEST_SEED})]],
        Tag("<list>"),
        Field(json_schema_extra={"minItems": FEWEST_SEEDS, "maxItems": MOST_SEEDS, "uniqueItems": True}),
    ],
    Discriminator(
        _seeds_kind,
        custom_error_type="seeds",
        custom_error_message=f"how many seeds, {FEWEST_SEEDS} or more, or a list of them",
    ),
]
Scenario = Annotated[DigitsEntry | DrivingEntry | CutEntry, Field(discriminator="kind")]

_SELECT_OR_MAKE = {"allOf": [{"oneOf": [{"required": ["scenario"]}, {"required": ["datasets", "evaluation"]}]}]}


class TrialFile(Shape):
    """A trial: the same pictures by several methods, a detector trained on each."""

    model_config = ConfigDict(json_schema_extra=_SELECT_OR_MAKE)
    name: Name = Field(description="name of the trial", examples=["which-method"])
    scenario: Scenario | SkipJsonSchema[None] = Field(
        default_factory=lambda: None,
        description="pictures made for the trial, instead of registered batches",
        examples=[{"kind": "digits", "tasks": 3}],
    )
    datasets: list[str] = Field(
        default_factory=list,
        min_length=1,
        description="selected batches to train on",
        examples=[["vehicle:all", "pedestrian:all"]],
    )
    evaluation: list[str] = Field(
        default_factory=list,
        min_length=1,
        description="selected batches to evaluate on, whose pictures are labeled for every class",
        examples=[["vehicle:test", "pedestrian:test"]],
    )
    withheld: list[str] = Field(
        default_factory=list,
        min_length=1,
        description="selected batches that label the rest of the same pictures; only the method full sees them",
        examples=[["vehicle:rest"]],
    )
    methods: list[TrialMethod] = Field(
        default_factory=list,
        min_length=1,
        description="naive, partial, hard, soft, mixtures and, where all labels are known, full",
        examples=[["naive", "partial", "soft"]],
    )
    mixtures: dict[Name, Methods] = Field(
        default_factory=dict,
        description="name: a method per task, with a default; named under methods like any other",
        examples=[{"careful": {"default": "soft", "pedestrian": "partial"}}],
    )
    seeds: Seeds = Field(5, description="how many times each method is trained, or a list of seeds", examples=[5])
    detector: DetectorEntry = Field(
        default_factory=DetectorEntry,
        description="how the detector is built and trained",
        examples=[{"image_hw": [192, 320], "steps": 600}],
    )
    output: str = Field(
        "", min_length=1, description="folder of the trial; trials/<name> by default", examples=["trials/which-method"]
    )


_ENTRIES: dict[Any, type[Shape]] = {"digits": DigitsEntry, "driving": DrivingEntry, "cut": CutEntry}


def trial_model(scenario: Any) -> type[TrialFile]:
    """`TrialFile` for the kind of scenario that a file holds, so that messages speak of that kind's keys alone."""
    kind = scenario.get("kind") if isinstance(scenario, dict) else None
    entry = _ENTRIES.get(kind, UnknownEntry) if isinstance(kind, str) else UnknownEntry
    return create_model("TrialFile", __base__=TrialFile, scenario=(entry, Field(default_factory=lambda: None)))
