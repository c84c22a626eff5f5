"""Pictures that an auto-labeler learned from say nothing of how good it is: they are refused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unify.autolabel.problems import problem_of
from unify.calibrating.truth import Truth
from unify.core.digest import content_ids
from unify.core.types import BatchLabels
from unify.errors import CalibrationError, Problem, RegistryError, UnifyError, shorten
from unify.intake import STATE_FOLDER
from unify.labels.read import read_batch
from unify.progress import Progress
from unify.registry.objects import AutoLabelerVersion, Batch, Registry
from unify.trained_on import TrainingClosure, Way, manifests_of, training_closure

MOST_SHOWN = 20


def refuse_seen_batches(version: AutoLabelerVersion, registry: Registry, batches: Sequence[Batch]) -> TrainingClosure:
    """What the auto-labeler was trained on, none of it among ``batches``.

    Raises:
        CalibrationError: it was trained on some of the batches, at whatever level.
        RegistryError: its ``trained_on`` leads back to itself, or to a unified dataset of which nothing is known.
    """
    closure = training_closure(version, registry, manifests_of(registry))
    doubts = [*_doubts(version, closure)]
    if doubts:
        raise RegistryError(doubts)
    ways = [way for way in (closure.way_to(str(batch.ref)) for batch in batches) if way]
    if ways:
        raise CalibrationError([_seen_batch(version, registry, closure, way) for way in ways])
    return closure


def refuse_seen_pictures(
    version: AutoLabelerVersion,
    registry: Registry,
    closure: TrainingClosure,
    truth: Truth,
    *,
    workers: int,
    progress: Progress,
) -> list[str]:
    """Hold the pictures against those of the batches the auto-labeler was trained on: the same bytes, the same picture.

    Returns:
        a sentence for each of those batches that cannot be read any more.

    Raises:
        CalibrationError: pictures are the same; lists them.
    """
    of_closure, same, warnings = set(closure.batches), [], []
    for batch in (each for each in registry.batches.values() if str(each.ref) in of_closure):
        try:
            labels = _read(batch, registry, workers, progress)
        except UnifyError as error:
            reason = error.problems[0].what
            warnings.append(f"whether {version.ref} saw pictures of {batch.ref} cannot be told: {reason}")
            continue
        same += _same_pictures(truth, labels)
    gone = sorted(of_closure - {str(ref) for ref in registry.batches})
    if gone:
        warnings.append(
            f"whether {version.ref} saw pictures of {shorten(gone)} cannot be told: not registered any more"
        )
    if same:
        raise CalibrationError(_seen_pictures(version, same))
    return warnings


def _doubts(version: AutoLabelerVersion, closure: TrainingClosure) -> list[Problem]:
    problems = [
        problem_of(
            version,
            f"was trained on '{dataset}', of which nothing is known: whether it saw these pictures cannot be told",
            got=reason,
            fix=f"put its manifest.json at {dataset}, or name its batches in 'trained_on' instead",
        )
        for dataset, reason in closure.unreadable.items()
    ]
    if way := closure.cycle():
        fix = "keep what a model is trained on under a name of its own, and correct 'trained_on'"
        problems.append(problem_of(version, "has a 'trained_on' that leads back to itself", got=_arrows(way), fix=fix))
    return problems


def _seen_batch(version: AutoLabelerVersion, registry: Registry, closure: TrainingClosure, way: Way) -> Problem:
    where = next(each.where for each in registry.batches.values() if str(each.ref) == way[-1].name)
    others = _unseen_batches(version, registry, closure)
    on = " ".join(f"--on {ref}" for ref in others[:1])
    return Problem(
        where,
        f"batch '{way[-1]}' cannot tell how good '{version.ref}' is: it was trained on it",
        got=_arrows(way),
        expected=f"batches that it has not seen, such as {shorten(others)}" if others else "batches it has not seen",
        fix=f"unify calibrate {version.ref} {on}" if others else "register a batch of other pictures for it",
    )


def _unseen_batches(version: AutoLabelerVersion, registry: Registry, closure: TrainingClosure) -> list[str]:
    """Batches that people searched for a class of the auto-labeler, and that it was not trained on."""
    seen, classes = set(closure.batches), set(version.classes)
    searched = (str(ref) for ref, batch in registry.batches.items() if classes & set(batch.labeled_classes))
    return [ref for ref in searched if ref not in seen]


def _arrows(way: Way) -> str:
    return " <- ".join(map(str, way))


def _read(batch: Batch, registry: Registry, workers: int, progress: Progress) -> BatchLabels:
    state, tick = registry.workspace / STATE_FOLDER, progress.stage(f"reading {batch.ref}")
    read = read_batch(batch, registry.taxonomy, state_dir=state, on_error="skip", workers=workers, progress=tick)
    return read.labels


def _same_pictures(truth: Truth, seen: BatchLabels) -> list[str]:
    """``pedestrian:b9/x.jpg = pedestrian:b1/y.jpg``, for every picture of the truth that is a seen one."""
    names = dict(zip(content_ids(seen.pictures.sha256).tolist(), seen.pictures.names))
    found = []
    for batch in truth.plan.batches:
        ids = content_ids(batch.pictures.sha256)
        for row in np.flatnonzero(np.isin(ids, list(names))).tolist():
            found.append(f"{batch.ref}/{batch.pictures.names[row]} = {seen.ref}/{names[int(ids[row])]}")
    return found


def _seen_pictures(version: AutoLabelerVersion, same: Sequence[str]) -> Problem:
    more = [f"and {len(same) - MOST_SHOWN:,} more"] if len(same) > MOST_SHOWN else []
    return Problem(
        f"{len(same):,} {'picture' if len(same) == 1 else 'pictures'}",
        f"'{version.ref}' was trained on the same pictures in another batch",
        got="\n            ".join([*same[:MOST_SHOWN], *more]),
        expected="pictures that it has not seen: on others it looks better than it is",
        fix="register the other pictures as a batch of their own (image_set: names them), and calibrate on that",
    )
