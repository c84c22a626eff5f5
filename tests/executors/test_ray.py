"""The same work as Ray tasks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.executors import work
from tests.executors.waiting import wait_until
from unify.errors import PictureError, UnifyError
from unify.executors import RayExecutor, make_executor
from unify.executors.base import MAX_ATTEMPTS


def nothing(count: int) -> None:
    pass


@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
class TestOnACluster:
    def test_every_job_is_done_once_and_progress_sums_up(self):
        counts: list[int] = []
        results = RayExecutor(2).run(work.count_up, [1, 20, 300, 0], counts.append)
        assert sorted(results) == [0, 1, 20, 300]
        assert sum(counts) == 321

    def test_an_error_of_ours_comes_through_with_its_problems(self):
        with pytest.raises(PictureError) as caught:
            list(RayExecutor(2).run(work.refuse, [1], nothing))
        assert type(caught.value) is PictureError
        assert caught.value.problems == work.PROBLEMS

    def test_any_other_error_comes_through_as_it_is(self):
        with pytest.raises(ZeroDivisionError) as caught:
            list(RayExecutor(2).run(work.divide, [1, 0], nothing))
        assert type(caught.value) is ZeroDivisionError

    def test_an_iterator_closed_early_stops_the_work(self, tmp_path: Path):
        results = RayExecutor(2).run(work.leave_traces, ((number, str(tmp_path)) for number in range(3)), nothing)
        assert next(results) == 0
        wait_until(lambda: any(tmp_path.iterdir()))
        results.close()
        wait_until(lambda: not any(tmp_path.iterdir()))  # Ray calls a task cancelled a moment before it has tidied up

    def test_a_worker_that_dies_costs_a_retry(self, tmp_path: Path):
        counts: list[int] = []
        jobs = [(number, str(tmp_path / "died")) for number in (3, 4)]
        assert sorted(RayExecutor(2).run(work.die_once, jobs, counts.append)) == [3, 4]
        assert sum(counts) == 20

    def test_a_job_that_always_kills_its_worker_is_named(self):
        with pytest.raises(UnifyError) as caught:
            list(RayExecutor(2).run(work.die_always, [3], nothing))
        (problem,) = caught.value.problems
        assert problem.where == "3"
        assert problem.what == f"the worker process died {MAX_ATTEMPTS} times on this job"


def test_an_executor_is_made_by_name():
    assert make_executor("ray", 2) == RayExecutor(2)


def test_ray_that_is_not_installed_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UnifyError) as caught:
        list(RayExecutor(1).run(work.square, [1], nothing))
    assert str(caught.value) == ("--executor ray: Ray is not installed\n  fix:      pip install 'unify-detection[ray]'")
