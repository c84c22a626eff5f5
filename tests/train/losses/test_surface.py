from __future__ import annotations

import subprocess
import sys

import pytest

losses = pytest.importorskip("unify.losses", exc_type=ImportError)


def test_every_public_name_exists_and_is_documented():
    assert sorted(losses.__all__) == losses.__all__
    for name in losses.__all__:
        assert getattr(losses, name).__doc__, name


@pytest.mark.parametrize("module", ["unify", "unify.train"])
def test_keras_is_loaded_by_the_losses_alone(module: str):
    script = f"import sys, {module}; print('keras' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
