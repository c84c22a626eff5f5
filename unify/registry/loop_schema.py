"""The shape of a loop's YAML. Like ``schema.py``: only what one value may be, and imported inside functions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from unify.registry.loop_objects import TOOLS
from unify.registry.schema import Name, Shape

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class CostsEntry(Shape):
    """What people's work costs, in the work of drawing one box."""

    look: Positive = Field(1.0, description="opening a picture and searching it for a task's classes")
    review: Amount = Field(0.3, description="confirming or correcting one box that is shown")
    draw: Amount = Field(1.0, description="drawing one box that was missed")


class LoopFile(Shape):
    """Rounds of labeling: what to ask, who answers, what is compiled and tried afterwards."""

    name: Name = Field(description="name of the loop; its batches are called after it", examples=["night"])
    config: str = Field(
        min_length=1, description="compile config whose pictures are ranked; its batches grow", examples=["adas_v7"]
    )
    budget: Positive = Field(description="what the questions of a round may cost together", examples=[500])
    tool: Literal[*TOOLS] = Field("labelstudio", description="where people draw")
    tasks: list[str] = Field(
        default_factory=list, min_length=1, description="tasks that are asked about; all by default", examples=[["car"]]
    )
    measures: dict[str, Positive] = Field(
        {}, description="measure of uncertainty: its weight; see unify rank", examples=[{"entropy": 1, "bald": 2}]
    )
    costs: CostsEntry = Field(default_factory=CostsEntry, description="what a question costs")
    task_weights: dict[str, Amount] = Field(
        {}, description="task: how much its gain counts, 1 by default", examples=[{"pedestrian": 2}]
    )
    learning_weights: bool = Field(
        False, description="true: weigh tasks by how much one more box is likely to help each"
    )
    together: float = Field(
        3.0,
        ge=1,
        allow_inf_nan=False,
        description="how many times a question counts on a picture labeled for anything else as well",
    )
    floors: dict[str, Amount] = Field(
        {}, description="task: least part of the budget, in its unit", examples=[{"pedestrian": 100}]
    )
    ceilings: dict[str, Amount] = Field(
        {}, description="task: largest part of the budget, in its unit", examples=[{"pedestrian": 300}]
    )
    calibrate: bool = Field(True, description="false: do not measure auto-labelers again with what came back")
    trial: str = Field(
        "", min_length=1, description="trial over registered batches, made after every round", examples=["trials/adas"]
    )
    oracle: list[str] = Field(
        default_factory=list,
        min_length=1,
        description="selected batches that answer in place of people, with --auto; no round shows them",
        examples=[["car:withheld"]],
    )
    output: str = Field(
        "", min_length=1, description="folder of the loop; loops/<name> by default", examples=["loops/night"]
    )
