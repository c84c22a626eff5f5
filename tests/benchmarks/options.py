"""Options that benchmarks share."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

BASELINES_VARIABLE = "UNIFY_INTEROP_PYTHON"


def add_work(parser: argparse.ArgumentParser) -> None:
    """``--work FOLDER``: where material is made and output is written."""
    default = Path(tempfile.gettempdir()) / "unify-benchmarks"
    parser.add_argument("--work", type=Path, default=default, help=f"folder for material and output; {default}")


def add_baselines(parser: argparse.ArgumentParser) -> None:
    """``--baselines PYTHON``: the interpreter of the environment that holds the tools compared with."""
    known = os.environ.get(BASELINES_VARIABLE)
    parser.add_argument(
        "--baselines",
        type=Path,
        default=known,
        required=known is None,
        help=f"Python of the environment with Model Garden and Datumaro; ${BASELINES_VARIABLE} by default",
    )
