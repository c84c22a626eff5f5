"""What a registered auto-labeler said is never thrown away by mistake."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.workspaces import make_workspace
from unify.autolabel.cache import CacheEntry
from unify.autolabel.fingerprint import fingerprint_of
from unify.autolabel.in_use import fingerprints_in_use
from unify.autolabel.load import read_spec
from unify.registry.load import load_registry

REGISTERED = """\
name: vehicle
classes: [car, truck]
versions:
  v2: {adapter: "labeler.py:Labeler", path: v2.weights}
  v1: {adapter: "labeler.py:Labeler", path: v1.weights}
"""


def entry(fingerprint: str, *autolabelers: str) -> CacheEntry:
    return CacheEntry(fingerprint, autolabelers, 1, 0, 1, 1, 100, datetime.now(UTC))


@pytest.fixture
def workspace(tmp_path) -> Path:
    folder = make_workspace(tmp_path)
    (folder / "registry/autolabelers").mkdir()
    (folder / "registry/autolabelers/vehicle.yaml").write_text(REGISTERED)
    for name in ("labeler.py", "v1.weights", "v2.weights"):
        (folder / name).write_text(name)
    return folder


def fingerprints(workspace: Path) -> dict[str, str]:
    versions = load_registry(workspace).autolabelers["vehicle"]
    specs = [read_spec(version, workspace) for version in versions]
    return {str(spec.ref): fingerprint_of(spec.files, spec.recipe) for spec in specs}


def test_every_registered_version_as_it_is_now(workspace):
    before = fingerprints(workspace)
    assert len(set(before.values())) == 2
    (workspace / "v1.weights").write_text("trained again")
    entries = [entry(before["vehicle:v1"], "vehicle:v1")]
    used = fingerprints_in_use(entries, load_registry(workspace), workspace / ".unify")
    assert used == set(fingerprints(workspace).values()) != set(before.values())


def test_where_files_are_missing_all_that_was_said_under_that_name_is_in_use(workspace):
    known = fingerprints(workspace)
    (workspace / "v1.weights").unlink()
    old, other = "1" * 64, "2" * 64
    entries = [entry(known["vehicle:v1"], "vehicle:v1"), entry(old, "car:v9", "vehicle:v1"), entry(other, "car:v9")]
    used = fingerprints_in_use(entries, load_registry(workspace), workspace / ".unify")
    assert used == {known["vehicle:v2"], known["vehicle:v1"], old}
