"""From a calibration to the policy that the compiler's merge follows."""

from __future__ import annotations

from collections.abc import Mapping

from unify.autolabel.calibration.settings import CalibrationSettings
from unify.autolabel.calibration.values import Calibration, ClassCalibration
from unify.core.fill_policy import ClassPolicy
from unify.core.types import Method

DEFAULT_THRESHOLD = 0.5  # of an auto-labeler that nobody measured


def class_policies(
    autolabeler: str,
    class_ids: Mapping[str, int],
    method: Method,
    thresholds: Mapping[str, float],
    calibration: Calibration | None,
    *,
    ignore_zone: bool = False,
) -> tuple[ClassPolicy, ...]:
    """What an auto-labeler may do for the classes it is to fill.

    A class whose precision passes no floor is left out: it stays unknown. A class that was not measured gets raw scores
    for weights (`ClassPolicy.calibrated` is False: warn) and the lower trust in its absence, since nobody knows its
    recall.

    Args:
        autolabeler: reference, ``pedestrian:v3``.
        class_ids: class name -> unified id, of the classes to fill.
        method: ``hard`` or ``soft``.
        thresholds: class -> threshold that a person or the registry set; goes over the calibration's. ``soft`` goes by
            probability, and takes none.
        calibration: of this auto-labeler, or None.
        ignore_zone: whether ``hard`` ignores what lies between low and threshold.
    """
    chosen = thresholds if method is Method.HARD else {}
    measured = calibration.classes if calibration else {}
    settings = calibration.settings if calibration else CalibrationSettings()
    return tuple(
        _class_policy(autolabeler, class_id, method, chosen.get(name), measured.get(name), settings, ignore_zone)
        for name, class_id in class_ids.items()
        if name not in measured or measured[name].thresholds.usable
    )


def _class_policy(
    autolabeler: str,
    class_id: int,
    method: Method,
    chosen: float | None,
    measured: ClassCalibration | None,
    settings: CalibrationSettings,
    ignore_zone: bool,
) -> ClassPolicy:
    if measured is None:
        threshold = DEFAULT_THRESHOLD if chosen is None else chosen
        low = min(settings.low_probability, threshold)
        return ClassPolicy(autolabeler, class_id, method, threshold, low, settings.low_trust, ignore_zone=ignore_zone)
    cut = measured.thresholds
    threshold = cut.threshold if chosen is None else chosen
    return ClassPolicy(
        autolabeler=autolabeler,
        class_id=class_id,
        method=method,
        threshold=threshold,
        low=min(cut.low, threshold),
        absence_weight=cut.absence_weight,
        weight=measured.calibrators.weight,
        box_weight=measured.calibrators.box_weight,
        ignore_zone=ignore_zone,
    )
