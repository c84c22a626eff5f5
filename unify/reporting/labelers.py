"""The auto-labelers of a dataset, with what their calibration files say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from unify.core.types import JsonObject
from unify.reporting.calibrations import FoundCalibration, calibration_entry
from unify.reporting.columns import DatasetNames
from unify.reporting.counts import Counts

FUSED = "+"  # joins the auto-labelers of a fused box's source


def labeler_rows(counts: Counts, names: DatasetNames, calibrations: Mapping[str, FoundCalibration]) -> list[JsonObject]:
    """``autolabelers`` of the report, in the order of the manifest."""
    failed = Counter(each["autolabeler"] for each in names.manifest.get("failed", ()))
    boxes = dict(zip(names.sources, counts.boxes.sum(axis=1).tolist()))
    return [
        {
            "autolabeler": ref,
            "fingerprint": entry["fingerprint"],
            "classes": entry["classes"],
            "boxes": sum(number for source, number in boxes.items() if ref in source.split(FUSED)),
            "trained_on": entry.get("trained_on", []),
            "trained_on_batches": entry.get("trained_on_batches", []),
            "self_labeled": entry.get("self_labeled", 0),
            "failed": failed[ref],
            "calibration": calibration_entry(calibrations[ref]),
        }
        for entry in names.manifest["autolabelers"]
        for ref in [entry["autolabeler"]]
    ]
