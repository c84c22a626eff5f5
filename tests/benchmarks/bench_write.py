"""The writing stage alone: planned examples to shards, against a bare read-and-append copy of the same pictures.

python -m tests.benchmarks.bench_write [--pictures 5000] [--repeats 5]

``write_records`` is the stage. ``write_shard`` is what a compile runs: it also reads the shard back for its digest.
The plan and the tables of the shards are made before the clock starts; page cache and disk are the same for all.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.benchmarks import material
from tests.benchmarks.measure import alternate, print_figures, print_ratio, timed
from tests.benchmarks.options import add_work
from unify.compiler import plan
from unify.executors import LocalExecutor
from unify.executors.base import Work
from unify.merge.human import merge_examples
from unify.records.shard import ShardJob, write_records, write_shard

BARE = "bare read and append"


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
        print_figures(f"{name}: {options.pictures / min(rounds):,.0f} pictures/s", "s", rounds)
    for work in (write_records, write_shard):
        one, two = seconds[name_of(work, 1)], seconds[name_of(work, 2)]
        print_ratio(f"{work.__name__}, 1 worker: speed of a bare copy", seconds[BARE], one, bar=">= 0.6")
        print_ratio(f"{work.__name__}: 2 workers / 1 worker", one, two, bar=">= 1.6")


def plan_jobs(workspace: Path, output: Path) -> list[ShardJob]:
    planned = plan(workspace / f"configs/{material.CONFIG}.yaml", workspace=workspace)
    return [
        ShardJob(str(output), shard.file_name, merge_examples(planned, shard.examples), planned.taxonomy)
        for shard in planned.shards
    ]


def contestants(jobs: Sequence[ShardJob], output: Path) -> dict[str, Callable[[], float]]:
    works = [(work, workers) for work in (write_records, write_shard) for workers in (1, 2)]
    writing = {name_of(work, workers): partial(run, work, workers, jobs) for work, workers in works}
    paths = [path for job in jobs for path in job.table.paths]
    contenders = {BARE: partial(copy_bare, paths, output / "bare"), **writing}
    return {name: partial(in_empty_folder, output, contender) for name, contender in contenders.items()}


def name_of(work: Work, workers: int) -> str:
    return f"{work.__name__}, {workers} workers"


def in_empty_folder(folder: Path, work: Callable[[], object]) -> float:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return timed(work)


def run(work: Work, workers: int, jobs: Sequence[ShardJob]) -> None:
    for _ in LocalExecutor(workers).run(work, jobs, lambda count: None):
        pass


def copy_bare(paths: Sequence[str], output: Path) -> None:
    with open(output, "wb") as file:
        for path in paths:
            with open(path, "rb") as picture:
                file.write(picture.read())


if __name__ == "__main__":
    main()
