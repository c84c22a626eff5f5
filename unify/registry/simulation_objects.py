"""What a simulation's config declares, as frozen values. Built and checked by ``simulation_file.py``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from unify.registry.trial_objects import DetectorSettings, Scenario

RANDOM = "random"
LEARNING = "ours"
STRATEGIES = (RANDOM, "entropy-sum", "least_confidence", LEARNING)


@dataclass(frozen=True)
class SimulationConfig:
    """Strategies of labeling, compared on pictures whose truth is known.

    Attributes:
        name: the simulation's name.
        scenario: the pictures and their truth, none of them for validation.
        detector: settings of the detector that is trained after every round.
        output: absolute folder of the simulation.
        start: pictures that each task labeled before, others for each task.
        rounds: how often people are asked.
        budget: what a round may cost: one for every box, and ``look`` for every picture that is opened for a task.
        look: see there.
        strategies: how pictures are chosen.
        seeds: of initialisation, batch order, pictures at the start and random choices.
        where: ``file`` of the config.
    """

    name: str
    scenario: Scenario
    detector: DetectorSettings
    output: Path
    start: int = 20
    rounds: int = 4
    budget: float = 100.0
    look: float = 1.0
    strategies: tuple[str, ...] = STRATEGIES
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    where: str = ""
