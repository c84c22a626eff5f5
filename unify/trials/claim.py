"""Whose folder an output is: a trial's, which trial's, or nobody's yet."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from unify.core.types import JsonObject
from unify.errors import OutputError, Problem
from unify.files import TEMPORARY, write_whole
from unify.registry.trial_objects import TrialConfig

MARK = {"format": "unify-trial", "version": 1}
REQUEST = "request.json"


def claim(asked: TrialConfig, *, overwrite: bool) -> None:
    """Make the output this trial's folder. Call it as `only_writer`.

    Raises:
        OutputError: it holds something else, or, without ``overwrite``, a trial of other settings.
    """
    request, found = request_of(asked), _found(asked.output)
    changed = list(_changed(found, request)) if found is not None else []
    if changed and not overwrite:
        what, got = "the output folder holds a trial of other settings", f"another {', '.join(changed)}"
        fix = "choose another --output, or pass --overwrite, which keeps the runs that are still right"
        raise OutputError(Problem(str(asked.output), what, got=got, fix=fix))
    write_whole(asked.output / REQUEST, json_bytes({**MARK, "request": request}))


def request_of(asked: TrialConfig) -> JsonObject:
    """The settings that all runs of a folder share, paths as seen from it; methods and seeds may be added later."""
    scenario = asked.scenario and {"kind": type(asked.scenario).__name__.lower(), **asdict(asked.scenario)}
    selected = {"datasets": asked.datasets, "withheld": asked.withheld, "evaluation": asked.evaluation}
    request = {"detector": asdict(asked.detector), "scenario": scenario, **selected}
    return json.loads(json.dumps(request, default=lambda path: os.path.relpath(path, asked.output)))


def json_bytes(value: JsonObject) -> bytes:
    """How all files of a trial are written."""
    return (json.dumps(value, indent=1, allow_nan=False) + "\n").encode()


def _found(output: Path) -> JsonObject | None:
    """The request of the trial that lies there; None where nothing does.

    Raises:
        OutputError: something else does.
    """
    if not output.exists() or (output.is_dir() and all(TEMPORARY in path.name for path in output.iterdir())):
        return None
    with suppress(OSError, ValueError, TypeError, KeyError):
        mark = json.loads((output / REQUEST).read_bytes())
        if mark["format"] == MARK["format"]:
            return mark["request"]
    what, fix = "the output holds something that is no trial", "choose another --output, or move this one away"
    raise OutputError(Problem(str(output), what, fix=fix))


def _changed(before: JsonObject, now: JsonObject) -> Iterator[str]:
    """Settings that are not what they were: ``detector.steps``, ``scenario``, ..."""
    for key, value in now.items():
        old = before.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            yield from (f"{key}.{name}" for name in value.keys() | old.keys() if value.get(name) != old.get(name))
        elif value != old:
            yield key
