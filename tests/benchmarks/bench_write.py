"""The writing stage alone: planned examples to shards, against a bare read-and-append copy of the same pictures.

python -m tests.benchmarks.bench_write [--pictures 5000] [--repeats 5]

``write_records`` is the stage. ``write_shard`` is what a compile runs: it also reads the shard back for its digest. The
plan and the tables of the shards are made before the clock starts; page cache and disk are the same for all. Every
shard is written three times, so that starting the workers is not what is measured. The bare copy by two workers shows
how far this machine and its disk scale at all.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.benchmarks import material
from tests.benchmarks.measure import alternate, print_figures, print_ratio, timed
from tests.benchmarks.options import add_work
from unify.compiler import plan
from unify.executors import LocalExecutor
from unify.executors.base import Tick, Work
from unify.merge.human import merge_examples
from unify.records.shard import ShardJob, write_records, write_shard

TIMES = 3


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=5_000)
    parser.add_argument("--repeats", type=int, default=5)
    add_work(parser)
    options = parser.parse_args(arguments)
    output = options.work / "written"
    jobs = plan_jobs(material.ensure(options.work, options.pictures), output)
    seconds = alternate(contestants(jobs, output), options.repeats)
    for name, rounds in seconds.items():
        print_figures(f"{name}: {TIMES * options.pictures / min(rounds):,.0f} pictures/s", "s", rounds)
    bare = seconds[name_of(copy_bare, 1)]
    for work, bar in WORKS.items():
        one, two = seconds[name_of(work, 1)], seconds[name_of(work, 2)]
        print_ratio(f"{work.__name__}, 1 worker: speed of the bare copy", bare, one, bar=bar)
        print_ratio(f"{work.__name__}: 2 workers / 1 worker", one, two, bar=">= 1.6" if bar else "")


def plan_jobs(workspace: Path, output: Path) -> list[ShardJob]:
    planned = plan(material.SMALL_SHARDS, workspace=workspace)
    jobs = [
        ShardJob(str(output), shard.file_name, merge_examples(planned, shard.examples), planned.taxonomy)
        for shard in planned.shards
    ]
    return [replace(job, file_name=f"{time}-{job.file_name}") for time in range(TIMES) for job in jobs]


def contestants(jobs: Sequence[ShardJob], output: Path) -> dict[str, Callable[[], float]]:
    return {
        name_of(work, workers): partial(in_empty_folder, output, partial(run, work, workers, jobs))
        for work in WORKS
        for workers in (1, 2)
    }


def name_of(work: Work, workers: int) -> str:
    return f"{work.__name__}, {workers} workers"


def in_empty_folder(folder: Path, work: Callable[[], object]) -> float:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return timed(work)


def run(work: Work, workers: int, jobs: Sequence[ShardJob]) -> None:
    for _ in LocalExecutor(workers).run(work, jobs, lambda count: None):
        pass


def copy_bare(job: ShardJob, progress: Tick) -> None:
    """Read every picture of the shard and append it to one file."""
    with open(Path(job.folder, job.file_name), "wb") as file:
        for path in job.table.paths:
            with open(path, "rb") as picture:
                file.write(picture.read())


WORKS = {copy_bare: "", write_records: ">= 0.6", write_shard: ">= 0.6"}  # what is run, and its bar


if __name__ == "__main__":
    main()
