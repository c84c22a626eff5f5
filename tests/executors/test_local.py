"""Worker processes: same results, faithful errors, nothing lost and nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.executors import work
from tests.executors.waiting import wait_until
from unify.errors import PictureError, UnifyError
from unify.executors import LocalExecutor, local, make_executor
from unify.executors.base import MAX_ATTEMPTS

ROOT = Path(__file__).parents[2]


def nothing(count: int) -> None:
    pass


def is_alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return state.strip()[:1] not in ("", "Z")  # a zombie is dead, whoever has not buried it yet


@pytest.mark.parametrize("workers", [1, 3])
def test_every_job_is_done_once(workers: int):
    results = LocalExecutor(workers).run(work.square, range(20), nothing)
    assert sorted(results) == [number * number for number in range(20)]


@pytest.mark.parametrize("workers", [1, 3])
def test_no_jobs_are_no_results(workers: int):
    assert list(LocalExecutor(workers).run(work.square, [], nothing)) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_sums_to_the_total(workers: int):
    counts: list[int] = []
    list(LocalExecutor(workers).run(work.count_up, [1, 20, 300], counts.append))
    assert sum(counts) == 321


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_ours_comes_through_with_its_problems(workers: int):
    with pytest.raises(PictureError) as caught:
        list(LocalExecutor(workers).run(work.refuse, [1], nothing))
    assert type(caught.value) is PictureError
    assert caught.value.problems == work.PROBLEMS
    assert caught.value.summary == "2 pictures"


@pytest.mark.parametrize("workers", [1, 2])
def test_any_other_error_comes_through_as_it_is(workers: int):
    with pytest.raises(ZeroDivisionError, match="^division by zero"):
        list(LocalExecutor(workers).run(work.divide, [1, 0], nothing))


def test_an_error_tells_where_in_the_worker_it_happened():
    with pytest.raises(ZeroDivisionError) as caught:
        list(LocalExecutor(2).run(work.divide, [0], nothing))
    assert "return 1 / job" in "".join(caught.value.__notes__)


@pytest.mark.parametrize("unportable", [work.raise_unportable, work.return_unportable])
def test_what_cannot_be_pickled_is_an_error_not_a_dead_worker(unportable: Callable):
    with pytest.raises(Exception, match="this and that|pickle") as caught:
        list(LocalExecutor(2).run(unportable, [1], nothing))
    assert not isinstance(caught.value, UnifyError)


def test_jobs_are_drawn_only_a_few_ahead():
    drawn = 0

    def jobs() -> Iterator[int]:
        nonlocal drawn
        for number in range(100):
            drawn += 1
            yield number

    for done, _ in enumerate(LocalExecutor(2).run(work.square, jobs(), nothing), start=1):
        assert drawn <= done + 2 + 1  # two workers and one job in hand


def test_a_worker_that_dies_costs_a_retry(tmp_path: Path):
    counts: list[int] = []
    jobs = [(number, str(tmp_path / "died")) for number in range(6)]
    assert sorted(LocalExecutor(2).run(work.die_once, jobs, counts.append)) == [0, 1, 2, 3, 4, 5]
    assert (tmp_path / "died").exists()
    assert sum(counts) == 60  # the five items of the lost attempt are not counted twice


def test_a_job_that_always_kills_its_worker_is_named():
    results = []
    with pytest.raises(UnifyError) as caught:
        for result in LocalExecutor(2).run(work.die_always, range(40), nothing):
            results.append(result)
    (problem,) = caught.value.problems
    assert problem.where == "3"
    assert problem.what == f"the worker process died {MAX_ATTEMPTS} times on this job"
    assert 3 not in results


def test_an_iterator_closed_early_stops_the_workers(tmp_path: Path):
    results = LocalExecutor(2).run(work.leave_traces, ((number, str(tmp_path)) for number in range(9)), nothing)
    assert next(results) == 0
    wait_until(lambda: any(tmp_path.iterdir()))
    pids = [int(trace.name) for trace in tmp_path.iterdir()]
    results.close()
    assert not any(is_alive(pid) for pid in pids)
    assert not any(tmp_path.iterdir())  # the work had time to tidy up


def test_an_error_stops_the_other_workers(tmp_path: Path):
    def jobs() -> Iterator[tuple[int, str]]:
        yield from ((number, str(tmp_path)) for number in (1, 2))
        wait_until(lambda: any(tmp_path.iterdir()))
        raise KeyError("no more jobs")

    with pytest.raises(KeyError, match="no more jobs"):
        list(LocalExecutor(2).run(work.leave_traces, jobs(), nothing))
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_killed_parent_leaves_no_orphan(tmp_path: Path, method: str):
    script = (
        "from unify.executors import LocalExecutor, local\n"
        "from tests.executors.work import leave_traces\n"
        f"local._start_method = lambda: {method!r}\n"
        f"jobs = [(number, {str(tmp_path)!r}) for number in (1, 2, 3)]\n"
        "list(LocalExecutor(3).run(leave_traces, jobs, lambda count: None))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stderr=subprocess.PIPE)
    wait_until(lambda: len(list(tmp_path.iterdir())) == 3)
    pids = [int(trace.name) for trace in tmp_path.iterdir()]
    parent.kill()
    parent.communicate()
    wait_until(lambda: not any(is_alive(pid) for pid in pids))


def test_spawn_gives_the_same_results(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(local, "_start_method", lambda: "spawn")
    assert sorted(LocalExecutor(2).run(work.square, range(5), nothing)) == [0, 1, 4, 9, 16]


@pytest.mark.skipif(sys.platform != "linux", reason="fork is chosen on Linux only")
@pytest.mark.parametrize(
    ("modules", "method"),
    [("", "fork"), ("tensorflow", "spawn"), ("jax", "spawn"), ("torch", "spawn"), ("ray", "spawn")],
)
def test_workers_are_not_forked_beside_tensorflow_or_ray(modules: str, method: str):
    script = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({modules.split()!r}))\n"
        "from unify.executors import local\n"
        "print(local._start_method())\n"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.split() == [method]


def test_workers_are_not_forked_beside_other_threads():
    release = threading.Event()
    thread = threading.Thread(target=release.wait)
    thread.start()
    try:
        assert local._start_method() == "spawn"
    finally:
        release.set()
        thread.join()


def test_importing_the_executors_does_not_import_ray():
    script = "import sys, unify.executors; print('ray' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False"]


def test_one_worker_is_this_process_unless_the_work_runs_models():
    assert list(LocalExecutor(1).run(work.tell_process, [1, 2], nothing)) == [os.getpid()] * 2
    (one, same) = LocalExecutor(1).run(work.tell_process, [1, 2], nothing, runs_models=True)
    assert one == same != os.getpid()


def test_a_model_that_kills_the_only_worker_costs_a_retry(tmp_path: Path):
    jobs = [(number, str(tmp_path / "died")) for number in range(5)]
    assert sorted(LocalExecutor(1).run(work.die_once, jobs, nothing, runs_models=True)) == [0, 1, 2, 3, 4]
    assert (tmp_path / "died").exists()


def test_an_executor_is_made_by_name():
    assert make_executor("local", 3) == LocalExecutor(3)
    assert make_executor("local") == LocalExecutor(1)


@pytest.mark.parametrize(
    ("name", "workers", "message"),
    [
        ("slurm", 1, "--executor: unknown executor\n  got:      'slurm'\n  expected: one of local, ray"),
        ("local", 0, "--workers: too few workers\n  got:      0\n  expected: 1 or more"),
    ],
)
def test_a_wrong_executor_is_refused(name: str, workers: int, message: str):
    with pytest.raises(UnifyError) as caught:
        make_executor(name, workers)
    assert str(caught.value) == message


def test_what_only_ray_takes_is_refused():
    with pytest.raises(UnifyError) as caught:
        make_executor("local", 1, ray_address="head:6379")
    assert str(caught.value) == (
        "--ray-address: means nothing to executor local\n  got:      head:6379\n  fix:      add --executor ray"
    )
