"""Workers get their share of the cores, and whoever said how many threads has the say."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from unify.executors.cores import shared_cores, stand_back

NAMES = ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS")


@pytest.fixture(autouse=True)
def six_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(("workers", "share"), [(1, "6"), (2, "3"), (4, "1"), (9, "1")])
def test_cores_are_shared_out_while_workers_start(workers: int, share: str):
    with shared_cores(workers):
        assert [os.environ[name] for name in NAMES] == [share, share]
    assert not set(NAMES) & set(os.environ)


def test_a_number_that_the_user_gave_stays(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    with shared_cores(2):
        assert [os.environ[name] for name in NAMES] == ["3", "5"]
    assert os.environ["OMP_NUM_THREADS"] == "5" and "TF_NUM_INTRAOP_THREADS" not in os.environ


def test_after_an_error_the_environment_is_as_it_was():
    with pytest.raises(KeyboardInterrupt), shared_cores(2):
        raise KeyboardInterrupt
    assert not set(NAMES) & set(os.environ)


def test_an_unknown_number_of_cores_is_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    with shared_cores(2):
        assert os.environ["OMP_NUM_THREADS"] == "1"


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")
def test_threads_that_stand_back_do_so_alone():
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = niceness()
    with ThreadPoolExecutor(1, initializer=stand_back) as pool:
        assert pool.submit(niceness).result() == min(19, before + 5)
    assert niceness() == before
    with ThreadPoolExecutor(1, initializer=lambda: [stand_back() for _ in range(9)]) as pool:
        assert pool.submit(niceness).result() == 19
