"""Reading COCO JSON as large as COCO's own: unify's columns, then from their snapshot, against `pycocotools.COCO`.

python -m tests.benchmarks.bench_json [--scale 1.0] [--repeats 3]

Every reading has a process of its own. Seconds are those of the call, imports done; memory is the process's peak.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.benchmarks import coco_json
from tests.benchmarks.measure import alternate, cost_of, print_figures, print_ratio, this_module
from tests.benchmarks.options import add_work


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="part of COCO's 118,000 pictures")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--read", nargs=2, metavar=("HOW", "FILE"), help="read this file once in this process")
    add_work(parser)
    options = parser.parse_args(arguments)
    if options.read:
        how, file = options.read
        read_once(how, Path(file))
        return
    compare(coco_json.ensure(options.work, options.scale), options.repeats)


def compare(file: Path, repeats: int) -> None:
    print(f"{file}: {file.stat().st_size / 1e6:,.0f} MB", flush=True)
    cost_of(reading("save", file))
    contestants = {how: partial(cost_of, reading(how, file)) for how in ("pycocotools", "json", "snapshot")}
    costs = alternate(contestants, repeats)
    seconds = {how: [float(cost.output.splitlines()[-1]) for cost in rounds] for how, rounds in costs.items()}
    megabytes = {how: [cost.peak_bytes / 1e6 for cost in rounds] for how, rounds in costs.items()}
    for how in costs:
        print_figures(f"{how}: wall", "s", seconds[how])
        print_figures(f"{how}: peak memory", "MB", megabytes[how])
    print_ratio("pycocotools / json: wall", seconds["pycocotools"], seconds["json"], bar=">= 6")
    print_ratio("pycocotools / json: memory", megabytes["pycocotools"], megabytes["json"], bar=">= 3")
    print_ratio("pycocotools / snapshot: wall", seconds["pycocotools"], seconds["snapshot"], bar=">= 50")


def reading(how: str, file: Path) -> list[str | Path]:
    return this_module("bench_json", "--read", how, file)


def read_once(how: str, file: Path) -> None:
    """Read, and print the seconds it took as the last line."""
    read = READINGS[how]()
    began = time.perf_counter()
    labels = read(file)
    print(time.perf_counter() - began)
    del labels  # kept until here: giving it back is not reading


def with_pycocotools() -> Callable:
    from pycocotools.coco import COCO

    return COCO


def from_json() -> Callable:
    from unify.labels.coco import read

    return partial(read, images=Path("."))


def from_snapshot() -> Callable:
    from unify.labels.snapshot import load_snapshot

    return lambda file: load_snapshot(snapshot_of(file))


def save() -> Callable:
    from unify.labels.snapshot import save_snapshot

    return lambda file: save_snapshot(snapshot_of(file), from_json()(file))


def snapshot_of(file: Path) -> Path:
    return file.with_suffix(".arrow")


READINGS = {"pycocotools": with_pycocotools, "json": from_json, "snapshot": from_snapshot, "save": save}


if __name__ == "__main__":
    main()
