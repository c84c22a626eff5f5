"""The shape of a simulation's YAML. Like ``schema.py``: only what one value may be, and imported inside functions."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from unify.registry.loop_schema import Amount, Positive
from unify.registry.schema import Name, Shape
from unify.registry.simulation_objects import STRATEGIES, SimulationConfig
from unify.registry.trial_schema import Count, DetectorEntry, Scenario, Seeds


class SimulationFile(Shape):
    """Strategies of labeling, compared on pictures whose truth is known."""

    name: Name = Field(description="name of the simulation", examples=["what-to-label"])
    scenario: Scenario = Field(
        description="the pictures, as in a trial; 'validation' and what every task labeled there are not used",
        examples=[{"kind": "digits", "tasks": 3}],
    )
    detector: DetectorEntry = Field(
        default_factory=DetectorEntry,
        description="how the detector is built and trained after every round",
        examples=[{"image_hw": [48, 48], "steps": 200}],
    )
    start: Count = Field(SimulationConfig.start, description="pictures that each task labeled before")
    rounds: Count = Field(SimulationConfig.rounds, description="how often people are asked")
    budget: Positive = Field(
        SimulationConfig.budget, description="what a round may cost: 1 for every box, and 'look' for every question"
    )
    look: Amount = Field(SimulationConfig.look, description="what opening a picture for a task costs, in boxes")
    strategies: Annotated[list[str], Field(min_length=1)] = Field(
        list(STRATEGIES),
        description="random, random-pairs, rank, ours, or a measure of unify rank, such as entropy or entropy-sum",
    )
    seeds: Seeds = Field(5, description="how many times each strategy is followed, or a list of seeds", examples=[5])
    output: str = Field(
        "",
        min_length=1,
        description="folder of the simulation; simulations/<name> by default",
        examples=["simulations/x"],
    )
