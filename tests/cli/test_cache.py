"""``unify cache``: what a person sees, and what is thrown away only when told."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.autolabel.cache.answers import FINGERPRINT, OTHER, add, assert_holds
from tests.autolabel.test_in_use import REGISTERED
from tests.workspaces import make_workspace
from unify.autolabel.cache import PredictionCache
from unify.autolabel.fingerprint import fingerprint_of
from unify.autolabel.load import read_spec
from unify.cli.cache import _size
from unify.cli.main import app
from unify.registry.load import load_registry


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Path:
    folder = make_workspace(tmp_path / "ws")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("UNIFY_CACHE", raising=False)
    return folder


@pytest.fixture
def cache(workspace) -> PredictionCache:
    """Two segments of 4 pictures, one of them failed, by nobody registered; one picture of another."""
    cache = PredictionCache(workspace / ".unify/cache")
    add(cache, [1, 2])
    add(cache, [3, 4])
    add(cache, [1], OTHER)
    return cache


def run(*arguments: object, status: int = 0):
    result = CliRunner().invoke(app, ["cache", *map(str, arguments)])
    assert result.exit_code == status, result.output
    return result


@pytest.mark.parametrize("verb", ["ls", "verify", "compact", "prune"])
def test_every_verb_has_help_with_an_example(verb):
    assert f"Example: unify cache {verb}" in run(verb, "--help").stdout


def test_ls(cache):
    header, first, second = run("ls").stdout.splitlines()
    assert header.split() == ["Auto-labeler", "Fingerprint", "Pictures", "Failed", "Boxes", "Segments", "Size"] + [
        "Last",
        "added",
    ]
    assert first.split()[:6] == ["vehicle:v1", "cd" * 6, "1", "0", "1", "1"]
    assert second.split()[:6] == ["vehicle:v1", "ab" * 6, "3", "1", "6", "2"]


def test_ls_json(cache):
    listed = json.loads(run("ls", "--json").stdout)
    newest, entry = listed["entries"]
    assert Path(listed["cache"]) == Path(cache.root) and newest["fingerprint"] == OTHER
    assert {key: entry[key] for key in ("fingerprint", "autolabelers", "pictures", "failed", "boxes", "segments")} == {
        "fingerprint": FINGERPRINT,
        "autolabelers": ["vehicle:v1"],
        "pictures": 3,
        "failed": 1,
        "boxes": 6,
        "segments": 2,
    }
    assert entry["bytes"] == sum(path.stat().st_size for path in Path(cache.root, FINGERPRINT).glob("segments/*"))


def test_ls_of_nothing(workspace):
    assert run("ls").stdout == f"{workspace / '.unify/cache'} holds no predictions\n"


def test_another_place_by_option_and_by_environment(cache, tmp_path, monkeypatch):
    add(PredictionCache(tmp_path / "shared"), [1])
    assert len(json.loads(run("ls", "--json", "--cache", tmp_path / "shared").stdout)["entries"]) == 1
    monkeypatch.setenv("UNIFY_CACHE", f"file://{tmp_path}/shared")
    assert len(json.loads(run("ls", "--json").stdout)["entries"]) == 1


def test_verify(cache):
    assert "is whole: 3 segments, " in run("verify").stdout
    assert json.loads(run("verify", "--json").stdout)["ok"]
    segment = min(Path(cache.root, FINGERPRINT).glob("segments/*"))
    segment.write_bytes(segment.read_bytes()[:-1] + b"\0")
    assert f"{segment}: the segment of 2 pictures is damaged" in run("verify", status=1).stdout
    report = json.loads(run("verify", "--json", status=1).stdout)
    assert (report["ok"], report["segments"], len(report["problems"])) == (False, 2, 1)
    assert f"warning: {segment}: the segment of 2 pictures is damaged" in run("ls").stderr


def test_compact(cache):
    assert run("compact").stdout.startswith("3 segments became 2; ")
    assert json.loads(run("compact", "--json").stdout) == {"segments_before": 2, "segments_after": 2, "bytes_saved": 0}
    assert_holds(cache, [1, 2, 3, 4])


class TestPrune:
    def test_what_is_young_stays(self, cache):
        assert run("prune").stdout == "predictions of 0 auto-labelers (0 B) and 0 leftover files removed\n"
        assert len(cache.fingerprints()) == 2

    def test_a_dry_run_only_says_so(self, cache):
        shown = run("prune", "--older-than", 0, "--dry-run").stdout
        assert shown.splitlines()[-1].startswith("predictions of 2 auto-labelers (")
        assert shown.endswith(" kB) and 0 leftover files would be removed\n")
        report = json.loads(run("prune", "--older-than", 0, "--dry-run", "--json").stdout)
        assert {each["fingerprint"] for each in report["removed"]} == {FINGERPRINT, OTHER} and report["dry_run"]
        assert_holds(cache, [1, 2, 3, 4])

    def test_what_is_kept_by_its_first_digits_stays(self, cache):
        run("prune", "--older-than", 0, "--keep", "abab")
        assert PredictionCache(cache.root).fingerprints() == [FINGERPRINT]

    def test_a_misspelt_fingerprint_to_keep_removes_nothing(self, cache):
        result = run("prune", "--older-than", 0, "--keep", "abba", status=1)
        assert result.stderr == (
            "--keep: no such fingerprint; nothing was removed\n"
            "  got:      'abba'\n"
            f"  expected: {'cd' * 6}, {'ab' * 6}\n"
        )
        assert len(cache.fingerprints()) == 2

    def test_what_a_registered_auto_labeler_said_stays_unless_told(self, cache, workspace):
        (workspace / "registry/autolabelers").mkdir()
        (workspace / "registry/autolabelers/vehicle.yaml").write_text(REGISTERED)
        for name in ("labeler.py", "v1.weights", "v2.weights"):
            (workspace / name).write_text(name)
        spec = read_spec(load_registry(workspace).autolabelers["vehicle"][0], workspace)
        used = fingerprint_of(spec.files, spec.recipe)
        add(cache, [1], used)
        run("prune", "--older-than", 0)
        assert PredictionCache(cache.root).fingerprints() == [used]
        run("prune", "--older-than", 0, "--registered")
        assert PredictionCache(cache.root).fingerprints() == []


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (-2500, "-2.5 kB"), (12_345_678, "12.3 MB"), (5e15, "5,000.0 TB")],
)
def test_sizes(size, text):
    assert _size(size) == text
