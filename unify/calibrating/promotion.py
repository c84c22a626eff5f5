"""The order of a stack: its top is the version that is used where none is named."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from unify.autolabel.calibration.file import read_calibration
from unify.core.types import JsonObject
from unify.errors import Problem, RegistryError, UnifyError, did_you_mean, shorten
from unify.registry.edit import reorder_versions
from unify.registry.find import find_version
from unify.registry.load import load_registry
from unify.registry.objects import AutoLabelerVersion
from unify.request import open_workspace


@dataclass(frozen=True)
class PromoteReport:
    """What `promote` did.

    Attributes:
        name: the auto-labeler.
        before: its versions as they were, the default first.
        after: as they are.
        warnings: what a person should know, one sentence each.
    """

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def changed(self) -> bool:
        return self.before != self.after

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify promote``."""
        return {
            "autolabeler": self.name,
            "before": list(self.before),
            "after": list(self.after),
            "changed": self.changed,
            "warnings": list(self.warnings),
        }


def promote(ref: str, *, by: str | None = None, workspace: str | os.PathLike | None = None) -> PromoteReport:
    """Move a version to the top of its stack, or order the stack by a metric. Comments move with their versions.

    Args:
        ref: ``pedestrian:v2``, which becomes the default; with ``by`` the stack, ``pedestrian``.
        by: a key of the versions' ``metrics``, such as ``f1``; the largest goes on top. Versions without it keep their
            order, below those that have it.
        workspace: folder that holds ``registry/``; the nearest parent of the current folder by default.

    Raises:
        RegistryError: no such version or metric, or the file cannot be edited; nothing was changed.
        OutputError: the registry cannot be written.
    """
    registry = load_registry(open_workspace(workspace))
    version = find_version(registry, ref)
    stack = registry.autolabelers[version.ref.name]
    ordered = _by_metric(stack, ref, by) if by else [version, *(each for each in stack if each is not version)]
    before, after = (tuple(each.ref.version for each in versions) for versions in (stack, ordered))
    reorder_versions(registry.workspace, version.ref.name, after)
    return PromoteReport(version.ref.name, before, after, tuple(_doubts(stack, by)) if by else ())


def _by_metric(stack: Sequence[AutoLabelerVersion], ref: str, by: str) -> list[AutoLabelerVersion]:
    if ":" in ref:
        what, fix = "--by orders a whole stack", f"unify promote {stack[0].ref.name} --by {by}"
        raise RegistryError(Problem(ref, what, got="a version", fix=fix))
    measured = [each for each in stack if by in each.metrics]
    if not measured:
        raise RegistryError(_no_such_metric(stack, by))
    # Sorting is stable: equals keep their order.
    return [*sorted(measured, key=lambda each: -each.metrics[by]), *(each for each in stack if by not in each.metrics)]


def _no_such_metric(stack: Sequence[AutoLabelerVersion], by: str) -> Problem:
    name = stack[0].ref.name
    known = sorted({metric for each in stack for metric in each.metrics})
    measure = f"measure them: unify calibrate {name} --all --on BATCHES"
    return Problem(
        f"registry/autolabelers/{name}.yaml",
        f"no version of '{name}' has a metric '{by}'",
        expected=f"one of {shorten(known)}" if known else "",
        fix=did_you_mean(by, known) or measure,
    )


def _doubts(stack: Sequence[AutoLabelerVersion], by: str) -> Iterator[str]:
    name = stack[0].ref.name
    unmeasured = [each.ref.version for each in stack if by not in each.metrics]
    if unmeasured:
        yield f"never measured: {shorten(unmeasured)} (unify calibrate {name} --all --on BATCHES)"
    on = {each.ref.version: batches for each in stack if by in each.metrics and (batches := _measured_on(each))}
    if len(set(on.values())) > 1:
        each_on = "; ".join(f"{version} on {shorten(batches)}" for version, batches in on.items())
        yield f"measured on different pictures, so the numbers do not compare: {each_on}"


def _measured_on(version: AutoLabelerVersion) -> tuple[str, ...]:
    """The batches of a version's calibration; none where there is no file to tell."""
    try:
        return read_calibration(version.calibration).batches if version.calibration else ()
    except UnifyError:
        return ()
