"""``unify list``."""

from __future__ import annotations

from pathlib import Path

import typer

from unify.cli.options import Json, Workspace


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: unify list --json")(list)


def list(workspace: Workspace = None, json: Json = False) -> None:
    """List the registered batches and auto-labelers."""
    from unify.checking import inventory
    from unify.cli.output import print_json, print_table
    from unify.registry.load import find_workspace

    found = inventory(workspace or find_workspace(Path.cwd()))
    if json:
        print_json(found)
        return
    print_table(
        ["Batch", "Split", "Pictures", "Boxes", "Labeled classes", "Notes"],
        [
            [b["batch"], b["split"], *([b["pictures"], b["boxes"]] if b["locked"] else ["not locked yet", ""])]
            + [", ".join(b["labeled_classes"]), b["notes"]]
            for b in found["batches"]
        ],
    )
    if found["autolabelers"]:
        print()
        print_table(
            ["Auto-labeler", "Adapter", "Classes", "Trained on"],
            [
                [a["autolabeler"], a["adapter"], ", ".join(a["classes"]), ", ".join(a["trained_on"])]
                for a in found["autolabelers"]
            ],
        )
