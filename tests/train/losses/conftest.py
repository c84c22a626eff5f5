"""Tests of the training side run on the backend that KERAS_BACKEND names; on TensorFlow, all of them import it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.train.backend import BACKEND

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if BACKEND == "tensorflow":
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.tensorflow)
