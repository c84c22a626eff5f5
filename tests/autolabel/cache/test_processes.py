"""Several processes at once, some of them killed."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from tests.autolabel.cache.answers import FINGERPRINT, assert_holds, digests
from tests.executors.waiting import wait_until
from unify.autolabel.cache import PictureState, PredictionCache, verify


def start(root: Path | str, first: int, last: int, segment: int) -> subprocess.Popen:
    numbers = map(str, (first, last, segment))
    return subprocess.Popen([sys.executable, "-m", "tests.autolabel.cache.hammer", str(root), *numbers])


def held(cache: PredictionCache, most: int) -> list[int]:
    """Pictures that the cache answers; what it answers is checked."""
    states = cache.states(FINGERPRINT, digests(range(most)))
    numbers = np.flatnonzero(states != PictureState.ABSENT).tolist()
    assert_holds(cache, numbers)
    return numbers


def test_killed_at_any_moment_six_times_the_cache_is_whole(tmp_path):
    rng, first, most = random.Random(7), 0, 100_000
    cache = PredictionCache(tmp_path)
    for _ in range(6):
        process = start(tmp_path, first, most, segment=3)
        wait_until(
            lambda first=first: PredictionCache(tmp_path).states(FINGERPRINT, digests([first])).all()
        )  # it is at work
        time.sleep(rng.random() * 0.05)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        numbers = held(PredictionCache(tmp_path), first + 1000)
        assert numbers == list(range(len(numbers))) and len(numbers) % 3 == 0
        assert held(cache, first + 1000) == numbers  # a reader that was there all the time sees the same
        first = len(numbers)
    assert first >= 18 and not verify(cache).problems


def test_writers_at_once_lose_nothing_and_a_reader_beside_them_never_sees_half(tmp_path):
    """They overlap: every picture of 40 to 79 is answered twice."""
    processes = [start(tmp_path, 0, 80, 5), start(tmp_path, 40, 120, 7)]
    cache = PredictionCache(tmp_path)
    seen = 0
    while any(process.poll() is None for process in processes):
        numbers = held(cache, 120)
        assert len(numbers) >= seen
        seen = len(numbers)
    assert [process.returncode for process in processes] == [0, 0]
    assert held(cache, 120) == list(range(120))
    assert not verify(cache).problems
