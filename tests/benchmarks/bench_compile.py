"""The whole of `unify compile --method partial`, first time, against what others offer for the same files.

python -m tests.benchmarks.bench_compile --baselines PYTHON [--pictures 5000] [--repeats 3]

Whole processes from start to end, in turn: `unify compile` with no snapshot, digest, lock or output left of an earlier
run; Model Garden's ``create_coco_tf_record`` with 2 processes and as many shards; Datumaro's ``tf_detection_api``
export with pictures. All find the pictures in the page cache.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.benchmarks import material
from tests.benchmarks.measure import Cost, alternate, cost_of, print_figures, print_ratio, unify_command
from tests.benchmarks.options import add_baselines, add_work

DATUMARO_EXPORT = Path(__file__).with_name("baselines") / "datumaro_export.py"
GARDEN, DATUMARO, UNIFY = "Model Garden, 2 processes", "Datumaro", "unify compile"
BARS = {GARDEN: 10, DATUMARO: 25}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=5_000)
    parser.add_argument("--repeats", type=int, default=3)
    add_work(parser)
    add_baselines(parser)
    options = parser.parse_args(arguments)
    workspace = material.ensure(options.work, options.pictures)
    compile_first_time(workspace)  # fills the page cache and Python's bytecode cache
    costs = alternate(contestants(workspace, options.work / "baselines", options.baselines), options.repeats)
    print_costs(costs)


def contestants(workspace: Path, output: Path, python: Path) -> dict[str, Callable[[], Cost]]:
    shards = len(list((workspace / material.OUTPUT).glob("*.tfrecord")))
    return {
        UNIFY: partial(compile_first_time, workspace),
        GARDEN: partial(garden, python, workspace, output, shards),
        DATUMARO: partial(datumaro, python, workspace, output),
    }


def compile_first_time(workspace: Path) -> Cost:
    material.forget(workspace)
    return cost_of(unify_command("compile", material.CONFIG, "--workspace", workspace, "--json"))


def garden(python: Path, workspace: Path, output: Path, shards: int) -> Cost:
    shutil.rmtree(output, ignore_errors=True)
    module = [python, "-m", "official.vision.data.create_coco_tf_record"]
    files = [
        f"--image_dir={workspace / material.IMAGES}",
        f"--object_annotations_file={workspace / material.ANNOTATIONS}",
        f"--output_file_prefix={output / 'train'}",
    ]
    return cost_of([*module, *files, f"--num_shards={shards}", "--num_processes=2"])


def datumaro(python: Path, workspace: Path, output: Path) -> Cost:
    shutil.rmtree(output, ignore_errors=True)
    return cost_of([python, DATUMARO_EXPORT, workspace, output])


def print_costs(costs: dict[str, list[Cost]]) -> None:
    for name, rounds in costs.items():
        print_figures(f"{name}: wall", "s", [cost.wall for cost in rounds])
        print_figures(f"{name}: processor", "s", [cost.processor for cost in rounds])
        print_figures(f"{name}: memory of the largest process", "MB", [cost.peak_bytes / 1e6 for cost in rounds])
    ours = costs[UNIFY]
    for name, bar in BARS.items():
        theirs = costs[name]
        wall = [cost.wall for cost in theirs], [cost.wall for cost in ours]
        processor = [cost.processor for cost in theirs], [cost.processor for cost in ours]
        print_ratio(f"{name} / unify: wall", *wall, bar=f">= {bar}")
        print_ratio(f"{name} / unify: processor", *processor, bar=f">= {bar}")


if __name__ == "__main__":
    main()
