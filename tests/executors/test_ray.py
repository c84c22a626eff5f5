"""The same work in actors of a Ray cluster."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.executors import work
from tests.executors.waiting import wait_until
from unify.errors import PictureError, UnifyError
from unify.executors import RayExecutor, make_executor
from unify.executors.base import MAX_ATTEMPTS
from unify.executors.ray import _first_line, _import_ray


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
        results = RayExecutor(2).run(work.leave_traces, ((number, str(tmp_path)) for number in (1, 0, 2)), nothing)
        assert next(results) == 0
        wait_until(lambda: any(tmp_path.iterdir()))
        results.close()
        assert not any(tmp_path.iterdir())  # the work had time to tidy up

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

    def test_an_actor_does_one_job_after_another(self):
        assert len(set(RayExecutor(1).run(work.tell_process, range(5), nothing))) == 1

    def test_workers_that_find_no_room_are_not_waited_for(self):
        assert sorted(RayExecutor(5).run(work.square, range(9), nothing)) == [number**2 for number in range(9)]

    def test_jobs_are_drawn_only_a_few_ahead(self):
        drawn: list[int] = []
        jobs = (drawn.append(number) or number for number in range(30))
        for done, _ in enumerate(RayExecutor(2).run(work.square, jobs, nothing), start=1):
            assert len(drawn) <= done + 2 + 1  # two workers and one job in hand

    def test_progress_comes_while_a_job_is_in_work(self):
        counts: list[int] = []
        assert list(RayExecutor(1).run(work.tick_slowly, [16], counts.append)) == [16]
        assert sum(counts) == 16 and len([count for count in counts if count]) > 1

    def test_a_machine_that_is_lost_costs_a_retry(self, ray_cluster: Any, tmp_path: Path):
        second = ray_cluster.add_node(num_cpus=2)
        counts: list[int] = []

        def lose_second(count: int) -> None:
            counts.append(count)
            if any(tmp_path.glob(f"{second.node_id}-*")) and second in ray_cluster.worker_nodes:
                ray_cluster.remove_node(second, allow_graceful=False)

        jobs = [(number, str(tmp_path)) for number in range(8)]
        assert sorted(RayExecutor(4).run(work.tell_machine, jobs, lose_second)) == list(range(8))
        assert second not in ray_cluster.worker_nodes
        assert sum(counts) == 16
        assert len(list(tmp_path.iterdir())) > 8  # what it was at was done again elsewhere

    def test_work_that_runs_models_sees_no_gpus_where_it_gets_none(self):
        jobs = ["CUDA_VISIBLE_DEVICES"]
        assert list(RayExecutor(1).run(work.tell_environment, jobs, nothing, runs_models=True)) == [""]
        assert list(RayExecutor(1).run(work.tell_environment, jobs, nothing)) == [os.environ.get(*jobs)]

    def test_a_gpu_is_shared_by_workers_that_let_it_be(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.delenv("TF_FORCE_GPU_ALLOW_GROWTH", raising=False)
        # What is set here is not set there: it must be done in the worker.
        assert list(RayExecutor(1).run(work.set_up_tensorflow, [1], nothing, runs_models=True)) == ["true"]

    def test_gpus_that_no_machine_has_are_refused(self):
        with pytest.raises(UnifyError) as caught:
            list(RayExecutor(1, gpus_per_worker=0.5).run(work.square, [1], nothing, runs_models=True))
        assert str(caught.value) == (
            "Ray: no machine of the cluster has room for a worker\n  got:      2 processors and 0 GPUs\n"
            "  expected: 1 processor and 0.5 GPUs on one machine\n  fix:      lower --gpus-per-worker"
        )

    def test_workers_that_cannot_start_are_an_error(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("unify.executors.ray.Actor", work.StillbornActor)
        with pytest.raises(UnifyError, match="Ray: workers die as they start"):
            list(RayExecutor(1).run(work.square, [1], nothing))

    def test_a_cluster_that_is_not_ours_is_left_as_it_is(self):
        import ray

        executor = RayExecutor(1)
        assert list(executor.run(work.square, [3], nothing)) == [9]
        executor.close()
        assert ray.is_initialized()


@pytest.mark.ray
@pytest.mark.slow
def test_a_ray_of_our_own_is_ended():
    script = (
        "import ray\n"
        "from unify.executors import RayExecutor\n"
        "from tests.executors.work import square\n"
        "executor = RayExecutor(2)\n"
        "for _ in range(2):\n"
        "    print(sorted(executor.run(square, [3, 4], lambda count: None)), ray.is_initialized())\n"
        "executor.close()\n"
        "print(ray.is_initialized())\n"
    )
    root = Path(__file__).parents[2]
    environment = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
    command = [sys.executable, "-c", script]
    run = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["[9, 16] True", "[9, 16] True", "False"]


@pytest.mark.parametrize(
    ("executor", "cluster", "expected"),
    [
        (RayExecutor(), {"CPU": 8.0}, (8, 0)),
        (RayExecutor(3), {"CPU": 8.0}, (3, 0)),
        (RayExecutor(), {"CPU": 64.0, "GPU": 4.0}, (4, 1)),
        (RayExecutor(8), {"CPU": 64.0, "GPU": 4.0}, (8, 0.5)),
        (RayExecutor(3), {"CPU": 64.0, "GPU": 2.0}, (3, 0.5)),  # two on one GPU, one on the other
        (RayExecutor(2), {"CPU": 64.0, "GPU": 4.0}, (2, 1)),
        (RayExecutor(gpus_per_worker=0.25), {"CPU": 64.0, "GPU": 2.0}, (8, 0.25)),
        (RayExecutor(gpus_per_worker=0), {"CPU": 6.0, "GPU": 2.0}, (6, 0)),
        (RayExecutor(gpus_per_worker=1), {"CPU": 6.0}, (6, 1)),
    ],
)
def test_gpus_are_shared_out_among_workers_that_run_models(
    executor: RayExecutor, cluster: dict[str, float], expected: tuple[int, float]
):
    assert executor._size(cluster, runs_models=True) == expected
    assert executor._size(cluster, runs_models=False) == (executor.workers or cluster["CPU"], 0)


def test_a_cluster_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch):
    def init(**options: object) -> None:
        raise ConnectionError("could not connect\nand a long story")

    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(is_initialized=lambda: False, init=init))
    with pytest.raises(UnifyError) as caught:
        list(RayExecutor(1, "head:6379").run(work.square, [1], nothing))
    assert str(caught.value) == (
        "Ray at head:6379: the Ray cluster cannot be used\n  got:      could not connect\n"
        "  fix:      check the address; the cluster needs the same Ray and Python"
    )


def test_the_end_of_a_traceback_is_what_is_told():
    error = ConnectionError("Initialization failure from server:\nTraceback (most recent call last):\n  KeyError: 7\n")
    assert _first_line(error) == "Initialization failure from server: KeyError: 7"
    assert (_first_line(ValueError()), _first_line(ValueError("a\nb"))) == ("ValueError", "a")


def test_ray_is_told_to_stay_quiet_and_to_take_workers_as_they_are(monkeypatch: pytest.MonkeyPatch):
    for name in ("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "RAY_USAGE_STATS_ENABLED"):
        monkeypatch.setenv(name, "")  # restored afterwards
        monkeypatch.delenv(name)
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace())
    _import_ray()
    assert (os.environ["RAY_ENABLE_UV_RUN_RUNTIME_ENV"], os.environ["RAY_USAGE_STATS_ENABLED"]) == ("0", "0")


def test_an_executor_is_made_by_name():
    assert make_executor("ray", 2) == RayExecutor(2)
    chosen = make_executor("ray", ray_address="ray://head:10001", gpus_per_worker=0.5)
    assert chosen == RayExecutor(None, "ray://head:10001", 0.5)


def test_ray_that_is_not_installed_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UnifyError) as caught:
        list(RayExecutor(1).run(work.square, [1], nothing))
    assert str(caught.value) == ("--executor ray: Ray is not installed\n  fix:      pip install 'unify-detection[ray]'")
