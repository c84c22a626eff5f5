"""The marks of tests that import TensorFlow: for a whole file ``pytestmark = MARKS``, for one test the decorator."""

from __future__ import annotations

import importlib.util

import pytest

MARKS = [
    pytest.mark.tensorflow,
    pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None, reason="TensorFlow is not installed"),
]


def needs_tensorflow(test):
    """Marks one test with all of `MARKS`."""
    for mark in MARKS:
        test = mark(test)
    return test
