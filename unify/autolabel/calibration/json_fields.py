"""A JSON file read value by value, so that everything that is wrong with it is said at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from sys import float_info
from typing import Any

from unify.errors import Problem


@dataclass(frozen=True)
class Kind:
    """What a value should be.

    Attributes:
        expected: in words.
        fits: whether a value is one.
        stand_in: goes on in the place of one that is not.
    """

    expected: str
    fits: Callable[[Any], bool]
    stand_in: Any


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= float_info.max  # NaN is not, nor a whole number beyond floats


def _is_fraction(value: Any) -> bool:
    return _is_number(value) and 0 <= value <= 1


NUMBER = Kind("a number", _is_number, 1.0)
NUMBERS = Kind("a list of numbers", lambda value: isinstance(value, list) and all(map(_is_number, value)), [])
FRACTION = Kind("a number from 0 to 1", _is_fraction, 0.0)
MAYBE_FRACTION = Kind("a number from 0 to 1, or null", lambda value: value is None or _is_fraction(value), None)
COUNT = Kind("a whole number, 0 or more", lambda value: type(value) is int and value >= 0, 0)
FLAG = Kind("true or false", lambda value: isinstance(value, bool), False)
TEXT = Kind("a text", lambda value: isinstance(value, str), "")
TEXTS = Kind("a list of texts", lambda value: isinstance(value, list) and all(isinstance(v, str) for v in value), [])
OBJECT = Kind("an object", lambda value: isinstance(value, dict), {})
OBJECTS = Kind("a list of objects", lambda value: isinstance(value, list) and all(map(OBJECT.fits, value)), [])


class JsonFields:
    """One object of a JSON file. Keys it is not asked for are left alone.

    Args:
        file: names the file in messages.
        value: the parsed object.
        problems: what is wrong is added here.
        path: where in the file the object stands, such as ``classes.car``; "" for the whole.
    """

    def __init__(self, file: str, value: dict[str, Any], problems: list[Problem], path: str = "") -> None:
        self._file, self._path, self._known = file, path, len(problems)
        self.value, self.problems = value, problems

    @property
    def is_right(self) -> bool:
        """Nothing was wrong with what was read so far."""
        return len(self.problems) == self._known

    def read(self, key: str, kind: Kind) -> Any:
        """The value of a key; its kind's stand-in where it is missing or something else."""
        if key not in self.value:
            self._add(f"{self._at(key)} is missing", expected=kind.expected)
        elif not kind.fits(self.value[key]):
            self._add(f"{self._at(key)} is something else", _shown(self.value[key]), kind.expected)
        else:
            return self.value[key]
        return kind.stand_in

    def read_all(self, **kinds: Kind) -> dict[str, Any]:
        """The values of several keys."""
        return {key: self.read(key, kind) for key, kind in kinds.items()}

    def inside(self, key: str) -> JsonFields:
        """The object that is the value of a key."""
        known = len(self.problems)
        value = self.read(key, OBJECT)
        # Of an object that is not there, its missing keys are no news.
        problems = self.problems if len(self.problems) == known else []
        return JsonFields(self._file, value, problems, self._at(key))

    def each_inside(self, key: str) -> list[JsonFields]:
        """The objects of the list that is the value of a key."""
        values = self.read(key, OBJECTS)
        return [
            JsonFields(self._file, value, self.problems, f"{self._at(key)}[{number}]")
            for number, value in enumerate(values)
        ]

    def wrong(self, what: str, got: str = "", expected: str = "") -> None:
        """Add a problem of the object as a whole."""
        self._add(f"{self._path}: {what}", got, expected)

    def _add(self, what: str, got: str = "", expected: str = "") -> None:
        self.problems.append(Problem(self._file, what, got, expected))

    def _at(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
