"""`unify --help` against a Python that does nothing.

python -m tests.benchmarks.bench_startup [--repeats 15]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tests.benchmarks.measure import alternate, cost_of, print_figures, print_ratio, unify_command


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args(arguments)
    commands = {"unify --help": unify_command("--help"), "python -c pass": [sys.executable, "-c", "pass"]}
    contestants = {name: lambda command=command: cost_of(command).wall for name, command in commands.items()}
    seconds = alternate(contestants, options.repeats)
    for name, rounds in seconds.items():
        print_figures(f"{name}: wall", "s", rounds)
    print_ratio("unify --help / python -c pass", *seconds.values(), bar="<= 8, and unify --help <= 0.3 s")


if __name__ == "__main__":
    main()
