"""Jobs and attempts."""

from __future__ import annotations

from itertools import count

import pytest

from unify.executors.base import MAX_ATTEMPTS, WorkerLostError
from unify.executors.ledger import Task, Tasks


def test_tasks_are_drawn_when_they_are_needed():
    jobs = count()
    tasks = Tasks(jobs)
    assert [task.job for task in tasks.take(2)] == [0, 1]
    assert tasks.draw(3) == 3 and next(jobs) == 5
    assert [task.job for task in tasks.take(1)] == [2]


def test_there_are_no_more_tasks_than_jobs():
    tasks = Tasks("ab")
    assert tasks.draw(5) == 2
    assert [task.job for task in tasks.take(5)] == ["a", "b"]
    assert tasks.draw(1) == 0 and tasks.take(1) == []


def test_a_lost_task_comes_first_until_it_was_lost_too_often():
    tasks = Tasks("ab")
    for _ in range(MAX_ATTEMPTS - 1):
        (task,) = tasks.take(1)
        assert task.job == "a"
        tasks.again(task)
    (task,) = tasks.take(1)
    assert task.attempts == MAX_ATTEMPTS
    with pytest.raises(WorkerLostError, match="a: the worker process died 3 times on this job"):
        tasks.again(task)


def test_items_of_a_lost_attempt_are_not_reported_again():
    task = Task("a")
    assert [task.news(done) for done in (2, 5)] == [2, 3]
    assert [task.news(done) for done in (1, 5, 7)] == [0, 0, 2]  # of the next attempt
