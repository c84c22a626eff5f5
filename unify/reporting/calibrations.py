"""The calibration files that a dataset was made with, where they are still the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from unify.autolabel.calibration.file import parse_calibration
from unify.autolabel.calibration.values import Calibration, ClassCalibration
from unify.core.types import JsonObject
from unify.registry.objects import AutoLabelerVersion, Registry
from unify.reporting.columns import DatasetNames
from unify.reporting.counts import Calibrators


@dataclass(frozen=True)
class FoundCalibration:
    """What became of one auto-labeler's calibration file.

    Attributes:
        status: ``read``, ``none`` (there never was one), ``missing`` or ``changed``.
        note: one sentence where it was not read, else "".
        calibration: what it says, where it was read.
    """

    status: str
    note: str = ""
    calibration: Calibration | None = None

    def class_of(self, name: str) -> ClassCalibration | None:
        """What was measured for a class."""
        return self.calibration.classes.get(name) if self.calibration else None


def find_calibrations(manifest: JsonObject, registry: Registry | None) -> dict[str, FoundCalibration]:
    """Reference -> calibration, of the auto-labelers of a dataset.

    Args:
        manifest: the dataset's; it holds the digest of the file that was used.
        registry: of the workspace that says where the file lies; None where there is no workspace.

    Raises:
        UnifyError: a file is the one that was used, and is damaged.
    """
    return {each["autolabeler"]: _find(each, registry) for each in manifest["autolabelers"]}


def hard_calibrators(names: DatasetNames, found: Mapping[str, FoundCalibration]) -> Calibrators:
    """Calibrators for the boxes whose weight is 1 whatever their score: those of ``hard``."""
    calibrators = {}
    for source, ref in enumerate(names.sources):
        for column, name in enumerate(names.classes):
            measured = found[ref].class_of(name) if ref in found else None
            if measured is not None and names.method_of(name) == "hard":
                calibrators[source, column] = measured.calibrators.weight
    return calibrators


def calibration_entry(found: FoundCalibration) -> JsonObject:
    """``autolabelers[].calibration`` of the report."""
    known = found.calibration
    if known is None:
        return {"status": found.status, "note": found.note, **dict.fromkeys(_FIELDS)}
    quality = asdict(known.quality)
    return {
        "status": found.status,
        "note": found.note,
        "batches": list(known.batches),
        "pictures": known.pictures,
        "failed": known.failed,
        **quality,
        "classes": {name: _class_entry(each) for name, each in known.classes.items()},
    }


_FIELDS = (
    *("batches", "pictures", "failed", "classes", "reliability_before", "reliability_after"),
    *("d_ece_before", "d_ece_after", "la_ece_before", "la_ece_after"),
)
_CLASS_FIELDS = ("pictures", "boxes", "detections", "d_ece_before", "d_ece_after")


def _class_entry(measured: ClassCalibration) -> JsonObject:
    return {**asdict(measured.thresholds), **{name: getattr(measured, name) for name in _CLASS_FIELDS}}


def _find(entry: JsonObject, registry: Registry | None) -> FoundCalibration:
    ref = entry["autolabeler"]
    if entry.get("calibration") is None:
        return FoundCalibration("none", f"{ref} was not calibrated")
    if registry is None:
        return FoundCalibration("missing", f"the dataset lies in no workspace that could hold {ref}'s calibration")
    version = _version(ref, registry)
    if version is None or version.calibration is None:
        return FoundCalibration("missing", f"the registry has no calibration of {ref} now")
    try:
        content = version.calibration.read_bytes()
    except OSError as error:
        return FoundCalibration("missing", f"the calibration of {ref} cannot be read: {error.strerror}")
    if hashlib.sha256(content).hexdigest() != entry["calibration"]:
        return FoundCalibration("changed", f"{ref} was calibrated again since the dataset was compiled")
    return FoundCalibration("read", "", parse_calibration(content, str(version.calibration)))


def _version(ref: str, registry: Registry) -> AutoLabelerVersion | None:
    name = ref.partition(":")[0]
    return next((each for each in registry.autolabelers.get(name, ()) if str(each.ref) == ref), None)
