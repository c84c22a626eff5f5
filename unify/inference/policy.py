"""From a config, its auto-labelers and their calibrations to the policy that the merge follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from unify.autolabel.calibration.file import read_calibration
from unify.autolabel.calibration.policy import DEFAULT_THRESHOLD, class_policies
from unify.autolabel.calibration.values import Calibration
from unify.autolabel.problems import problem_of
from unify.core.fill_policy import ClassPolicy, FillPolicy
from unify.core.taxonomy import Taxonomy
from unify.core.types import Method
from unify.errors import PlanError, Problem, RegistryError, shorten
from unify.inference.known import KnownLabeler
from unify.registry.objects import AutoLabelerChoice, AutoLabelerVersion, CompileConfig


def read_calibrations(labelers: Sequence[KnownLabeler]) -> dict[str, Calibration]:
    """Reference -> calibration, of the auto-labelers that have one.

    Raises:
        UnifyError: a file is missing or damaged.
        RegistryError: a calibration was measured on another model than the registry now names.
    """
    measured = {each.ref: read_calibration(each.version.calibration) for each in labelers if each.version.calibration}
    stale = [each for each in labelers if each.ref in measured and measured[each.ref].fingerprint != each.fingerprint]
    if stale:
        raise RegistryError([_stale(each.version) for each in stale])
    return measured


def make_policy(
    config: CompileConfig, taxonomy: Taxonomy, asked: Sequence[str], calibrations: Mapping[str, Calibration]
) -> FillPolicy:
    """What the auto-labelers of a config may do.

    Args:
        config: methods, auto-labelers and thresholds; thresholds of the config go over the registry's, those over the
            calibration's.
        taxonomy: ids of the classes.
        asked: references of the auto-labelers that have something to fill.
        calibrations: reference -> calibration.

    Raises:
        PlanError: a task names an auto-labeler twice.
    """
    policies: list[ClassPolicy] = []
    for task, method, choice in _choices(config):
        ref = str(choice.version.ref)
        if ref in asked:
            ids = {name: taxonomy.ids[name] for name in classes_of(choice.version, task, taxonomy)}
            policies += class_policies(
                ref, ids, method, choice.thresholds, calibrations.get(ref), ignore_zone=config.ignore_zone
            )
    try:
        return FillPolicy(tuple(policies))
    except ValueError as error:
        fix = "name every auto-labeler of a task once"
        raise PlanError(Problem(config.where, f"the auto-labelers do not fit together: {error}", fix=fix)) from error


def policy_warnings(
    config: CompileConfig, taxonomy: Taxonomy, asked: Sequence[str], calibrations: Mapping[str, Calibration]
) -> Iterator[str]:
    """What a person should know of thresholds and weights before training on them."""
    for task, method, choice in _choices(config):
        ref = str(choice.version.ref)
        if ref not in asked:
            continue
        names = classes_of(choice.version, task, taxonomy)
        measured = calibrations[ref].classes if ref in calibrations else {}
        unusable = [name for name in names if name in measured and not measured[name].thresholds.usable]
        unmeasured = [name for name in names if name not in measured]
        guessed = [name for name in unmeasured if name not in choice.thresholds]
        if unusable:
            yield f"{ref} is not precise enough at any threshold for {shorten(unusable)}: not labeled by it"
        if method is Method.SOFT and unmeasured:
            yield f"{ref} is not calibrated for {shorten(unmeasured)}: soft takes its raw scores for weights"
        if method is Method.SOFT and (own := _own_thresholds(choice)):
            yield f"{ref}: the config's thresholds for {shorten(own)} change nothing, soft goes by probability"
        if method is Method.HARD and guessed:
            yield f"{ref} has no threshold for {shorten(guessed)}: {DEFAULT_THRESHOLD} is a guess"


def _own_thresholds(choice: AutoLabelerChoice) -> list[str]:
    """Classes for which the config says another threshold than the registry."""
    registered = choice.version.thresholds
    return [name for name, value in choice.thresholds.items() if registered.get(name) != value]


def classes_of(version: AutoLabelerVersion, task: str, taxonomy: Taxonomy) -> list[str]:
    """The classes of a task that an auto-labeler finds."""
    return [name for name in version.classes if taxonomy.task_of.get(name) == task]


def _choices(config: CompileConfig) -> Iterator[tuple[str, Method, AutoLabelerChoice]]:
    for task, choices in config.autolabelers.items():
        if config.methods[task].needs_predictions:
            yield from ((task, config.methods[task], choice) for choice in choices)


def _stale(version: AutoLabelerVersion) -> Problem:
    return problem_of(
        version,
        "was calibrated when it was another model: its code, weights or options changed since",
        got=str(version.calibration),
        fix=f"calibrate it again (unify calibrate {version.ref}), or delete 'calibration:'",
    )
