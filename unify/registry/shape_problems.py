"""What pydantic found wrong, in our words and at the place in the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from unify.errors import Problem, did_you_mean
from unify.registry.schema import PATTERNS
from unify.registry.wording import inline, misread, show
from unify.registry.yaml_source import KeyPath, YamlFile

if TYPE_CHECKING:
    from pydantic import BaseModel

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "keys and values",
    "model_type": "keys and values",
    "model_attributes_type": "keys and values",
    "finite_number": "a finite number",
    "string_too_short": "text that is not empty",
}
_BOUNDS = ("greater_than", "greater_than_equal", "less_than_equal")


def shape_problems(file: YamlFile, model: type[BaseModel], errors: list[Any]) -> list[Problem]:
    """The problems behind pydantic's errors, in the order of the file."""
    located = [(file.position(yaml_path(found)), _problem(file, model, found)) for found in errors]
    return [problem for _, problem in sorted(located, key=lambda item: item[0])]


def yaml_path(found: Mapping[str, Any]) -> KeyPath:
    """The path of an error in the file: less what pydantic adds, ``<tags>`` of unions and ``[key]``."""
    return tuple(part for part in found["loc"] if not (isinstance(part, str) and part[:1] in ("<", "[")))


def _problem(file: YamlFile, model: type[BaseModel], found: Mapping[str, Any]) -> Problem:
    path, kind, context = yaml_path(found), found["type"], found.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(file, model, path)
    if kind == "missing":
        return _missing_key(file, model, path)
    if kind == "string_pattern_mismatch":
        return _bad_text(file, path, found)
    what = f"wrong value of '{_key_of(path)}'"
    if kind == "literal_error":
        choices = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        got, fix = _got_and_fix(file, path, found["input"], "text")
        fix = did_you_mean(file.raw(path), choices) or fix
        return file.problem(path, what, got=got, expected=context["expected"], fix=fix)
    if kind in _BOUNDS:
        return file.problem(path, what, got=show(found["input"]), expected=_range(_schema_at(model, path)))
    if kind == "too_short":
        return file.problem(path, f"'{_key_of(path)}' is empty", expected="at least one entry")
    expected = _EXPECTED.get(kind, found["msg"])
    got, fix = _got_and_fix(file, path, found["input"], expected)
    return file.problem(path, what, got=got, expected=expected, fix=fix)


def _unknown_key(file: YamlFile, model: type[BaseModel], path: KeyPath) -> Problem:
    known = list(_schema_at(model, path[:-1]).get("properties", ()))
    return file.problem(
        path,
        f"unknown key '{path[-1]}'",
        key=True,
        expected=f"one of {', '.join(known)}",
        fix=did_you_mean(str(path[-1]), known) or "delete the key",
    )


def _missing_key(file: YamlFile, model: type[BaseModel], path: KeyPath) -> Problem:
    schema = _schema_at(model, path)
    example = f", such as {show(schema['examples'][0])}" if "examples" in schema else ""
    expected = schema.get("description", "") + example
    what = f"missing key '{path[-1]}'" + (f" in '{_key_of(path[:-1])}'" if path[:-1] else "")
    return file.problem(path[:-1], what, key=True, expected=expected, fix=f"add '{path[-1]}:'")


def _bad_text(file: YamlFile, path: KeyPath, found: Mapping[str, Any]) -> Problem:
    is_key = found["loc"][-1] == "[key]"
    what = f"'{found['input']}' is not a name" if is_key else f"wrong value of '{_key_of(path)}'"
    expected = PATTERNS[found["ctx"]["pattern"]]
    return file.problem(path, what, key=is_key, got=show(found["input"]), expected=expected)


def _range(schema: Mapping[str, Any]) -> str:
    if "exclusiveMinimum" in schema:
        return f"a number over {schema['exclusiveMinimum']}"
    low = schema["minimum"]
    return f"{low} to {schema['maximum']}" if "maximum" in schema else f"{low} or more"


def _got_and_fix(file: YamlFile, path: KeyPath, value: Any, expected: str) -> tuple[str, str]:
    if expected == "text" and isinstance(value, dict) and len(value) == 1:
        return show(value), f'put it in quotes: "{_as_selection(value)}"'
    if expected == "text" and not isinstance(value, (dict, list, str)):
        return misread(file.raw(path), value)
    if expected == "a list" and isinstance(value, str):
        return show(value), f"write {inline([value])}"
    return show(value), ""


def _as_selection(value: Mapping[str, Any]) -> str:
    """``pedestrian:[b1-b4]`` back from the mapping that YAML makes of it inside a flow list."""
    (task, batches), *_ = value.items()
    if isinstance(batches, list):
        return f"{task}:[{','.join(map(str, batches))}]"
    return f"{task}:{'' if batches is None else batches}"


def _schema_at(model: type[BaseModel], path: KeyPath) -> dict[str, Any]:
    """The part of the model's JSON Schema that describes the value at a path."""
    whole = model.model_json_schema()
    schema = whole
    for part in path:
        schema = _resolve(whole, schema)
        step = schema.get("properties", {}).get(part) or schema.get("items") or schema.get("additionalProperties")
        schema = step or next(iter(schema.get("patternProperties", {}).values()), {})
    return _resolve(whole, schema)


def _resolve(whole: Mapping[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Follows references, and of several ways to write a value takes the one that has keys."""
    arms = schema.get("oneOf") or schema.get("anyOf")
    if arms:
        resolved = [_resolve(whole, arm) for arm in arms]
        return next((arm for arm in resolved if arm.get("type") == "object"), resolved[0])
    if "$ref" in schema:
        described = {key: value for key, value in schema.items() if key != "$ref"}
        return whole["$defs"][schema["$ref"].rpartition("/")[2]] | described
    return schema


def _key_of(path: KeyPath) -> str:
    """How a sentence names a value: its key, or the list that holds it."""
    names = [part for part in path if isinstance(part, str)]
    return names[-1] if names else "file"
