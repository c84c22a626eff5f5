"""Every version of a stack, or of all stacks, measured on the same pictures: which is best?"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from unify.autolabel.calibration.settings import CalibrationSettings
from unify.calibrating.bench import make_how, open_bench
from unify.calibrating.report import CalibrationReport
from unify.core.types import JsonObject
from unify.errors import CalibrationError, Problem, RegistryError, UnifyError
from unify.progress import Progress
from unify.registry.find import find_version
from unify.registry.objects import AutoLabelerVersion, Registry


@dataclass(frozen=True)
class Ranking:
    """What `calibrate_all` found.

    Attributes:
        measured: reports, by falling F1.
        errors: reference of a version that was not measured -> why; a `CalibrationError` where the pictures cannot
            tell how good it is, as when it was trained on them.
        tops: the versions on top of their stacks.
    """

    measured: tuple[CalibrationReport, ...]
    errors: Mapping[str, UnifyError]
    tops: tuple[str, ...]

    @property
    def refused(self) -> dict[str, str]:
        """Reference -> why the pictures cannot tell how good it is."""
        return {ref: _reason(error) for ref, error in self.errors.items() if isinstance(error, CalibrationError)}

    @property
    def failed(self) -> dict[str, str]:
        """Reference -> why it could not be measured for any other reason."""
        return {ref: _reason(error) for ref, error in self.errors.items() if ref not in self.refused}

    def better_than_top(self) -> Iterator[tuple[str, str]]:
        """(version on top, best version) of stacks whose top was measured and is not the best."""
        best: dict[str, CalibrationReport] = {}
        for report in self.measured:
            best.setdefault(_stack_of(report.autolabeler), report)
        for top in (report for report in self.measured if report.autolabeler in self.tops):
            leader = best[_stack_of(top.autolabeler)]
            if leader.metrics["f1"] > top.metrics["f1"]:
                yield top.autolabeler, leader.autolabeler

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify calibrate --all``."""
        keys = ("autolabeler", "classes", "unusable", "inferred", "cached", "warnings")
        reports = [(report.metrics, report.summary()) for report in self.measured]
        return {
            "ranking": [{**metrics, **{key: summary[key] for key in keys}} for metrics, summary in reports],
            "refused": [{"autolabeler": ref, "reason": reason} for ref, reason in self.refused.items()],
            "failed": [{"autolabeler": ref, "reason": reason} for ref, reason in self.failed.items()],
        }


def calibrate_all(
    name: str | None = None,
    *,
    on: str | Sequence[str],
    workspace: str | os.PathLike | None = None,
    cache: str | os.PathLike | None = None,
    executor: str = "local",
    workers: int | None = None,
    ray_address: str | None = None,
    gpus_per_worker: float | None = None,
    settings: CalibrationSettings | None = None,
    on_error: str = "stop",
    retry_failed: bool = False,
    progress: Progress | None = None,
) -> Ranking:
    """Calibrate every version of every stack on the same pictures, and rank them by F1.

    A version that was trained on the pictures, or that cannot be loaded, is listed as such; the others go on.

    Args:
        name: the one stack to look at; all by default.
        on: selections of batches; this and the other arguments as in `calibrate`.

    Raises:
        UnifyError: anything is wrong with the registry or the batches; what is wrong with one version is in the result.
    """
    how = make_how(
        *(executor, workers, ray_address, gpus_per_worker),
        on_error=on_error,
        retry_failed=retry_failed,
        progress=progress,
    )
    bench = open_bench(on, workspace, cache, settings, how)
    versions = _versions(bench.registry, name)
    _ = bench.truth  # what is wrong with the pictures is no version's fault
    reports, errors = [], {}
    with closing(how.executor):
        for version in versions:
            try:
                reports.append(bench.measure(version))
            except UnifyError as error:
                errors[str(version.ref)] = error
    reports.sort(key=lambda report: -report.metrics["f1"])
    tops = tuple(str(stack[0].ref) for stack in bench.registry.autolabelers.values())
    return Ranking(tuple(reports), errors, tops)


def _versions(registry: Registry, name: str | None) -> list[AutoLabelerVersion]:
    if name is None:
        if not registry.autolabelers:
            fix = "register one: unify register autolabeler NAME:v1"
            raise RegistryError(Problem("registry/autolabelers", "no auto-labeler is registered", fix=fix))
        return [version for stack in registry.autolabelers.values() for version in stack]
    if ":" in name:
        fix = f"unify calibrate {name.partition(':')[0]} --all, or leave out --all"
        raise RegistryError(Problem(name, "--all looks at every version of a stack", got="a version", fix=fix))
    return list(registry.autolabelers[find_version(registry, name).ref.name])


def _stack_of(ref: str) -> str:
    return ref.partition(":")[0]


def _reason(error: UnifyError) -> str:
    first, *others = error.problems
    return f"{first.what} (and {len(others):,} more problems)" if others else first.what
