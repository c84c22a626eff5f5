"""What all tests share: a hypothesis profile for slow machines, and one Ray cluster for the tests that need it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("unify", deadline=None, print_blob=True)
settings.load_profile("unify")


@pytest.fixture(scope="session")
def ray_cluster() -> Iterator[None]:
    """A Ray cluster of two workers on this machine, started once."""
    ray = pytest.importorskip("ray", reason="needs the [ray] extra")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()
