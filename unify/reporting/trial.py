"""A trial's numbers in the shape that its page shows; pure but for `read_trial`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from unify.core.types import JsonObject
from unify.errors import Problem, UnifyError

TRIAL_NAME = "trial.json"
TITLES = {"f1": "F1", "ap50": "AP50", "ap75": "AP75", "ap": "AP", "precision": "precision", "recall": "recall"}
"""Metrics of a trial in the order to show."""

_FORMAT, _VERSION = "unify-trial", 1
_DIFFERENCE = ("better", "worse", "strictly", "mean", "low", "high", "n", "p", "p_holm", "verdict", "shown")


def read_trial(folder: Path) -> JsonObject:
    """``trial.json`` of a trial's folder.

    Raises:
        UnifyError: there is none, it is damaged, or another version wrote it.
    """
    path = folder / TRIAL_NAME
    fix = "give the folder that `unify trial` wrote; an interrupted trial is finished by the same command"
    try:
        trial = json.loads(path.read_bytes())
    except OSError as error:
        raise UnifyError(Problem(str(path), f"the trial cannot be read: {error.strerror}", fix=fix)) from error
    except (ValueError, RecursionError) as error:
        raise UnifyError(Problem(str(path), "the trial is not JSON", got=str(error), fix=fix)) from error
    if not isinstance(trial, dict) or (trial.get("format"), trial.get("version")) != (_FORMAT, _VERSION):
        expected = f'"format": "{_FORMAT}", "version": {_VERSION}'
        raise UnifyError(Problem(str(path), "is not a trial that can be read", expected=expected, fix=fix))
    return trial


def trial_content(trial: JsonObject) -> JsonObject:
    """What ``trial.html`` shows; the keys stand in README.md.

    Args:
        trial: ``trial.json``.

    Raises:
        UnifyError: keys are missing.
    """
    try:
        return _content(trial)
    except (KeyError, TypeError, IndexError) as error:
        what = "the trial is not shaped like one"
        raise UnifyError(Problem(TRIAL_NAME, what, got=f"missing: {error}", fix="run the trial again")) from error


def _content(trial: JsonObject) -> JsonObject:
    return {
        "format": "unify-trial-report",
        "version": 1,
        "name": trial["name"],
        "methods": trial["methods"],
        "classes": trial["classes"],
        "warnings": trial["warnings"],
        "seeds": {method: trial["scores"][method]["seeds"] for method in trial["methods"]},
        "detector": trial["request"]["detector"],
        "datasets": trial["datasets"],
        "evaluation": trial["evaluation"],
        "tables": [_table(trial, metric) for metric in TITLES],
        "contrasts": list(_contrasts(trial)),
        "gains": list(_gains(trial)),
        "losses": [_losses(run) for run in trial["runs"]],
    }


def _table(trial: JsonObject, metric: str) -> JsonObject:
    rows = [_row(trial, metric, name) for name in trial["classes"]]
    overall = {method: trial["scores"][method]["overall"][metric] for method in trial["methods"]}
    rows.append({"name": "all", "labeled_share": None, "machine_share": None, "cells": overall})
    return {"metric": metric, "title": TITLES[metric], "rows": rows}


def _row(trial: JsonObject, metric: str, name: str) -> JsonObject:
    """One class; how far people labeled it is the least share, since some methods trust what nobody saw."""
    of_methods = {method: trial["scores"][method]["classes"][name] for method in trial["methods"]}
    labeled = [each["labeled_share"] for each in of_methods.values() if each["labeled_share"] is not None]
    machine = [each["auto_label_ratio"] for each in of_methods.values() if each["auto_label_ratio"] is not None]
    return {
        "name": name,
        "labeled_share": min(labeled, default=None),
        "machine_share": max(machine, default=None),
        "cells": {method: each[metric] for method, each in of_methods.items()},
    }


def _contrasts(trial: JsonObject) -> Iterator[JsonObject]:
    for metric in (each for each in TITLES if each in trial["contrasts"]["overall"]):
        by_class = trial["contrasts"]["classes"].get(metric, {})
        for name, found in {"all": trial["contrasts"]["overall"][metric], **by_class}.items():
            for each in found:
                said = {key: each[key] for key in _DIFFERENCE}
                yield {
                    "metric": metric,
                    "title": TITLES[metric],
                    "name": name,
                    **said,
                    "pictures": each.get("pictures"),
                }


def _gains(trial: JsonObject) -> Iterator[JsonObject]:
    """One point a class and contrast: what a method gains over another, at its auto-label ratio."""
    for each in _contrasts(trial):
        if each["name"] == "all" or each["mean"] is None:
            continue
        of_class = trial["scores"][each["better"]]["classes"][each["name"]]
        yield {
            **{key: each[key] for key in ("metric", "title", "better", "worse", "mean", "low", "high", "n", "verdict")},
            "class": each["name"],
            "ratio": of_class["auto_label_ratio"],
            "labeled_share": _row(trial, each["metric"], each["name"])["labeled_share"],
        }


def _losses(run: JsonObject) -> JsonObject:
    """Losses are means over equally many steps; the last steps may be too few for a mean of their own."""
    values = run["losses"]
    size = run["detector"]["steps"] // len(values) if values else 0
    steps = [(place + 1) * size for place in range(len(values))]
    return {"method": run["method"], "seed": run["seed"], "steps": steps, "values": values}
