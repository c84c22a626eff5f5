"""What all tests share: a hypothesis profile for slow machines, and one Ray cluster for the tests that need it."""

from __future__ import annotations

import gc
import os
import socket
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("unify", deadline=None, print_blob=True)
settings.load_profile("unify")


@pytest.fixture(scope="session")
def ray_cluster() -> Iterator[Any]:
    """A Ray cluster of one machine with two processors, started once; a test may add machines and take them away."""
    ray = pytest.importorskip("ray", reason="needs the [ray] extra")
    from ray.cluster_utils import Cluster

    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_CLIENT_SERVER_CHECK_CHANNEL_TIMEOUT_S", "120")  # a busy machine takes more than 30
    port = _free_port()
    head = {"num_cpus": 2, "include_dashboard": False, "ray_client_server_port": port}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # Ray leaves the client server's log files to the collector
        cluster = Cluster(initialize_head=True, head_node_args=head)
        gc.collect()
    cluster.client_address = f"ray://127.0.0.1:{port}"
    ray.init(address=cluster.address, log_to_driver=False)
    yield cluster
    ray.shutdown()  # before the cluster, which would refuse
    cluster.shutdown()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
