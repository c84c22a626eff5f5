"""What becomes of an auto-labeler's boxes: thresholds, weights, and how far to trust that nothing was missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from unify.core.calibrator import RAW_SCORES, Calibrator
from unify.core.types import Method


@dataclass(frozen=True)
class ClassPolicy:
    """What one auto-labeler does for one class.

    Attributes:
        autolabeler: reference, ``pedestrian:v3``.
        class_id: unified id.
        method: ``hard`` or ``soft``.
        threshold: ``hard`` labels boxes of this score or more; in 0..1.
        low: ``soft`` looks at boxes of this score or more, and ignores those that are more likely wrong than right;
            ``hard`` may ignore the zone from here to the threshold; in 0..threshold.
        absence_weight: ``soft``: how far the absence of a box may be trusted, in 0..1; ``hard`` trusts it in full.
        weight: score -> P(IoU >= 0.5): the weight of a ``soft`` box.
        box_weight: score -> P(IoU >= 0.75): the weight of its regression.
        ignore_zone: whether ``hard`` ignores the zone between ``low`` and ``threshold``; else it is background.

    Raises:
        ValueError: a number is out of its range, or the method needs no predictions.
    """

    autolabeler: str
    class_id: int
    method: Method
    threshold: float
    low: float
    absence_weight: float = 1.0
    weight: Calibrator = RAW_SCORES
    box_weight: Calibrator = RAW_SCORES
    ignore_zone: bool = False

    def __post_init__(self) -> None:
        if not self.method.needs_predictions:
            raise ValueError(f"{self.autolabeler}: method {self.method} takes no boxes of an auto-labeler")
        if not 0 <= self.low <= self.threshold <= 1:
            raise ValueError(f"{self.autolabeler}: low {self.low} and threshold {self.threshold} do not ascend in 0..1")
        if not 0 <= self.absence_weight <= 1:
            raise ValueError(f"{self.autolabeler}: absence_weight {self.absence_weight} is not in 0..1")

    @property
    def calibrated(self) -> bool:
        """Whether weights are measured probabilities rather than raw scores."""
        return RAW_SCORES not in (self.weight, self.box_weight)


@dataclass(frozen=True)
class FillPolicy:
    """Which auto-labelers fill which classes, and how. A class without a policy stays as people left it.

    Attributes:
        classes: one policy a pair of auto-labeler and class; several of one class are fused.

    Raises:
        ValueError: the policies of one class differ in method or ignore zone, or name an auto-labeler twice.
    """

    classes: tuple[ClassPolicy, ...]

    def __post_init__(self) -> None:
        for class_id, policies in self.by_class.items():
            if len({(each.method, each.ignore_zone) for each in policies}) > 1:
                raise ValueError(f"class {class_id}: one class has one method")
            if len({each.autolabeler for each in policies}) < len(policies):
                raise ValueError(f"class {class_id}: an auto-labeler is named twice")

    @cached_property
    def by_class(self) -> dict[int, tuple[ClassPolicy, ...]]:
        """Class id, ascending -> its policies, in the order given."""
        ids = sorted({each.class_id for each in self.classes})
        return {class_id: tuple(each for each in self.classes if each.class_id == class_id) for class_id in ids}

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The sources that machine boxes can have, each once."""
        return tuple(dict.fromkeys(map(source_name, self.by_class.values())))


def source_name(policies: Sequence[ClassPolicy]) -> str:
    """``pedestrian:v3``; ``pedestrian:v3+street:v1`` where several auto-labelers were asked and fused."""
    return "+".join(each.autolabeler for each in policies)
