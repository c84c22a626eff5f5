"""What may stand under ``options:`` of an auto-labeler's version. Each adapter adds its own to one of these shapes.

Import this module inside functions: pydantic takes a tenth of a second to load.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from unify.core.predictions import HIGHEST_SCORE_FLOOR, SCORE_FLOOR

MOST_PASSES = 1000
PADDING = 114  # gray near the mean of photographs: what most letterboxing detectors were trained with


def _exactly(count: int, expected: str) -> AfterValidator:
    def check(values: list[Any]) -> list[Any]:
        if len(values) != count:
            raise PydanticCustomError("length", expected)
        return values

    return AfterValidator(check)


Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Size = Annotated[list[Annotated[int, Field(ge=1)]], _exactly(2, "two whole numbers, height and width")]
PerColour = Annotated[list[Finite], _exactly(3, "three numbers, one a colour")]
PositivePerColour = Annotated[list[Positive], _exactly(3, "three numbers over 0, one a colour")]
BoxFormat = Literal["xyxy", "yxyx", "xywh", "cxcywh"]
BoxUnits = Literal["fractions", "input_pixels", "picture_pixels"]
Layout = Literal["NHWC", "NCHW"]
ClassNames = Annotated[
    Annotated[list[str], Tag("<list>")] | Annotated[dict[str, int], Tag("<mapping>")],
    Discriminator(
        lambda value: {list: "<list>", dict: "<mapping>"}.get(type(value)),
        custom_error_type="kind",
        custom_error_message="a list of names, or a mapping from name to the model's number",
    ),
]


class SecondLookOptions(BaseModel):
    """How pictures are changed before the model sees them, or how the model is."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    mirror: bool = Field(False, description="left is right")
    noise: Annotated[float, Field(ge=0, le=1)] = Field(
        0.0, description="standard deviation of the noise on every pixel, as a share of 255", examples=[0.05]
    )
    dropout: Annotated[int, Field(ge=0, le=MOST_PASSES)] = Field(
        0, description="number of a pass with the model's dropout left on, from 1; Keras models only", examples=[1]
    )


class Options(BaseModel):
    """What every auto-labeler takes."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)
    # On what is predicted: not in the recipe.
    without_effect: ClassVar[frozenset[str]] = frozenset({"batch_size", "batch_timeout_s"})

    class_names: ClassNames = Field(
        default_factory=list,
        description="the model's own classes in its order, or name: number; the declared classes by default",
        examples=[["person", "bicycle"], {"person": 1, "bicycle": 2}],
    )
    first_class: int = Field(0, ge=0, description="the model's number of the first class in the list", examples=[1])
    class_map: dict[str, str] = Field(
        {},
        description="the model's own class: declared class; classes that are neither mapped nor declared are dropped",
        examples=[{"person": "pedestrian"}],
    )
    score_kind: Literal["sigmoid", "softmax", "softmax_background"] = Field(
        "sigmoid",
        description="what the scores of several classes on one box are to each other",
        examples=["softmax_background"],
    )
    score_floor: float = Field(
        SCORE_FLOOR, ge=0, le=HIGHEST_SCORE_FLOOR, description="boxes with lower scores are not kept", examples=[0.03]
    )
    max_detections: int = Field(100, ge=1, description="most boxes kept on a picture", examples=[300])
    nms_iou: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None, description="a box suppresses weaker ones of its class over this overlap; not done by default"
    )
    batch_size: int = Field(8, ge=1, description="pictures the model gets at once", examples=[32])
    batch_timeout_s: Positive = Field(
        300.0,
        description="a batch that takes longer is given up, and its pictures are looked at one by one",
        examples=[60],
    )
    second_look: SecondLookOptions | None = Field(
        None,
        description="for a version beside the plain one: it sees changed pictures, and `unify rank` compares the two",
        examples=[{"mirror": True}],
    )


class OutputNames(BaseModel):
    """The model's own names of what it answers; "" where it has no such output."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    boxes: str = Field("", description="[B, N, 4], or the one output of another head", examples=["detection_boxes"])
    scores: str = Field("", description="[B, N], or [B, N, classes]", examples=["detection_scores"])
    classes: str = Field("", description="[B, N], numbers", examples=["detection_classes"])
    class_scores: str = Field("", description="[B, N, classes], beside scores", examples=["multiclass_scores"])
    embedding: str = Field("", description="[B, E], of the picture", examples=["pooled"])
    box_embeddings: str = Field("", description="[B, N, E]", examples=["roi_features"])


class TensorOptions(Options):
    """What an auto-labeler takes whose model maps a tensor of pixels to tensors."""

    input_hw: Size | None = Field(
        None,
        description="height and width of the model's input; by default the model's own, else each picture's",
        examples=[[320, 320]],
    )
    fit: Literal["stretch", "letterbox"] = Field("stretch", description="letterbox keeps the aspect ratio and pads")
    anchor: Literal["top_left", "center"] = Field("top_left", description="where a letterboxed picture lies")
    padding: int = Field(PADDING, ge=0, le=255, description="value of the pixels around a letterboxed picture")
    antialias: bool = Field(
        True, description="smooth what shrinks, as unify.load does; OpenCV and tf.image do not unless asked"
    )
    channel_order: Literal["rgb", "bgr"] = Field("rgb", description="order of the colours")
    divide_by: Positive = Field(1.0, description="pixels, 0 to 255, are divided by this first", examples=[255])
    mean: PerColour = Field([0.0, 0.0, 0.0], description="then less this, in the order of the colours")
    std: PositivePerColour = Field([1.0, 1.0, 1.0], description="then divided by this")
    layout: Layout = Field("NHWC", description="order of the axes")
    head: Literal["outputs", "rows", "fastestdet"] = Field(
        "outputs",
        description="outputs: one tensor each for boxes, scores, classes; rows: one tensor, a row or a column a box, "
        "the box, then its class scores (YOLO); fastestdet: one tensor, a cell a box",
    )
    objectness: bool = Field(False, description="of head rows: the box's own score stands before its class scores")
    outputs: OutputNames = Field(
        default_factory=lambda: OutputNames(),
        description="names of the model's outputs",
        examples=[{"boxes": "detection_boxes", "scores": "detection_scores"}],
    )
    activation: Literal["none", "sigmoid", "softmax"] = Field("none", description="what makes scores of the logits")
    box_format: BoxFormat = Field("xyxy", description="order of a box's numbers")
    box_units: BoxUnits = Field(
        "fractions", description="fractions and pixels of the model's input, or pixels of the picture"
    )


def recipe_options(options: Options) -> dict[str, Any]:
    """The options that change what is predicted, defaults included, as plain JSON values."""
    recipe = options.model_dump(mode="json", exclude=set(type(options).without_effect))
    # Younger than answers that are kept.
    if options.second_look is None:
        del recipe["second_look"]
    elif not options.second_look.dropout:
        del recipe["second_look"]["dropout"]
    return recipe
