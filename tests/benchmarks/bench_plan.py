"""Plan of a million pictures: wall time of `build_plan` and peak memory of the whole process, label columns included.

python -m tests.benchmarks.bench_plan [--pictures 1000000] [--boxes-each 10] [--overlap 0.1]

Three synthetic batches share a tenth of their pictures. ``disjoint``: every batch labels a third of the classes, as
component datasets do. ``same``: all batches label all classes, the worst case for the count of disagreements. Each
case runs in a process of its own, for its peak memory to be its own.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from unify.core.taxonomy import Taxonomy
from unify.core.types import BatchLabels, BatchRef, Method, PictureTable, State
from unify.merge.human import merge_examples
from unify.planning.build import build_plan
from unify.registry.objects import CompileConfig

NUM_BATCHES = 3
CASES = ("disjoint", "same")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=1_000_000, help="pictures in all batches together")
    parser.add_argument("--boxes-each", type=int, default=10, help="boxes a picture, on average")
    parser.add_argument("--classes", type=int, default=20)
    parser.add_argument("--overlap", type=float, default=0.1, help="part of every batch that the next one holds too")
    parser.add_argument("--case", choices=CASES, help="measure this case in this process")
    options = parser.parse_args(arguments)
    if options.case:
        measure(options)
        return
    given = list(arguments if arguments is not None else sys.argv[1:])
    for case in CASES:
        subprocess.run([sys.executable, "-m", "tests.benchmarks.bench_plan", *given, "--case", case], check=True)


def measure(options: argparse.Namespace) -> None:
    """Print a line a figure."""
    taxonomy = Taxonomy(
        {f"task{t}": tuple(f"c{c}" for c in range(t, options.classes, NUM_BATCHES)) for t in range(NUM_BATCHES)},
        {f"c{c}": c + 1 for c in range(options.classes)},
    )
    batches = make_batches(options, taxonomy)
    config = CompileConfig(
        name="bench",
        methods={task: Method.PARTIAL for task in taxonomy.tasks},
        batches=(),
        autolabelers={},
        output=Path("unified/bench"),
    )
    report(options.case, "columns in memory", f"{peak_megabytes():,.0f} MB")
    began = time.perf_counter()
    plan = build_plan(config, taxonomy, batches)
    report(options.case, "build_plan", f"{time.perf_counter() - began:.2f} s")
    report(options.case, "examples", f"{len(plan.rows):,} in {len(plan.shards):,} shards")
    report(options.case, "boxes", f"{plan.boxes_per_class.sum():,}")
    report(options.case, "disagreeing pictures", f"{plan.coverage.disagreements.sum():,}")
    report(options.case, "peak memory of the process", f"{peak_megabytes():,.0f} MB")
    began = time.perf_counter()
    table = merge_examples(plan, plan.shards[0].examples)
    seconds = time.perf_counter() - began
    report(options.case, "merge_examples of one shard", f"{seconds:.3f} s, {len(table) / seconds:,.0f} examples/s")


def report(case: str, what: str, figure: str) -> None:
    print(f"{case:<10}{what:<32}{figure}", flush=True)


def peak_megabytes() -> float:
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes there, KiB on Linux
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def make_batches(options: argparse.Namespace, taxonomy: Taxonomy) -> list[BatchLabels]:
    """Batches of equal size; each repeats the last pictures of the one before it."""
    rng = np.random.default_rng(0)
    size = options.pictures // NUM_BATCHES
    digests = rng.integers(0, 256, (options.pictures, 32), np.uint8)
    batches = []
    for number, task in enumerate(taxonomy.tasks):
        start = number * int(size * (1 - options.overlap))
        names = taxonomy.tasks[task] if options.case == "disjoint" else tuple(taxonomy.ids)
        columns = np.array([taxonomy.ids[name] - 1 for name in names])
        batches.append(make_batch(rng, BatchRef(task, "b1"), digests[start : start + size], columns, options))
    return batches


def make_batch(
    rng: np.random.Generator, ref: BatchRef, sha256: np.ndarray, columns: np.ndarray, options: argparse.Namespace
) -> BatchLabels:
    count = len(sha256)
    offsets = np.append(0, np.cumsum(rng.poisson(options.boxes_each, count)))
    corners = rng.random((offsets[-1], 4), np.float32) * 256
    corners[:, 2:] += corners[:, :2] + 1
    state = np.zeros((count, options.classes), np.uint8)
    state[:, columns] = State.LABELED
    return BatchLabels(
        ref=ref,
        split="train",
        pictures=PictureTable(
            names=[f"{ref.task}/{number:07d}.jpg" for number in range(count)],
            folder="/pictures",
            sha256=sha256.copy(),
            image_hw=np.full((count, 2), 512, np.int32),
            num_bytes=np.full(count, 85_000, np.int64),
            mtime_ns=np.zeros(count, np.int64),
            format=np.ones(count, np.uint8),
            orientation=np.ones(count, np.uint8),
        ),
        state=state,
        box_offsets=offsets,
        boxes_xyxy=corners,
        box_class=(rng.choice(columns, offsets[-1]) + 1).astype(np.int32),
        box_area=np.ones(offsets[-1], np.float32),
        box_crowd=np.zeros(offsets[-1], bool),
        box_difficult=np.zeros(offsets[-1], bool),
    )


if __name__ == "__main__":
    main()
