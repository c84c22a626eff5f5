"""What there is to know of an auto-labeler."""

from __future__ import annotations

from unify.autolabel.calibration.file import read_calibration
from unify.core.types import JsonObject
from unify.errors import RegistryError
from unify.inference.known import know_labeler
from unify.registry.objects import AutoLabelerVersion, Registry
from unify.reporting.calibrations import FoundCalibration, calibration_entry
from unify.reporting.lineage.gather import labeler_lineage
from unify.reporting.lineage.show import lineage_json
from unify.reporting.show_batch import seen_from


def labeler_facts(version: AutoLabelerVersion, registry: Registry) -> JsonObject:
    """An auto-labeler as registered and as measured; loads no model.

    Keys: ``autolabeler``, ``default`` (it is the top of its stack), ``classes``, ``adapter``, ``path`` (as seen from
    the workspace), ``options``, ``thresholds``, ``trained_on``, ``metrics``, ``registered`` (file and line),
    ``fingerprint`` (None, and ``note`` says why, where its files are not there), ``calibration`` (as in README.md;
    ``changed`` where it is another model's) and ``lineage``.

    Raises:
        UnifyError: the calibration file is damaged.
        RegistryError: it was trained on what it labeled itself.
    """
    fingerprint, note = _fingerprint(version, registry)
    return {
        "kind": "autolabeler",
        "autolabeler": str(version.ref),
        "default": registry.autolabelers[version.ref.name][0] == version,
        "classes": list(version.classes),
        "adapter": version.adapter,
        "path": seen_from(version.path, registry.workspace) if version.path else None,
        "options": dict(version.options),
        "thresholds": dict(version.thresholds),
        "trained_on": list(version.trained_on),
        "metrics": dict(version.metrics),
        "registered": version.where,
        "fingerprint": fingerprint,
        "note": note,
        "calibration": calibration_entry(_calibration(version, fingerprint)),
        "lineage": lineage_json(labeler_lineage(version, registry)),
    }


def _fingerprint(version: AutoLabelerVersion, registry: Registry) -> tuple[str | None, str]:
    try:
        return know_labeler(version, registry.workspace).fingerprint, ""
    except RegistryError as error:
        return None, "; ".join(problem.what for problem in error.problems)


def _calibration(version: AutoLabelerVersion, fingerprint: str | None) -> FoundCalibration:
    if version.calibration is None:
        return FoundCalibration("none", f"{version.ref} was not calibrated")
    if not version.calibration.exists():
        return FoundCalibration("missing", f"the calibration of {version.ref} is not there")
    calibration = read_calibration(version.calibration)
    if fingerprint is not None and calibration.fingerprint != fingerprint:
        return FoundCalibration("changed", f"{version.ref} was calibrated when it was another model")
    return FoundCalibration("read", "", calibration)
