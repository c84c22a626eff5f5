"""Who speaks for which task: the auto-labelers of the config, and the committee of all that left answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from unify.autolabel.cache import PredictionCache
from unify.autolabel.calibration.policy import DEFAULT_THRESHOLD
from unify.autolabel.calibration.settings import CalibrationSettings
from unify.autolabel.calibration.values import Calibration
from unify.autolabel.load import read_spec
from unify.core.taxonomy import Taxonomy
from unify.errors import RegistryError
from unify.inference.known import know_labeler
from unify.inference.policy import read_calibrations
from unify.ranking.boxes import Bands, LabelerFacts
from unify.ranking.looks import looks_for
from unify.ranking.measures import Measure
from unify.registry.objects import AutoLabelerChoice, AutoLabelerVersion, CompileConfig, Registry

COMMITTEE = "committee"  # what it is called beside the auto-labelers


@dataclass(frozen=True)
class Panel:
    """The auto-labelers of one task.

    Attributes:
        task: its name.
        class_ids: int32; unified ids of the task's classes.
        own: those that the config or the dataset names, whose boxes are judged.
        members: the committee: ``own`` first, then other versions of them that left answers in the cache.
    """

    task: str
    class_ids: np.ndarray
    own: tuple[LabelerFacts, ...]
    members: tuple[LabelerFacts, ...]

    @property
    def found_ids(self) -> np.ndarray:
        """int32; the task's classes that some auto-labeler of its own finds."""
        found = [each.class_ids for each in self.own]
        return np.intersect1d(self.class_ids, np.concatenate([np.zeros(0, np.int32), *found]))

    def voices(self, measure: Measure) -> list[tuple[str, str]]:
        """(reference, fingerprint) of those whose values of a measure stand side by side; the committee has one."""
        if measure.members > 1:
            return [(COMMITTEE, " ".join(each.fingerprint for each in self.members))]
        return [(each.ref, each.fingerprint) for each in self.own]


def open_panels(config: CompileConfig, registry: Registry, cache: PredictionCache) -> tuple[Panel, ...]:
    """A panel for every task that has an auto-labeler, in the order of the taxonomy. Loads no model.

    Raises:
        RegistryError: an auto-labeler that is named has a missing file, wrong options or another model's calibration.
        UnifyError: a calibration file cannot be read.
        CacheError: the cache cannot be read.
    """
    facts = _Facts(registry, cache)
    panels = []
    for task, classes in registry.taxonomy.tasks.items():
        choices = config.autolabelers.get(task, ())
        if choices:
            own = tuple(facts.of(choice) for choice in choices)
            ids = np.array(sorted(registry.taxonomy.ids[name] for name in classes), np.int32)
            panels.append(Panel(task, ids, own, _committee(own, choices, facts, ids)))
    return tuple(panels)


def _committee(
    own: Sequence[LabelerFacts], choices: Sequence[AutoLabelerChoice], facts: _Facts, class_ids: np.ndarray
) -> tuple[LabelerFacts, ...]:
    members = {each.fingerprint: each for each in own}
    for other in facts.siblings(choices):
        if np.isin(other.class_ids, class_ids).any():
            members.setdefault(other.fingerprint, other)
    return tuple(members.values())


@dataclass(frozen=True)
class _Facts:
    """Looks up what is known of auto-labelers."""

    registry: Registry
    cache: PredictionCache

    def of(self, choice: AutoLabelerChoice) -> LabelerFacts:
        version, taxonomy = choice.version, self.registry.taxonomy
        known = know_labeler(version, self.registry.workspace)
        calibration = self._calibration(version)
        return LabelerFacts(
            ref=known.ref,
            fingerprint=known.fingerprint,
            kind=read_spec(version, self.registry.workspace).score_kind,
            class_ids=np.array([taxonomy.ids[name] for name in version.classes], np.int32),
            bands=make_bands(version, choice.thresholds, calibration, taxonomy),
            calibrators=_calibrators(calibration, taxonomy),
            cached=self.cache.columns(known.fingerprint),
            answers=len(self.cache.index(known.fingerprint)),
        )

    def _calibration(self, version: AutoLabelerVersion) -> Calibration | None:
        """Its own; a second look's is that of its plain version, so that looks differ, not how they are measured."""
        measured = version if version.calibration else looks_for(version, self.registry)
        known = know_labeler(measured, self.registry.workspace)
        return read_calibrations([known]).get(known.ref)

    def siblings(self, choices: Sequence[AutoLabelerChoice]) -> Iterator[LabelerFacts]:
        """Other versions of the same stacks that can be told apart and left answers."""
        for name in dict.fromkeys(choice.version.ref.name for choice in choices):
            for version in self.registry.autolabelers[name]:
                try:
                    facts = self.of(AutoLabelerChoice(version, version.thresholds))
                except RegistryError:
                    continue  # its files are gone or changed, so nobody can say which answers are its own
                if facts.answers:
                    yield facts


def make_bands(
    version: AutoLabelerVersion, thresholds: Mapping[str, float], calibration: Calibration | None, taxonomy: Taxonomy
) -> Bands:
    """Accept and reject thresholds of an auto-labeler's classes, by unified id.

    The accept threshold is what a person set, else the calibration's; a class that is precise enough at no threshold is
    never accepted. The reject threshold is the calibration's low one; unmeasured, the score of 0.1 at which a compile
    begins to listen.
    """
    measured = calibration.classes if calibration else {}
    accept = np.full(taxonomy.num_columns + 1, DEFAULT_THRESHOLD, np.float32)
    reject = np.full(taxonomy.num_columns + 1, CalibrationSettings().low_probability, np.float32)
    for name in version.classes:
        at = taxonomy.ids[name]
        if name in measured:
            cut = measured[name].thresholds
            accept[at], reject[at] = cut.threshold if cut.usable else np.inf, cut.low
        if name in thresholds and np.isfinite(accept[at]):
            accept[at] = thresholds[name]
    return Bands(accept, np.minimum(reject, accept))


def _calibrators(calibration: Calibration | None, taxonomy: Taxonomy) -> dict:
    if calibration is None:
        return {}
    return {taxonomy.ids[name]: each.calibrators.weight for name, each in calibration.classes.items()}
