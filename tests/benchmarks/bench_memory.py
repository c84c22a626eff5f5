"""Peak memory of `unify compile`: flat in the number of pictures, but for the plan.

python -m tests.benchmarks.bench_memory [--pictures 1000 5000]

Each compile is a first one: the annotations are parsed and every picture is hashed. What a compile needs more for more
pictures is given per added picture, to be held against the picture's own 85 KB.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from tests.benchmarks import material
from tests.benchmarks.measure import alternate, cost_of, print_figures, unify_command
from tests.benchmarks.options import add_work

WORKERS = (1, 2)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, nargs=2, default=[1_000, 5_000], metavar=("FEW", "MANY"))
    parser.add_argument("--repeats", type=int, default=3)
    add_work(parser)
    options = parser.parse_args(arguments)
    workspaces = {pictures: material.ensure(options.work, pictures) for pictures in options.pictures}
    few, many = options.pictures
    for workers in WORKERS:
        contestants = {
            pictures: lambda workspace=workspace, workers=workers: peak_bytes(workspace, workers)
            for pictures, workspace in workspaces.items()
        }
        peaks = alternate(contestants, options.repeats)
        for pictures, rounds in peaks.items():
            what = f"{workers} workers, {pictures:,} pictures: largest process"
            print_figures(what, "MB", [peak / 1e6 for peak in rounds])
        added = [(large - small) / (many - few) / 1e3 for large, small in zip(peaks[many], peaks[few])]
        print_figures(f"{workers} workers: memory per added picture", "KB", added)


def peak_bytes(workspace: material.Path, workers: int) -> int:
    material.forget(workspace)
    command = unify_command("compile", material.CONFIG, "--workspace", workspace, "--workers", str(workers))
    return cost_of(command).peak_bytes


if __name__ == "__main__":
    main()
