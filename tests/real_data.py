"""Found data beside the checkout: real pictures with boxes. Absent on most machines; tests then skip and say so."""

from __future__ import annotations

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def real(name: str) -> Path:
    """A folder of real data, or skip."""
    if not (DATA / name).is_dir():
        pytest.skip(f"the real pictures '{name}' are not on this machine")
    return DATA / name
