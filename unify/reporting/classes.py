"""One class at a time: who boxed it, how surely, how much was missed, and what its boxes look like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from unify.core.types import JsonObject
from unify.reporting.calibrations import FoundCalibration
from unify.reporting.columns import STATES, DatasetNames
from unify.reporting.counts import HUMAN_SIDE, MACHINE_SIDE, Counts
from unify.reporting.plain import share

_NOTHING = {"precision": None, "right": None, "recall": None, "missed": None, "basis": None, "note": ""}


def class_rows(counts: Counts, names: DatasetNames, calibrations: Mapping[str, FoundCalibration]) -> list[JsonObject]:
    """``classes`` of the report, ascending by id."""
    return [_row(column, counts, names, calibrations) for column in range(len(names.classes))]


def _row(column: int, counts: Counts, names: DatasetNames, calibrations: Mapping[str, FoundCalibration]) -> JsonObject:
    name = names.classes[column]
    boxes, ignored = counts.boxes[:, column].tolist(), counts.ignored[:, column].tolist()
    machine, labels = sum(boxes[1:]), sum(boxes[1:]) - sum(ignored[1:])
    fillers = _fillers(name, names.manifest)
    return {
        "class": name,
        "id": names.taxonomy.ids[name],
        "task": names.taxonomy.task_of[name],
        "method": names.method_of(name),
        "pictures": dict(zip(STATES, counts.coverage[0, column].tolist())),
        "boxes": sum(boxes),
        "human_boxes": boxes[0],
        "machine_boxes": machine,
        "ignored_boxes": sum(ignored),
        "auto_label_ratio": share(machine, sum(boxes)),
        "sources": [
            {"source": source, "boxes": of_source, "ignored": zero}
            for source, of_source, zero in zip(names.sources, boxes, ignored)
            if of_source
        ],
        "autolabelers": fillers,
        "expected": expected(labels, float(counts.right[1:, column].sum()), fillers, calibrations, name),
        "sizes": _sides(counts.sizes[:, column].tolist()),
        "aspects": _sides(counts.aspects[:, column].tolist()),
        "weights": {
            "bins": counts.weights[column].tolist(),
            "ignored": sum(ignored[1:]),
            "mean": share(float(counts.weight[1:, column].sum()), labels) if labels else None,
        },
    }


def _fillers(name: str, manifest: JsonObject) -> list[JsonObject]:
    """What each auto-labeler of a class was allowed to do."""
    keys = ("method", "threshold", "low", "absence_weight", "calibrated")
    return [
        {"autolabeler": each["autolabeler"], **{key: each["classes"][name].get(key) for key in keys}}
        for each in manifest["autolabelers"]
        if name in each["classes"]
    ]


def _sides(table: Sequence[Sequence[int]]) -> JsonObject:
    return {"human": table[HUMAN_SIDE], "machine": table[MACHINE_SIDE]}


def expected(
    labels: int,
    right: float,
    fillers: Sequence[JsonObject],
    calibrations: Mapping[str, FoundCalibration],
    name: str,
) -> JsonObject:
    """What the calibration lets one expect of the machine boxes of a class.

    ``labels`` boxes hold ``right`` right ones, the sum of their probabilities, so the expected precision is right /
    labels. An auto-labeler that finds a share R of the objects, and found ``right`` of them, missed
    ``right * (1 - R) / R``. R was measured on the calibration's pictures: it holds here as far as these are like those.

    Args:
        labels: machine boxes of a weight over 0.
        right: sum of their probabilities, see `Counts.right`.
        fillers: ``autolabelers`` of the class.
        calibrations: reference -> calibration.
        name: the class.
    """
    if not fillers:
        return dict(_NOTHING)
    basis, note = _basis(fillers, calibrations, name)
    recall, recall_note = _recall(fillers, calibrations, name)
    known = basis is not None
    return {
        "precision": right / labels if known and labels else None,
        "right": right if known else None,
        "recall": recall,
        "missed": right * (1 - recall) / recall if known and recall else None,
        "basis": basis,
        "note": "; ".join(dict.fromkeys(text for text in (note, recall_note) if text)),
    }


def _basis(
    fillers: Sequence[JsonObject], calibrations: Mapping[str, FoundCalibration], name: str
) -> tuple[str | None, str]:
    """What the probabilities of the boxes are taken from, and if from nothing, why."""
    if fillers[0]["method"] == "soft":
        raw = [each["autolabeler"] for each in fillers if not each["calibrated"]]
        return ("weights", "") if not raw else (None, f"the weights are raw scores: {', '.join(raw)} not calibrated")
    if len(fillers) > 1:
        return None, "boxes of several auto-labelers were fused: no calibration tells their probability"
    found = calibrations[fillers[0]["autolabeler"]]
    return ("calibrator", "") if found.class_of(name) else (None, _why_not(found, fillers[0], name))


def _recall(
    fillers: Sequence[JsonObject], calibrations: Mapping[str, FoundCalibration], name: str
) -> tuple[float | None, str]:
    """Recall at the threshold in use, where it was measured at that one."""
    if len(fillers) > 1:
        return None, "several auto-labelers were fused: nobody measured their recall together"
    filler = fillers[0]
    measured = calibrations[filler["autolabeler"]].class_of(name)
    if measured is None:
        return None, _why_not(calibrations[filler["autolabeler"]], filler, name)
    cut = measured.thresholds
    soft = filler["method"] == "soft"
    used, at, recall = (
        (filler["low"], cut.low, cut.low_recall) if soft else (filler["threshold"], cut.threshold, cut.recall)
    )
    if used != at:
        return None, f"recall was measured at {at:g}, but {used:g} is used"
    return recall, ""


def _why_not(found: FoundCalibration, filler: JsonObject, name: str) -> str:
    return found.note or f"the calibration of {filler['autolabeler']} does not measure {name}"
