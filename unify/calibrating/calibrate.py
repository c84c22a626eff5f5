"""``unify.calibrate``: one version measured."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing

from unify.autolabel.calibration.settings import CalibrationSettings
from unify.calibrating.bench import make_how, open_bench
from unify.calibrating.report import CalibrationReport
from unify.progress import Progress
from unify.registry.find import find_version


def calibrate(
    ref: str,
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
    plot: bool = True,
    progress: Progress | None = None,
) -> CalibrationReport:
    """Measure an auto-labeler on pictures that people searched and that it was not trained on.

    Each of its classes is measured on the pictures where that class is labeled. Writes the calibration file, a plot
    beside it, and the version's ``calibration``, ``thresholds`` and ``metrics`` in the registry; comments stay.

    Args:
        ref: ``pedestrian:v3``, or ``pedestrian`` for the top of the stack.
        on: selections of batches, such as ``pedestrian:[b7-b9]``, of any split.
        workspace: folder that holds ``registry/``; the nearest parent of the current folder by default.
        cache: folder or URL of the prediction cache; ``.unify/cache`` in the workspace by default.
        executor: ``local`` or ``ray``.
        workers: processes; the cores of this machine by default, or what a Ray cluster has room for.
        ray_address: of a Ray cluster, ``host:port`` or ``ray://host:10001``; ``RAY_ADDRESS`` or an own Ray by default.
        gpus_per_worker: on Ray; its GPUs are shared out evenly by default.
        settings: how thresholds are chosen; see `CalibrationSettings`.
        on_error: ``stop``, or ``skip`` to leave bad pictures out.
        retry_failed: ask again about pictures that the auto-labeler failed on.
        plot: draw the reliability plot too, which takes longer than all else where pictures are few.
        progress: told how the work goes.

    Raises:
        CalibrationError: it was trained on some of the pictures, or they cannot tell how good it is.
        RegistryError: no such version or batch, a file of it is missing, or its training cannot be traced.
        LabelError, PictureError, LockError: the batches are not right, or not what they were when they were locked.
        AutoLabelerError: the model cannot be loaded, or its answers break the contract.
        OutputError: the results cannot be written.
    """
    how = make_how(
        *(executor, workers, ray_address, gpus_per_worker),
        on_error=on_error,
        retry_failed=retry_failed,
        progress=progress,
    )
    bench = open_bench(on, workspace, cache, settings, how)
    with closing(how.executor):
        return bench.measure(find_version(bench.registry, ref), plot=plot)
