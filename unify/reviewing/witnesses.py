"""Auto-labelers whose cached predictions are looked at; none is asked anything new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from unify.autolabel.cache import PredictionCache
from unify.autolabel.calibration.policy import DEFAULT_THRESHOLD
from unify.autolabel.calibration.values import Calibration, ClassCalibration
from unify.core.calibrator import RAW_SCORES
from unify.core.prediction_table import PredictionTable
from unify.core.taxonomy import Taxonomy
from unify.errors import Problem, RegistryError
from unify.inference.known import KnownLabeler, know_labeler
from unify.inference.policy import read_calibrations
from unify.registry.find import find_version
from unify.registry.objects import Registry
from unify.reviewing.disagreements import Opinion

UNMEASURED_LOW = 0.3  # boxes of an auto-labeler that nobody measured, below which people would only delete


@dataclass(frozen=True)
class Witness:
    """A registered auto-labeler with what was measured of it.

    Attributes:
        labeler: the auto-labeler, known by its fingerprint.
        calibration: as the registry has it, or None.
        taxonomy: the workspace's classes.
    """

    labeler: KnownLabeler
    calibration: Calibration | None
    taxonomy: Taxonomy

    @property
    def ref(self) -> str:
        return self.labeler.ref

    @cached_property
    def class_ids(self) -> np.ndarray:
        """int32; unified ids of the declared classes, in their order."""
        return np.array([self.taxonomy.ids[name] for name in self.labeler.version.classes], np.int32)

    @cached_property
    def knows(self) -> np.ndarray:
        """bool [C]."""
        knows = np.zeros(self.taxonomy.num_columns, bool)
        knows[self.class_ids - 1] = True
        return knows

    def measured(self, name: str) -> ClassCalibration | None:
        """What was measured for a class."""
        return self.calibration.classes.get(name) if self.calibration else None

    def cuts(self, name: str) -> tuple[float, float]:
        """Scores of a class: below the first a box is not worth a look, from the second on it is a label."""
        measured, chosen = self.measured(name), self.labeler.version.thresholds.get(name)
        fallback = measured.thresholds.threshold if measured else DEFAULT_THRESHOLD
        threshold = fallback if chosen is None else chosen
        return min(measured.thresholds.low if measured else UNMEASURED_LOW, threshold), threshold

    def opinion(self, cache: PredictionCache, sha256: np.ndarray) -> Opinion:
        """What it said of pictures, uint8 [E, 32]. Raises CacheError."""
        table = cache.read(self.labeler.fingerprint, sha256, columns=()).in_unified_ids(self.class_ids)
        return Opinion(self.ref, self.knows, table, self._probabilities(table), self._recalls())

    def _probabilities(self, table: PredictionTable) -> np.ndarray:
        probability = table.scores.astype(np.float64)
        for name, class_id in zip(self.labeler.version.classes, self.class_ids.tolist()):
            mine = table.class_ids == class_id
            measured = self.measured(name)
            probability[mine] = (measured.calibrators.weight if measured else RAW_SCORES).apply(probability[mine])
        return probability

    def recall_of(self, name: str) -> float:
        """Share of all objects of a class that it finds at any score; 0 where nobody measured.

        By the rule of succession, so that few boxes prove little.
        """
        measured = self.measured(name)
        return (measured.right + 1) / (measured.boxes + 2) if measured else 0.0

    def _recalls(self) -> np.ndarray:
        recalls = np.zeros(self.taxonomy.num_columns)
        recalls[self.class_ids - 1] = [self.recall_of(name) for name in self.labeler.version.classes]
        return recalls


def find_witnesses(registry: Registry, refs: Sequence[str] | None, classes: Sequence[str]) -> list[Witness]:
    """Auto-labelers that know one of ``classes``.

    Args:
        registry: the workspace's registry.
        refs: their names, ``name:version`` or ``name``; the top of every stack by default.
        classes: class names.

    Raises:
        RegistryError: no such auto-labeler, a file of one is missing, or its calibration is another model's.
        UnifyError: a calibration file cannot be read.
    """
    tops = [stack[0] for stack in registry.autolabelers.values() if stack]
    versions = tops if refs is None else [find_version(registry, ref) for ref in refs]
    chosen = {str(each.ref): each for each in versions if set(each.classes) & set(classes)}
    labelers = [know_labeler(version, registry.workspace) for version in chosen.values()]
    calibrations = read_calibrations(labelers)
    return [Witness(each, calibrations.get(each.ref), registry.taxonomy) for each in labelers]


def need_witnesses(witnesses: Sequence[Witness], classes: Sequence[str]) -> None:
    """Raises RegistryError where no auto-labeler knows any of the classes."""
    if not witnesses:
        what = "no auto-labeler knows any of these classes"
        fix = "register one: unify register autolabeler NAME:v1"
        raise RegistryError(Problem("registry/autolabelers", what, got=", ".join(classes), fix=fix))
