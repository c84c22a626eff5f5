"""Axes: from values to places, and where to put the ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

_ROUND_STEPS = (1, 2, 2.5, 5, 10)


class Tick(NamedTuple):
    """A value on an axis: where it is and how it is written."""

    place: float
    text: str


@dataclass(frozen=True)
class Scale:
    """A straight line from values to places.

    Attributes:
        low: value at ``start``.
        high: value at ``stop``; not ``low``.
        start: place in the figure's units.
        stop: the same; less than ``start`` on an axis that goes up.
    """

    low: float
    high: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        """The place of a value, to a hundredth."""
        part = (value - self.low) / (self.high - self.low)
        return round(self.start + part * (self.stop - self.start), 2)

    def ticks(self, count: int = 5, factor: float = 1.0, suffix: str = "") -> list[Tick]:
        """Round values within the scale, about ``count`` of them; written times ``factor``."""
        step = _round_step((self.high - self.low) * factor / count)
        first, last = math.ceil(self.low * factor / step - 1e-9), math.floor(self.high * factor / step + 1e-9)
        return [Tick(self(index * step / factor), f"{index * step:,.6g}{suffix}") for index in range(first, last + 1)]


def _round_step(wanted: float) -> float:
    """The round number nearest to ``wanted``, as ratios go."""
    magnitude = 10 ** math.floor(math.log10(wanted))
    return magnitude * min(_ROUND_STEPS, key=lambda each: abs(math.log(each * magnitude / wanted)))
