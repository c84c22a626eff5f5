"""Auto-labeling: what workers cost beyond their models, and what the cache and a shared decode spare.

python -m tests.benchmarks.bench_labeling [--pictures 512] [--repeats 3] [--skip-ray]

The models are ONNX networks of convolutions, asked through the same adapter as any other; the pictures are JPEG files
of 85 KB. "Bare" is the network alone on batches that lie in memory already. A worker's rates are steady ones: its model
is loaded, its first pictures are behind it. Processor time counts all threads: on a busy machine it tells more than
wall time, but nothing of what runs beside each other.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from tests.benchmarks import labeling_material as burning
from tests.benchmarks.measure import alternate, cost_of, print_figures, print_ratio, unify_command
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
    parser.add_argument("--skip-ray", action="store_true")
    add_work(parser)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=_made(options.work)) as folder:
        slow = burning.make(Path(folder, "slow"), burning.SLOW, options.pictures, MORE)
        fast = burning.make(Path(folder, "fast"), burning.FAST, options.pictures, MORE)
        one_worker(slow, options.repeats)
        shared_decode(fast, options.repeats)
        recompile(fast, options.repeats)
        if not options.skip_ray:
            ray_against_local(slow, options.repeats)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True)
class Spent:
    """Seconds on the clock, and of all cores."""

    wall: float
    processor: float


def spent(work: Callable[[], object]) -> Spent:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - processor)


def print_spent(name: str, rounds: Sequence[Spent], pictures: int) -> None:
    for what in ("wall", "processor"):
        print_figures(f"{name}: {what}, a picture", "ms", [1e3 * getattr(each, what) / pictures for each in rounds])


def print_shares(name: str, larger: Sequence[Spent], smaller: Sequence[Spent], bar: str) -> None:
    for what in ("wall", "processor"):
        rounds = ([getattr(each, what) for each in spents] for spents in (larger, smaller))
        print_ratio(f"{name}: {what}", *rounds, bar=bar)


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
    print_shares("one worker's rate / bare model's", figures["bare model"], figures["one worker"], bar=">= 0.9")


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
    print_shares("three passes / one", figures["three passes"], figures["one pass"], bar=">= 1.5")


def _sum(parts: Sequence[Spent]) -> Spent:
    return Spent(sum(part.wall for part in parts), sum(part.processor for part in parts))


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

    def steady_rate(self, executor: Executor) -> float:
        """Seconds a picture, from when every worker has done a chunk."""
        with tempfile.TemporaryDirectory() as scratch:
            chunks = self.chunks(self.questions[:1], Path(scratch))
            times = [
                time.perf_counter() for _ in executor.run(infer_chunk, chunks, lambda count: None, runs_models=True)
            ]
        return (times[-1] - times[1]) / sum(len(each.files) for each in chunks[2:])


def recompile(workspace: Path, repeats: int) -> None:
    said = compiled(workspace)
    print(f"first compile: {said['inferred']:,} answers inferred", flush=True)
    contestants = {method: partial(compile_seconds, workspace, method) for method in ("hard", "partial")}
    figures = alternate(contestants, repeats)
    for method, rounds in figures.items():
        print_figures(f"{method}, everything cached: whole process", "s", rounds)
    print_ratio("hard, everything cached / partial", figures["hard"], figures["partial"], bar="<= 1.3")
    burning.register(workspace, burning.LACKING[0], threshold=0.6)
    said = compiled(workspace)
    print(f"changed threshold: {said['inferred']:,} answers inferred   bar: 0", flush=True)
    burning.select(workspace, f"{burning.LABELED}:all")
    said, bar = compiled(workspace), MORE * len(burning.LACKING)
    print(f"a new batch of {MORE}: {said['inferred']:,} answers inferred   bar: {bar}", flush=True)


def compile_seconds(workspace: Path, method: str) -> float:
    shutil.rmtree(workspace / "unified", ignore_errors=True)
    return cost_of(unify_command("compile", burning.CONFIG, "--method", method, "--workspace", workspace)).wall


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
    for name, rounds in figures.items():
        print_figures(f"two workers, {name}: steady", "ms", [1e3 * seconds for seconds in rounds])
    print_ratio("Ray's steady rate / local's", figures["local"], figures["ray"], bar=">= 0.7")


if __name__ == "__main__":
    main()
