"""Matches in, a `Calibration` out: the story top to bottom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unify.autolabel.calibration.calibrators import ClassCalibrators, fit_class_calibrators
from unify.autolabel.calibration.match import Matches
from unify.autolabel.calibration.quality import D_ECE_SCORES, d_ece, held_out_probabilities, la_ece, reliability
from unify.autolabel.calibration.settings import CalibrationSettings
from unify.autolabel.calibration.thresholds import choose_thresholds, make_curve
from unify.autolabel.calibration.values import Calibration, ClassCalibration, Quality
from unify.errors import Problem, UnifyError, shorten


def fit_calibration(
    matches: Matches,
    class_names: Sequence[str],
    *,
    autolabeler: str,
    fingerprint: str,
    batches: Sequence[str],
    settings: CalibrationSettings | None = None,
) -> Calibration:
    """Calibrate an auto-labeler. Deterministic: the same matches give the same numbers.

    Args:
        matches: its detections, judged on pictures it was not trained on.
        class_names: the K classes it declares, in the order of ``matches.boxes``.
        autolabeler: reference, ``pedestrian:v3``.
        fingerprint: of the model.
        batches: references of the batches the pictures are from.
        settings: the knobs; their defaults where None.

    Raises:
        UnifyError: no picture was searched for any of the classes, or scikit-learn is not installed.
    """
    check_scikit_learn()
    settings = settings or CalibrationSettings()
    measured = [index for index in range(len(class_names)) if matches.pictures[index]]
    if not measured:
        raise _nothing_to_measure(matches, class_names, autolabeler, batches)
    calibrators = fit_class_calibrators(matches)
    after = held_out_probabilities(matches)
    return Calibration(
        autolabeler=autolabeler,
        fingerprint=fingerprint,
        batches=tuple(batches),
        pictures=matches.num_pictures,
        failed=matches.failed,
        settings=settings,
        classes={
            class_names[index]: _measure_class(matches, index, calibrators[index], after, settings)
            for index in measured
        },
        quality=_measure_all(matches, after),
    )


def check_scikit_learn() -> None:
    """Before anything long begins: is scikit-learn there?

    Raises:
        UnifyError: it is not.
    """
    try:
        import sklearn  # noqa: F401 (unused-import): only whether it is there
    except ModuleNotFoundError as error:
        fix = "pip install 'unify-detection[train]'"
        raise UnifyError(
            Problem("unify calibrate", "scikit-learn is not installed", got=str(error), fix=fix)
        ) from error


def _measure_class(
    matches: Matches, index: int, calibrators: ClassCalibrators, after: np.ndarray, settings: CalibrationSettings
) -> ClassCalibration:
    is_mine = matches.class_index == index
    mine, sure = matches.take(is_mine), is_mine & (matches.scores >= D_ECE_SCORES)
    curve = make_curve(mine.scores, mine.right, int(matches.boxes[index]))
    return ClassCalibration(
        thresholds=choose_thresholds(curve, calibrators.weight, settings),
        calibrators=calibrators,
        pictures=int(matches.pictures[index]),
        boxes=int(matches.boxes[index]),
        detections=len(mine.scores),
        right=int(mine.right.sum()),
        tight=int(mine.tight.sum()),
        d_ece_before=d_ece(matches.scores[sure], matches.right[sure]),
        d_ece_after=d_ece(after[sure], matches.right[sure]),
    )


def _measure_all(matches: Matches, after: np.ndarray) -> Quality:
    sure = matches.scores >= D_ECE_SCORES
    right = matches.right[sure]
    return Quality(
        d_ece_before=d_ece(matches.scores[sure], right),
        d_ece_after=d_ece(after[sure], right),
        la_ece_before=la_ece(matches.scores, matches.iou, matches.class_index),
        la_ece_after=la_ece(after, matches.iou, matches.class_index),
        reliability_before=reliability(matches.scores[sure], right),
        reliability_after=reliability(after[sure], right),
    )


def _nothing_to_measure(
    matches: Matches, class_names: Sequence[str], autolabeler: str, batches: Sequence[str]
) -> UnifyError:
    failed = f", of which {matches.failed:,} could not be processed" if matches.failed else ""
    return UnifyError(
        Problem(
            autolabeler,
            f"no picture can tell how good it is: none was searched for {shorten(class_names)}",
            got=f"{matches.num_pictures:,} pictures in {shorten(batches)}{failed}",
            fix="calibrate on batches whose labeled_classes hold them",
        )
    )
