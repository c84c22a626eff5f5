"""``check`` and ``list``: the whole workspace validated, and what it holds."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from unify.core.types import BatchRef, JsonObject
from unify.errors import Problem, RegistryError, UnifyError, did_you_mean, shorten
from unify.intake import take_in
from unify.progress import Progress
from unify.registry.config import load_config
from unify.registry.load import load_registry
from unify.registry.lock import read_lock, vanished, write_lock
from unify.registry.loop_file import load_loop
from unify.registry.objects import Registry
from unify.registry.simulation_file import load_simulation
from unify.registry.simulation_objects import SimulationConfig
from unify.registry.trial_file import load_trial
from unify.registry.trial_objects import Cut, TrialConfig
from unify.request import open_workspace

_PARTS = ("trials/", "loops/", "simulations/")  # of configs/


@dataclass(frozen=True)
class CheckReport:
    """A workspace that is all right.

    Attributes:
        batches: one row a batch: batch, split, pictures, boxes, skipped, lock (``locked``, ``new``, ``not locked``).
        configs: how many configs were validated, those of trials, loops and simulations among them.
        warnings: what a person should know, one sentence each.
    """

    batches: tuple[JsonObject, ...]
    configs: int
    warnings: tuple[str, ...]

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify check``."""
        return {
            "ok": True,
            "problems": [],
            "batches": list(self.batches),
            "configs": self.configs,
            "warnings": list(self.warnings),
        }


def check(
    workspace: str | os.PathLike | None = None,
    *,
    relock: Iterable[str] = (),
    on_error: str = "stop",
    workers: int | None = None,
    progress: Progress | None = None,
) -> CheckReport:
    """Validate every YAML file, annotation file and picture of a workspace, and lock the batches that are new.

    Args:
        workspace: folder that holds ``registry/``; the nearest parent of the current folder by default.
        relock: references of batches whose lock entry is made anew.
        on_error: ``stop``, or ``skip`` to let bad pictures pass (their batches stay unlocked).
        workers: threads that hash pictures; the cores of this machine by default.
        progress: told how the work goes.

    Raises:
        UnifyError: everything that is wrong, at once.
    """
    registry = load_registry(open_workspace(workspace))
    configs, warnings = _check_configs(registry)
    if gone := vanished(registry, read_lock(registry.workspace)):
        raise RegistryError(gone)
    write_lock(registry.workspace, {}, remove=[_known_batch(registry, ref) for ref in relock])
    before = read_lock(registry.workspace)
    read = take_in(
        registry,
        list(registry.batches.values()),
        on_error=on_error,
        workers=workers or os.cpu_count() or 1,
        fresh=True,
        progress=progress,
    )
    rows = []
    for each in read:
        labels = each.labels
        state = "locked" if labels.ref in before else "not locked" if labels.skipped else "new"
        rows.append(
            {
                "batch": str(labels.ref),
                "split": labels.split,
                "pictures": len(labels.pictures),
                "boxes": len(labels.boxes_xyxy),
                "skipped": len(labels.skipped),
                "lock": state,
            }
        )
    warnings += [f"{each.labels.ref}: {text}" for each in read for text in each.warnings]
    return CheckReport(tuple(rows), configs, tuple(warnings))


def _check_configs(registry: Registry) -> tuple[int, list[str]]:
    """How many configs there are, all right, and what a person should know of them."""
    folder = registry.workspace / "configs"
    found = [path for part in ("", *_PARTS) for path in sorted(folder.glob(f"{part}*.yaml"))]
    paths = [path for path in found if not _is_template(path)]
    failures: list[Problem] = []
    warnings: list[str] = []
    for path in paths:
        try:
            if path.parent == folder:
                load_config(path, registry)
            elif path.parent.name == "loops":
                load_loop(path, registry)
            elif path.parent.name == "simulations":
                warnings += _absent_files(load_simulation(path, registry.workspace, files_needed=False))
            else:
                warnings += _absent_files(load_trial(path, registry, files_needed=False))
        except UnifyError as error:
            failures += error.problems
    if failures:
        raise RegistryError(failures)
    return len(paths), warnings


def _absent_files(asked: TrialConfig | SimulationConfig) -> list[str]:
    """A warning, no error: a config is shared, and not everybody who has it has the pictures."""
    if not isinstance(asked.scenario, Cut):
        return []
    cut = asked.scenario
    files = [path for pair in (*cut.train, *cut.validation, *cut.test) for path in pair]
    absent = [str(path) for path in dict.fromkeys(files) if not path.exists()]
    return [f"{asked.where}: cannot be run here, not found: {shorten(absent)}"] if absent else []


def _is_template(path: Path) -> bool:
    """Comments alone, as `unify init` writes them: nothing is asked for yet."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return all(not line.strip() or line.lstrip().startswith("#") for line in lines)


def _known_batch(registry: Registry, ref: str) -> BatchRef:
    for known in registry.batches:
        if str(known) == ref:
            return known
    names = [str(known) for known in registry.batches]
    raise RegistryError(
        Problem("--relock", "no such batch", repr(ref), "a registered batch, task:batch", did_you_mean(ref, names))
    )


def inventory(workspace: str | os.PathLike | None = None) -> JsonObject:
    """What a workspace holds, without opening an annotation file: the ``--json`` of ``unify list``."""
    registry = load_registry(open_workspace(workspace))
    lock = read_lock(registry.workspace)
    batches = []
    for ref, batch in registry.batches.items():
        entry = lock.get(ref)
        batches.append(
            {
                "batch": str(ref),
                "split": batch.split,
                "format": batch.format,
                "labeled_classes": list(batch.labeled_classes),
                "notes": batch.notes,
                "locked": entry is not None,
                "pictures": entry.num_pictures if entry else None,
                "boxes": entry.num_boxes if entry else None,
            }
        )
    versions = [
        {
            "autolabeler": str(version.ref),
            "adapter": version.adapter,
            "classes": list(version.classes),
            "trained_on": list(version.trained_on),
            "default": number == 0,
        }
        for stack in registry.autolabelers.values()
        for number, version in enumerate(stack)
    ]
    return {"batches": batches, "autolabelers": versions}
