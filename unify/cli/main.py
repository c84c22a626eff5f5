"""``unify``: all verbs together, and what becomes of an error."""

from __future__ import annotations

import sys

import click
import typer

from unify.cli import check, compile, demo, export, init, list, plan, register, schema, verify
from unify.errors import UnifyError

INTERRUPTED = 130  # 128 + SIGINT, as shells report it

app = typer.Typer(
    name="unify",
    help="Unify partially labeled detection datasets into one that a single detector can train on.",
    epilog="Start with: unify demo my-demo",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # Rich would cost half of the start-up time
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb in (init, demo, check, register, list, plan, compile, verify, export, schema):
    verb.add_to(app)


@app.callback(invoke_without_command=True)
def _options(
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    if version:
        from importlib.metadata import version as version_of

        print(f"unify {version_of('unify-detection')}")
        raise typer.Exit


def main() -> None:
    """Run the command line and exit."""
    sys.exit(_run())


def _run() -> int:
    try:
        return app(standalone_mode=False) or 0
    except UnifyError as error:
        print(error, file=sys.stderr)
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
