"""The mark of tests that compare with TensorFlow."""

from __future__ import annotations

import importlib.util

import pytest

_missing = importlib.util.find_spec("tensorflow") is None


def needs_tensorflow(test):
    """Marks a test that imports TensorFlow, skipped where it is not installed."""
    return pytest.mark.tensorflow(pytest.mark.skipif(_missing, reason="TensorFlow is not installed")(test))
