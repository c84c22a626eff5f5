"""Makes workspaces, and the JSON Schemas by which editors check their YAML."""

from __future__ import annotations

import json
from pathlib import Path

from unify.errors import OutputError, Problem
from unify.files import write_whole

SCHEMAS = "registry/.schema"

_TAXONOMY = """\
# Tasks: classes that are labeled together. Ids are from 1, and are never changed or used again.
tasks:
  vehicle:
    classes: {car: 1, truck: 2, bus: 3}
  pedestrian:
    classes: {pedestrian: 4, cyclist: 5}
"""

_DATASETS = """\
# The batches of one task. To add one, take the '#' off four lines and put in your paths.
task: vehicle
batches:
#  b1:
#    annotations: data/vehicle/b1.json
#    images: data/vehicle/b1
#    format: coco
"""

_CONFIG = """\
# A compile request. Once there is a batch, take the '#' off the lines below, then: unify compile example
#name: example
#method: partial
#datasets: ["vehicle:all"]
"""

_GITIGNORE = """\
.unify/
unified/
/trials/
/loops/
/simulations/
"""


def modeline(kind: str, schemas: str) -> str:
    """First line of a YAML file: tells editors its JSON Schema, ``schemas`` being the way to their folder."""
    return f"# yaml-language-server: $schema={schemas}/{kind}.json\n"


def init_workspace(folder: Path) -> list[Path]:
    """Makes a workspace with two example tasks, and returns the files it wrote.

    Raises:
        OutputError: some of the files exist; nothing was written.
    """
    from unify.registry.file_kinds import FILE_KINDS

    files = {
        folder / "registry/taxonomy.yaml": modeline("taxonomy", ".schema") + _TAXONOMY,
        folder / "registry/datasets/vehicle.yaml": modeline("datasets", "../.schema") + _DATASETS,
        folder / "configs/example.yaml": modeline("config", "../registry/.schema") + _CONFIG,
        folder / ".gitignore": _GITIGNORE,
    }
    schemas = [folder / SCHEMAS / f"{kind}.json" for kind in FILE_KINDS]
    existing = [path for path in (*files, *schemas) if path.exists()]
    if existing:
        fix = "choose an empty folder, or move these files away"
        raise OutputError(
            [Problem(path.as_posix(), "exists already", fix=fix) for path in existing], summary="Nothing was written."
        )
    for path, text in files.items():
        write_whole(path, text.encode())
    return [*files, *export_schemas(folder / SCHEMAS)]


def export_schemas(folder: Path) -> list[Path]:
    """Writes the JSON Schema of every file kind as ``<kind>.json``, and returns the files."""
    from unify.registry.file_kinds import json_schemas

    written = []
    for kind, schema in json_schemas().items():
        path = folder / f"{kind}.json"
        write_whole(path, (json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode())
        written.append(path)
    return written
