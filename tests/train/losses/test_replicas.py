from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.train.backend import BACKEND

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
@pytest.mark.skipif(BACKEND != "tensorflow", reason="tf.distribute is TensorFlow's")
def test_two_replicas_train_like_one():
    """Each sees another number of positives; dividing by its own would give another model."""
    pytest.importorskip("tensorflow", reason="needs the [train] extra")
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.train.losses.two_replicas"]
    done = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name, result in json.loads(done.stdout).items():
        one, two = result["one"], result["two"]
        assert one.keys() == two.keys()
        for key in one:
            np.testing.assert_allclose(two[key], one[key], rtol=1e-5, atol=1e-7, err_msg=f"{name} {key}")
