"""Keys of an entry get new values: the person's lines stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from unify.errors import RegistryError
from unify.registry.amend import set_keys
from unify.registry.yaml_source import parse_yaml

VALUES = {"calibration": "c.json", "thresholds": {"car": 0.5, "truck": 0.25}, "metrics": {"f1": 0.75}}


def amend(text: str, values: dict = VALUES, version: str = "v1") -> str:
    return set_keys(text.encode(), Path("x.yaml"), "x.yaml", ("versions", version), values).decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "name: x  # mine\nversions:\n  # best\n  v1:\n    adapter:   keras\n\n  v0: {adapter: onnx}\n# end\n",
            "name: x  # mine\nversions:\n  # best\n  v1:\n    adapter:   keras\n    calibration: c.json\n"
            "    thresholds: {car: 0.5, truck: 0.25}\n    metrics: {f1: 0.75}\n\n  v0: {adapter: onnx}\n# end\n",
            id="new keys are the last ones",
        ),
        pytest.param(
            "versions:\n  v1:\n    thresholds:  # by hand\n        # the large ones\n        car:   0.3   # was 0.4\n"
            "        bus: 0.1\n    calibration: 'old.json' # file\n    adapter: keras",
            "versions:\n  v1:\n    thresholds:  # by hand\n        # the large ones\n        car:   0.5   # was 0.4\n"
            "        bus: 0.1\n        truck: 0.25\n    calibration: c.json # file\n    adapter: keras\n"
            "    metrics: {f1: 0.75}\n",
            id="comments, order, columns and other classes stay",
        ),
        pytest.param(
            "versions: {v1: {adapter: keras, metrics: {speed: 3, f1: 0.1}, thresholds: {}}, v0: {adapter: onnx}}\n",
            "versions: {v1: {adapter: keras, metrics: {speed: 3, f1: 0.75}, thresholds: {car: 0.5, truck: 0.25}, "
            "calibration: c.json}, v0: {adapter: onnx}}\n",
            id="in braces",
        ),
        pytest.param(
            "versions:\r\n  v1:\r\n    adapter: keras\r\n    metrics: {f1: 0.7}\r\n",
            "versions:\r\n  v1:\r\n    adapter: keras\r\n    metrics: {f1: 0.75}\r\n    calibration: c.json\r\n"
            "    thresholds: {car: 0.5, truck: 0.25}\r\n",
            id="Windows line ends",
        ),
    ],
)
def test_the_rest_stays_as_it_was(before: str, after: str):
    assert amend(before) == after
    assert amend(after) == after  # said already: nothing to do


def test_a_number_that_is_right_keeps_its_spelling():
    text = "versions:\n  v1: {adapter: keras, thresholds: {car: 0.500}}\n"
    assert amend(text, {"thresholds": {"car": 0.5}}) == text


def test_names_of_classes_are_quoted_where_they_must_be():
    edited = amend("versions:\n  v1: {adapter: a}\n", {"thresholds": {"no": 0.5, "a, b": 0.1}})
    value = parse_yaml(edited.encode(), Path("x.yaml"), "x.yaml").value
    assert value["versions"]["v1"]["thresholds"] == {"no": 0.5, "a, b": 0.1}


def test_a_byte_order_mark_stays():
    text = b"\xef\xbb\xbfversions:\n  v1: {adapter: a}\n"
    edited = set_keys(text, Path("x.yaml"), "x.yaml", ("versions", "v1"), {"calibration": "é.json"})
    assert edited == "\ufeffversions:\n  v1: {adapter: a, calibration: é.json}\n".encode()


def test_values_that_two_versions_share_are_not_changed_for_one():
    text = "versions:\n  v1: {adapter: a, metrics: &m {f1: 0.1}}\n  v0: {adapter: a, metrics: *m}\n"
    with pytest.raises(RegistryError) as raised:
        amend(text, {"metrics": {"f1": 0.2}}, "v0")
    assert str(raised.value) == (
        "x.yaml:3:3: cannot be edited: unusual layout\n  fix:      write by hand:\nmetrics: {f1: 0.2}\n"
    )
