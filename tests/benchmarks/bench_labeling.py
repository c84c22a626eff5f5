"""Auto-labeling: what workers cost beyond their models, and what the cache and a shared decode spare.

python -m tests.benchmarks.bench_labeling [--pictures 512] [--repeats 3] [--only worker decode recompile ray]

The models are ONNX networks of convolutions in one thread, asked through the same adapter as any other. The pictures
are JPEG files of 1280 x 720 and 240 KB, as of a dash camera; those of the compiles 640 x 480 and 85 KB. "Bare" is the
network alone on batches that lie in memory already. A worker's rates are steady ones: its model is loaded, its first
pictures are behind it. Beside wall time stands processor time, which tells more on a busy machine: that of all threads,
and that of the thread alone in which the model runs, which with a core to spare for the other threads is the wall time.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np

from tests.benchmarks import labeling_material as burning
from tests.benchmarks.measure import Cost, alternate, cost_of, print_figures, print_ratio, unify_command
from tests.benchmarks.options import add_work
from unify.autolabel.cache import PredictionCache
from unify.compiler import plan
from unify.executors import LocalExecutor, RayExecutor
from unify.executors.base import Executor
from unify.inference import chunk as chunking
from unify.inference.autolabeling import open_autolabeling
from unify.inference.chunk import Chunk, Question, make_chunks
from unify.inference.work import infer_chunk
from unify.registry.load import load_registry

MORE = 32  # pictures of the second batch


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=512)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=PARTS, help="all by default")
    add_work(parser)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=_made(options.work)) as folder:

        @cache
        def made(kind: burning.Kind, image_hw: tuple[int, int]) -> Path:
            return burning.make(Path(folder, f"{kind.name}-{image_hw[0]}"), kind, image_hw, options.pictures, MORE)

        for name in options.only or PARTS:
            measure, kind, image_hw = PARTS[name]
            measure(made(kind, image_hw), options.repeats)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True)
class Spent:
    """Seconds on the clock, of all cores, and of the core of the calling thread."""

    wall: float
    processor: float
    thread: float


WHAT = ("wall", "processor", "thread")


def spent(work: Callable[[], object]) -> Spent:
    clocks = (time.perf_counter, time.process_time, time.thread_time)
    began = [clock() for clock in clocks]
    work()
    return Spent(*(clock() - start for clock, start in zip(clocks, began)))


def print_spent(name: str, rounds: Sequence[Spent], pictures: int) -> None:
    for what in WHAT:
        print_figures(f"{name}: {what}, a picture", "ms", [1e3 * getattr(each, what) / pictures for each in rounds])


def print_shares(name: str, larger: Sequence[Spent], smaller: Sequence[Spent], bar: str, of: Sequence[str]) -> None:
    """The shares of wall time and others; the bar holds ``of`` some."""
    for what in WHAT:
        rounds = ([getattr(each, what) for each in spents] for spents in (larger, smaller))
        print_ratio(f"{name}: {what}", *rounds, bar=bar if what in of else "")


def one_worker(workspace: Path, repeats: int) -> None:
    asked = Asked(workspace)
    first = asked.questions[:1]
    pictures = len(first[0].rows)
    contestants = {"bare model": partial(bare, workspace, pictures), "one worker": partial(asked.ask, first)}
    for contestant in contestants.values():
        contestant()  # loads the model
    figures = alternate(contestants, repeats)
    for name, rounds in figures.items():
        print_spent(name, rounds, pictures)
    rates = figures["bare model"], figures["one worker"]
    print_shares("one worker's rate / bare model's", *rates, bar=">= 0.9", of=("wall", "thread"))


def bare(workspace: Path, pictures: int) -> Spent:
    """For so many pictures, a whole number of batches."""
    session = burning.open_session(str(workspace / "autolabelers" / f"{burning.LACKING[0]}.onnx"))
    shape = session.get_inputs()[0].shape
    batch = np.random.default_rng(0).random(shape, np.float32)
    session.run(None, {"image": batch})
    return spent(lambda: [session.run(None, {"image": batch}) for _ in range(pictures // burning.BATCH)])


def shared_decode(workspace: Path, repeats: int) -> None:
    asked = Asked(workspace)
    three = asked.questions
    contestants: dict[str, Callable[[], Spent]] = {
        "one pass": partial(asked.ask, three),
        "three passes": lambda: _sum([asked.ask([question]) for question in three]),
    }
    for contestant in contestants.values():
        contestant()
    figures = alternate(contestants, repeats)
    for name, rounds in figures.items():
        print_spent(f"three auto-labelers in {name}", rounds, len(three[0].rows))
    times = figures["three passes"], figures["one pass"]
    print_shares("three passes / one", *times, bar=">= 1.5", of=("wall", "processor"))


def _sum(parts: Sequence[Spent]) -> Spent:
    return Spent(*(sum(getattr(part, what) for part in parts) for what in WHAT))


class Asked:
    """What a compile of a workspace would ask, asked in this process as a worker does it."""

    def __init__(self, workspace: Path) -> None:
        self._machines = open_autolabeling(plan(burning.CONFIG, workspace=workspace), load_registry(workspace))
        self.questions: list[Question] = self._machines.questions()

    def chunks(self, questions: Sequence[Question], scratch: Path) -> list[Chunk]:
        cache, pictures = PredictionCache(scratch / "cache"), self._machines.pictures
        return list(make_chunks(questions, pictures, cache, str(_made(scratch / "journal")), "stop"))

    def ask(self, questions: Sequence[Question]) -> Spent:
        """For all pictures, into an empty cache."""
        with tempfile.TemporaryDirectory() as scratch:
            chunks = self.chunks(questions, Path(scratch))
            return spent(lambda: [infer_chunk(each, lambda count: None) for each in chunks])

    def steady_rate(self, executor: Executor) -> tuple[float, float]:
        """Seconds a picture, on the clock and of the workers' cores, from when every worker has done a chunk."""
        with tempfile.TemporaryDirectory() as scratch:
            chunks = self.chunks(self.questions[:1], Path(scratch))
            done = executor.run(timed_chunk, chunks, lambda count: None, runs_models=True)
            times = [(time.perf_counter(), processor) for processor in done]
        pictures = sum(len(each.files) for each in chunks[2:])
        return (times[-1][0] - times[1][0]) / pictures, sum(processor for _, processor in times[2:]) / pictures


def timed_chunk(chunk: Chunk, progress: Callable[[int], None]) -> float:
    """Processor seconds of a worker."""
    began = time.process_time()
    infer_chunk(chunk, progress)
    return time.process_time() - began


def recompile(workspace: Path, repeats: int) -> None:
    said = compiled(workspace)
    print(f"first compile: {said['inferred']:,} answers inferred", flush=True)
    contestants = {method: partial(compile_cost, workspace, method) for method in ("hard", "partial")}
    figures = alternate(contestants, repeats)
    for what in ("wall", "processor"):
        seconds = {method: [getattr(cost, what) for cost in costs] for method, costs in figures.items()}
        for method, rounds in seconds.items():
            print_figures(f"{method}, everything cached, whole process: {what}", "s", rounds)
        print_ratio(f"hard, everything cached / partial: {what}", seconds["hard"], seconds["partial"], bar="<= 1.3")
    burning.register(workspace, burning.LACKING[0], threshold=0.6)
    said = compiled(workspace)
    print(f"changed threshold: {said['inferred']:,} answers inferred   bar: 0", flush=True)
    burning.select(workspace, f"{burning.LABELED}:all")
    said, bar = compiled(workspace), MORE * len(burning.LACKING)
    print(f"a new batch of {MORE}: {said['inferred']:,} answers inferred   bar: {bar}", flush=True)


def compile_cost(workspace: Path, method: str) -> Cost:
    shutil.rmtree(workspace / "unified", ignore_errors=True)
    return cost_of(unify_command("compile", burning.CONFIG, "--method", method, "--workspace", workspace))


def compiled(workspace: Path) -> dict:
    shutil.rmtree(workspace / "unified", ignore_errors=True)
    cost = cost_of(unify_command("compile", burning.CONFIG, "--workspace", workspace, "--json"))
    return json.loads(cost.output[cost.output.index("{") :])


def ray_against_local(workspace: Path, repeats: int) -> None:
    asked, ray = Asked(workspace), RayExecutor(2)
    chunking.CHUNK_PICTURES = max(burning.BATCH, len(asked.questions[0].rows) // 12)  # enough chunks for two workers
    try:
        contestants = {"local": partial(asked.steady_rate, LocalExecutor(2)), "ray": partial(asked.steady_rate, ray)}
        figures = alternate(contestants, repeats)
    finally:
        ray.close()
    for number, what in enumerate(("wall", "processor")):
        rates = {name: [each[number] for each in rounds] for name, rounds in figures.items()}
        for name, rounds in rates.items():
            print_figures(f"two workers, {name}, steady: {what}, a picture", "ms", [1e3 * each for each in rounds])
        print_ratio(f"Ray's steady rate / local's: {what}", rates["local"], rates["ray"], bar=">= 0.7")


PARTS = {
    "worker": (one_worker, burning.SLOW, burning.CAMERA_HW),
    "decode": (shared_decode, burning.FAST, burning.CAMERA_HW),
    "recompile": (recompile, burning.FAST, burning.SMALL_HW),
    "ray": (ray_against_local, burning.SLOW, burning.CAMERA_HW),
}

if __name__ == "__main__":
    main()
