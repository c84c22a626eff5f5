"""The compiled scene, and a way to ask a peer's own code about it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.interop.scene import IDS, IDS_WITH_GAPS, write_scene
from unify.compiler import compile

VARIABLE = "UNIFY_INTEROP_PYTHON"
PEERS = Path(__file__).with_name("peers")
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}

Ask = Callable[..., object]


@pytest.fixture(scope="session")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """``ask(script, *arguments, **environment)``: what a script of ``peers/`` answers in the peers' environment."""
    python = os.environ.get(VARIABLE)
    if not python:
        pytest.skip(f"{VARIABLE} names no Python of an environment with the peers; see tests/interop/README.md")

    def ask_peer(script: str, *arguments: str | Path, **environment: str) -> object:
        answer = tmp_path_factory.mktemp("answer") / "answer.json"
        command = [python, PEERS / f"{script}.py", answer, *arguments]
        done = subprocess.run(command, env={**_own_environment(), **environment}, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(answer.read_text())

    return ask_peer


def _own_environment() -> Mapping[str, str]:
    return {**{key: value for key, value in os.environ.items() if key != "PYTHONPATH"}, **QUIET}


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scene as a unified dataset, class ids without gaps."""
    return compile("scene", workspace=write_scene(tmp_path_factory.mktemp("scene"), IDS)).output


@pytest.fixture(scope="session")
def dataset_with_gaps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scene as a unified dataset whose class ids skip some numbers."""
    return compile("scene", workspace=write_scene(tmp_path_factory.mktemp("gaps"), IDS_WITH_GAPS)).output
