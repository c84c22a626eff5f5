"""Tests of the reference detector all import TensorFlow; those that read a dataset share a tiny one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from unify.compiler import compile
from unify.registry.trial_objects import Digits

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.tensorflow)


@pytest.fixture
def eagerly() -> Iterator[None]:
    """Steps run as they are written, for tracing one takes as long as a hundred; ``tf.data`` warns that it does not."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of unified datasets: ``train``, 40 pictures of digits labeled by three tasks, and ``test``, six.

    ``uneven`` is what was not asked for in ``train``, but for the first task, so that its classes are labeled less.
    """
    pytest.importorskip("sklearn", reason="needs the [train] extra")
    from unify.scenarios import make_scenario

    folder = tmp_path_factory.mktemp("digits")
    made = make_scenario(Digits(train=40, validation=1, test=6), folder / "workspace", workers=1)
    uneven = (*made.datasets[:1], *made.withheld[1:])
    for name, batches in {"train": made.datasets, "uneven": uneven, "test": made.evaluation}.items():
        config = folder / f"{name}.yaml"
        config.write_text(f"name: {name}\nmethod: partial\ndatasets: [{', '.join(map(repr, batches))}]\n")
        compile(config, workspace=folder / "workspace", output=folder / name, workers=1)
    return folder
