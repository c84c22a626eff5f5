"""``unify``: all verbs together, and what becomes of an error."""

from __future__ import annotations

import os
import sys

import typer
from typer.core import TyperGroup

from unify.cli import (
    autolabeler,
    browse,
    cache,
    calibrate,
    check,
    compile,
    demo,
    evaluate,
    export,
    init,
    lineage,
    list,
    loop,
    plan,
    promote,
    rank,
    register,
    report,
    review,
    schema,
    show,
    simulate,
    trial,
    verify,
)
from unify.errors import UnifyError

INTERRUPTED = 130  # 128 + SIGINT, as shells report it


class Verbs(TyperGroup):
    """All verbs: an error that a user can mend is printed, not traced."""

    def invoke(self, ctx: typer.Context) -> object:
        try:
            return super().invoke(ctx)
        except UnifyError as error:
            print(error, file=sys.stderr)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            print("\ninterrupted; the same command resumes", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=Verbs,
    name="unify",
    help="Unify partially labeled detection datasets into one that a single detector can train on.",
    epilog="Start with: unify demo my-demo",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # Rich would cost half of the start-up time
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb in (
    *(init, demo, check, register, list, show, plan, compile, verify, report, browse, lineage, export, evaluate),
    *(trial, autolabeler, calibrate, promote, rank, review, loop, simulate, cache, schema),
):
    verb.add_to(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"unify {version('unify-detection')}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
    ),
) -> None:
    pass


def main() -> None:
    """Run the command line and exit."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's notes on its own build are not for our users
    app()
