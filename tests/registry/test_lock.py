"""The lock file: what batches were, and what changed since."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.registry.workspaces import VEHICLE, make_workspace
from unify.core.types import BatchRef
from unify.errors import OutputError, RegistryError
from unify.registry.load import load_registry
from unify.registry.lock import LOCK, LockEntry, changes, read_lock, reading_of, vanished, write_lock
from unify.registry.objects import Batch

BATCH = Batch(
    BatchRef("vehicle", "b1"),
    Path("/a.json"),
    Path("/a"),
    labeled_classes=("truck", "car"),
    class_map={"lorry": "truck", "auto": "car"},
    ignore_categories=frozenset({"dog", "cat"}),
    where="registry/datasets/vehicle.yaml:3:3",
)
ENTRY = LockEntry("sha256:" + "a" * 64, "sha256:" + "b" * 64, 3, 1, reading_of(BATCH))

FIX = "or register a new batch; if nobody used it yet: unify check --relock vehicle:b1"


def test_reading_is_what_gives_the_bytes_their_meaning() -> None:
    assert reading_of(BATCH) == {
        "format": "coco",
        "split": "train",
        "labeled_classes": ["car", "truck"],
        "class_map": {"auto": "car", "lorry": "truck"},
        "ignore_categories": ["cat", "dog"],
        "exif_orientation": "ignore",
    }


def test_reading_does_not_depend_on_paths_notes_or_the_order_of_classes() -> None:
    moved = replace(BATCH, annotations=Path("/b.json"), images=Path("/c"), notes="x", labeled_classes=("car", "truck"))
    assert reading_of(moved) == reading_of(BATCH)


def test_file_is_sorted_and_versioned(tmp_path: Path) -> None:
    entry = replace(ENTRY, reading={**ENTRY.reading, "class_map": {}, "ignore_categories": []})
    write_lock(make_workspace(tmp_path), {BatchRef("vehicle", "b2"): entry, BatchRef("vehicle", "b10"): entry})
    batch = f"""\
    annotations: sha256:{"a" * 64}
    num_boxes: 1
    num_pictures: 3
    pictures: sha256:{"b" * 64}
    reading:
      class_map: {{}}
      exif_orientation: ignore
      format: coco
      ignore_categories: []
      labeled_classes:
      - car
      - truck
      split: train
"""
    header = """\
# Written by unify. Commit this file; do not edit it.
# It holds what every batch was when it was first used: a changed batch is found by comparing with it.
"""
    assert (tmp_path / LOCK).read_text() == (
        f"{header}batches:\n  vehicle:b10:\n{batch}  vehicle:b2:\n{batch}version: 1\n"
    )


names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,5}", fullmatch=True)
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6)
entries = st.builds(
    LockEntry,
    st.just("sha256:" + "0" * 64),
    st.just("sha256:" + "f" * 64),
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.fixed_dictionaries(
        {
            "format": words,
            "split": words,
            "labeled_classes": st.lists(words, max_size=2),
            "class_map": st.dictionaries(words, words, max_size=2),
            "ignore_categories": st.lists(words, max_size=2),
            "exif_orientation": words,
        }
    ),
)


@given(st.dictionaries(st.builds(BatchRef, names, names), entries, max_size=3))
@settings(deadline=None, max_examples=30)
def test_what_is_locked_is_read_back(tmp_path_factory: pytest.TempPathFactory, locked: dict) -> None:
    workspace = tmp_path_factory.mktemp("w")
    write_lock(workspace, locked)
    assert read_lock(workspace) == locked


def test_nothing_is_locked_at_first(tmp_path: Path) -> None:
    assert read_lock(tmp_path) == {}


def test_locking_keeps_what_is_locked_and_removes_what_it_is_told(tmp_path: Path) -> None:
    one, two, three = (BatchRef("vehicle", f"b{n}") for n in (1, 2, 3))
    write_lock(tmp_path, {one: ENTRY, two: ENTRY})
    write_lock(tmp_path, {three: ENTRY}, remove=[one])
    assert list(read_lock(tmp_path)) == [two, three]


def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    write_lock(tmp_path, {BATCH.ref: ENTRY})
    before = (tmp_path / LOCK).stat()
    write_lock(tmp_path, {BATCH.ref: ENTRY}, remove=[BatchRef("vehicle", "b9")])
    after = (tmp_path / LOCK).stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_several_processes_lose_nothing(tmp_path: Path) -> None:
    code = """if True:
        import sys
        from pathlib import Path
        from unify.core.types import BatchRef
        from unify.registry.lock import LockEntry, reading_of, write_lock
        from unify.registry.objects import Batch
        for n in range(5):
            batch = Batch(BatchRef(sys.argv[2], f"b{n}"), Path("a"), Path("b"))
            entry = LockEntry("sha256:" + "a" * 64, "sha256:" + "b" * 64, 3, 1, reading_of(batch))
            write_lock(Path(sys.argv[1]), {batch.ref: entry})
    """
    root = Path(__file__).parents[2]
    run = [sys.executable, "-c", code, str(tmp_path)]
    processes = [subprocess.Popen([*run, task], cwd=root) for task in "ab"]
    assert [process.wait() for process in processes] == [0, 0]
    assert list(read_lock(tmp_path)) == [BatchRef(task, f"b{n}") for task in "ab" for n in range(5)]


def test_untouched_batch_has_no_changes() -> None:
    assert changes(BATCH, ENTRY, ENTRY) == []


def test_changed_bytes_are_named_with_both_digests() -> None:
    now = replace(ENTRY, annotations="sha256:" + "c" * 64, num_boxes=1200, pictures="sha256:" + "d" * 64)
    assert [str(problem) for problem in changes(BATCH, ENTRY, now)] == [
        "registry/datasets/vehicle.yaml:3:3: batch 'vehicle:b1' is locked, but its annotations changed\n"
        "  got:      sha256:cccccccccccc…, 1,200 boxes\n"
        "  expected: sha256:aaaaaaaaaaaa…, 1 box, as in registry/lock.yaml\n"
        f"  fix:      put the annotations back, {FIX}",
        "registry/datasets/vehicle.yaml:3:3: batch 'vehicle:b1' is locked, but its pictures changed\n"
        "  got:      sha256:dddddddddddd…, 3 pictures\n"
        "  expected: sha256:bbbbbbbbbbbb…, 3 pictures, as in registry/lock.yaml\n"
        f"  fix:      put the pictures back, {FIX}",
    ]


def test_changed_keys_are_named_with_both_values() -> None:
    changed = replace(BATCH, split="val", labeled_classes=("car",), class_map={})
    now = replace(ENTRY, reading=reading_of(changed))
    assert [str(problem) for problem in changes(changed, ENTRY, now)] == [
        "registry/datasets/vehicle.yaml:3:3: batch 'vehicle:b1' is locked, but its split changed\n"
        "  got:      val\n"
        "  expected: train, as in registry/lock.yaml\n"
        f"  fix:      write 'split: train' in the batch, {FIX}",
        "registry/datasets/vehicle.yaml:3:3: batch 'vehicle:b1' is locked, but its labeled_classes changed\n"
        "  got:      [car]\n"
        "  expected: [car, truck], as in registry/lock.yaml\n"
        f"  fix:      write 'labeled_classes: [car, truck]' in the batch, {FIX}",
        "registry/datasets/vehicle.yaml:3:3: batch 'vehicle:b1' is locked, but its class_map changed\n"
        "  got:      {}\n"
        "  expected: {auto: car, lorry: truck}, as in registry/lock.yaml\n"
        f"  fix:      write 'class_map: {{auto: car, lorry: truck}}' in the batch, {FIX}",
    ]


def test_a_class_added_to_the_task_later_was_not_searched_in_a_locked_batch(tmp_path: Path) -> None:
    before = load_registry(make_workspace(tmp_path)).batches[BATCH.ref]
    taxonomy = "tasks:\n  vehicle: {classes: {car: 1, truck: 2, bus: 5}}\n"
    after = load_registry(make_workspace(tmp_path, {"registry/taxonomy.yaml": taxonomy})).batches[BATCH.ref]
    locked, now = (replace(ENTRY, reading=reading_of(batch)) for batch in (before, after))
    (problem,) = changes(after, locked, now)
    assert problem.fix.startswith("write 'labeled_classes: [car, truck]' in the batch, ")


def test_a_locked_batch_that_is_no_longer_registered(tmp_path: Path) -> None:
    registry = load_registry(make_workspace(tmp_path))
    locked = [BatchRef("vehicle", "b7"), BatchRef("vehicle", "b1")]
    assert [str(problem) for problem in vanished(registry, locked)] == [
        "registry/lock.yaml: batch 'vehicle:b7' is locked but no longer registered\n"
        "  expected: 'b7' in registry/datasets/vehicle.yaml\n"
        "  fix:      register it again; if nobody used it yet: unify check --relock vehicle:b7"
    ]


def damaged(folder: Path, text: str) -> str:
    make_workspace(folder, {LOCK: text})
    with pytest.raises(RegistryError) as raised:
        read_lock(folder)
    with pytest.raises(RegistryError):
        write_lock(folder, {BATCH.ref: ENTRY})
    assert (folder / LOCK).read_text() == text
    return str(raised.value)


DAMAGED = "registry/lock.yaml is damaged: take it from version control; nothing was changed."


def test_lock_with_a_merge_conflict(tmp_path: Path) -> None:
    assert damaged(tmp_path, "version: 1\n<<<<<<< HEAD\nbatches: {}\n") == (
        "registry/lock.yaml:2:1: merge conflict marker\n"
        "    1 | version: 1\n"
        "    2 | <<<<<<< HEAD\n"
        "  got:      '<<<<<<< HEAD'\n"
        "  fix:      resolve the conflict: keep one side and delete the marker lines\n\n" + DAMAGED
    )


def test_lock_with_a_damaged_digest(tmp_path: Path) -> None:
    write_lock(tmp_path, {BATCH.ref: ENTRY})
    text = (tmp_path / LOCK).read_text().replace("aaaa", "aaa", 1)
    assert damaged(tmp_path, text) == (
        "registry/lock.yaml:5:18: wrong value of 'annotations'\n"
        "    4 |   vehicle:b1:\n"
        f"    5 |     annotations: sha256:{'a' * 63}\n"
        f"  got:      'sha256:{'a' * 63}'\n"
        "  expected: 'sha256:' and 64 hexadecimal digits\n\n" + DAMAGED
    )


def test_lock_of_a_newer_version(tmp_path: Path) -> None:
    assert damaged(tmp_path, "version: 2\nbatches: {}\n") == (
        "registry/lock.yaml:1:10: unknown version\n"
        "    1 | version: 2\n"
        "  got:      2\n"
        "  expected: 1\n"
        "  fix:      install the unify that wrote it, or a newer one"
    )


def test_workspace_that_cannot_be_written(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, {"registry/datasets/vehicle.yaml": VEHICLE})
    (workspace / ".unify").write_text("a file where the folder should be")
    with pytest.raises(OutputError, match="cannot be written: "):
        write_lock(workspace, {BATCH.ref: ENTRY})
    assert not (workspace / LOCK).exists()
