"""The calibration file: sorted, versioned JSON. Equal calibrations are equal bytes, and come back equal."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from unify.autolabel.calibration.calibrators import ClassCalibrators
from unify.autolabel.calibration.json_fields import (
    COUNT,
    FLAG,
    FRACTION,
    MAYBE_FRACTION,
    NUMBER,
    NUMBERS,
    TEXT,
    TEXTS,
    JsonFields,
    Kind,
)
from unify.autolabel.calibration.quality import ReliabilityBin
from unify.autolabel.calibration.settings import CalibrationSettings
from unify.autolabel.calibration.thresholds import Thresholds
from unify.autolabel.calibration.values import Calibration, ClassCalibration, Quality
from unify.core.calibrator import RAW_SCORES, Calibrator, Isotonic, Platt
from unify.core.types import JsonObject
from unify.errors import Problem, UnifyError
from unify.files import write_whole

FORMAT = "unify-calibration"
VERSION = 1

_THRESHOLDS = dict.fromkeys(
    ("threshold", "low", "precision", "precision_bound", "recall", "low_recall", "absence_weight"), FRACTION
)
_POOLED = dict.fromkeys(("pooled", "box_pooled"), FLAG)
_COUNTS = dict.fromkeys(("pictures", "boxes", "detections", "right", "tight"), COUNT)
_ERRORS = dict.fromkeys(("d_ece_before", "d_ece_after"), MAYBE_FRACTION)
_ALL_ERRORS = _ERRORS | dict.fromkeys(("la_ece_before", "la_ece_after"), MAYBE_FRACTION)
_KNOBS = {
    "beta": NUMBER,
    "least_precision": NUMBER,
    "confidence": NUMBER,
    "low_probability": NUMBER,
    "trusted_recall": NUMBER,
    "low_trust": NUMBER,
}

_PARAMETERS = {
    Isotonic.kind: {"scores": NUMBERS, "probabilities": NUMBERS},
    Platt.kind: {"slope": NUMBER, "intercept": NUMBER},
}
_KIND = Kind("'isotonic' or 'platt'", lambda value: value in list(_PARAMETERS), "")


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Write the file, whole or not at all.

    Raises:
        OutputError: it cannot be written; what stood there is as it was.
    """
    write_whole(path, calibration_bytes(calibration), durable=True)


def calibration_bytes(calibration: Calibration) -> bytes:
    """The one way a calibration is written: sorted keys, two spaces, UTF-8, newline at the end."""
    content = {
        **asdict(calibration),
        "format": FORMAT,
        "version": VERSION,
        "classes": {name: _class_entry(each) for name, each in calibration.classes.items()},
    }
    return (json.dumps(content, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def read_calibration(path: Path) -> Calibration:
    """The calibration in a file.

    Raises:
        UnifyError: it cannot be read, is none, a newer version wrote it, or it is damaged; lists all that is wrong.
    """
    try:
        return parse_calibration(path.read_bytes(), str(path))
    except OSError as error:
        fix = "run `unify calibrate`, or correct `calibration:` in the registry"
        what = f"the calibration cannot be read: {error.strerror}"
        raise UnifyError(Problem(str(path), what, fix=fix)) from error


def parse_calibration(content: bytes, shown: str) -> Calibration:
    """The calibration in a file's bytes; ``shown`` names the file in messages. Errors as in `read_calibration`."""
    problems: list[Problem] = []
    fields = JsonFields(shown, _parse(content, shown), problems)
    calibration = Calibration(
        **fields.read_all(autolabeler=TEXT, fingerprint=TEXT, pictures=COUNT, failed=COUNT),
        batches=tuple(fields.read("batches", TEXTS)),
        settings=_settings(fields.inside("settings")),
        classes=_classes(fields.inside("classes")),
        quality=_quality(fields.inside("quality")),
    )
    if problems:
        raise UnifyError(problems, summary=f"{shown} is damaged: take it from version control, or calibrate again.")
    return calibration


def _parse(content: bytes, shown: str) -> dict[str, Any]:
    """The file's object, if it is a calibration of a version that is known."""
    fix = "give the file that `unify calibrate` wrote"
    try:
        value = json.loads(content)
    except json.JSONDecodeError as error:
        problem = Problem(f"{shown}:{error.lineno}:{error.colno}", f"is not JSON: {error.msg}", fix=fix)
        raise UnifyError(problem) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise UnifyError(Problem(shown, "is not JSON", got=str(error), fix=fix)) from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise UnifyError(Problem(shown, "is not a calibration", expected=f'"format": "{FORMAT}"', fix=fix))
    version = value.get("version")
    if version != VERSION:
        newer = isinstance(version, int) and version > VERSION
        fix = "install the unify that wrote it, or a newer one" if newer else "calibrate again"
        raise UnifyError(Problem(shown, "unknown version of a calibration", str(version), str(VERSION), fix))
    return value


def _class_entry(each: ClassCalibration) -> JsonObject:
    """One flat object a class; calibrators with their kind."""
    entry = asdict(each)
    thresholds, calibrators = entry.pop("thresholds"), entry.pop("calibrators")
    for name in ("weight", "box_weight"):
        calibrators[name]["kind"] = getattr(each.calibrators, name).kind
    return {**entry, **thresholds, **calibrators}


def _classes(fields: JsonFields) -> dict[str, ClassCalibration]:
    return {name: _class(fields.inside(name)) for name in fields.value}


def _class(fields: JsonFields) -> ClassCalibration:
    return ClassCalibration(
        thresholds=Thresholds(**fields.read_all(**_THRESHOLDS, usable=FLAG)),
        calibrators=ClassCalibrators(
            weight=_calibrator(fields.inside("weight")),
            box_weight=_calibrator(fields.inside("box_weight")),
            **fields.read_all(**_POOLED),
        ),
        **fields.read_all(**_COUNTS, **_ERRORS),
    )


def _calibrator(fields: JsonFields) -> Calibrator:
    kind = fields.read("kind", _KIND)
    values = fields.read_all(**_PARAMETERS.get(kind, {}))
    if not fields.is_right:
        return RAW_SCORES
    try:
        return Platt(**values) if kind == Platt.kind else Isotonic(*map(tuple, values.values()))
    except ValueError as error:
        fields.wrong("values that do not fit together", got=str(error))
        return RAW_SCORES


def _settings(fields: JsonFields) -> CalibrationSettings:
    values = fields.read_all(**_KNOBS)
    try:
        return CalibrationSettings(**values) if fields.is_right else CalibrationSettings()
    except UnifyError as error:
        for problem in error.problems:
            fields.wrong(problem.what, problem.got, problem.expected)
        return CalibrationSettings()


def _quality(fields: JsonFields) -> Quality:
    return Quality(
        **fields.read_all(**_ALL_ERRORS),
        reliability_before=_bins(fields.each_inside("reliability_before")),
        reliability_after=_bins(fields.each_inside("reliability_after")),
    )


def _bins(rows: list[JsonFields]) -> tuple[ReliabilityBin, ...]:
    return tuple(
        ReliabilityBin(**each.read_all(confidence=FRACTION, precision=FRACTION, detections=COUNT)) for each in rows
    )
