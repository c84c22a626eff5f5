"""Two auto-labelers share a fingerprint exactly when they say the same of every picture."""

import os
import re
import time
from pathlib import Path

import pytest

from unify.autolabel import file_digests
from unify.autolabel.file_digests import file_sha256
from unify.autolabel.fingerprint import fingerprint_of
from unify.errors import RegistryError

RECIPE = {"adapter": "onnx", "classes": ["car", "truck"], "options": {"input_hw": [320, 320], "fit": "letterbox"}}


def write(path: Path, content: bytes, age_seconds: float = 100) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    then = time.time_ns() - int(age_seconds * 10**9)
    os.utime(path, ns=(then, then))
    return path


@pytest.fixture
def model(tmp_path) -> Path:
    return write(tmp_path / "v1/model.onnx", b"weights")


def test_it_is_64_hexadecimal_digits_and_the_same_tomorrow(model):
    fingerprint = fingerprint_of([model], RECIPE)
    assert re.fullmatch("[0-9a-f]{64}", fingerprint)
    assert fingerprint == "9b78c8bccc01f53386f35ecea672656e633bc53c8df3a9a9ac756f77d3afac51"


@pytest.mark.parametrize(
    "recipe",
    [
        {**RECIPE, "adapter": "keras"},
        {**RECIPE, "classes": ["truck", "car"]},
        {**RECIPE, "options": {"input_hw": [320, 320], "fit": "stretch"}},
        {**RECIPE, "decoder": "Pillow"},  # other decoders give other pixels
    ],
)
def test_whatever_the_recipe_says_counts(model, recipe):
    assert fingerprint_of([model], recipe) != fingerprint_of([model], RECIPE)


def test_the_order_of_keys_does_not(model):
    assert fingerprint_of([model], dict(reversed(RECIPE.items()))) == fingerprint_of([model], RECIPE)


def test_places_names_and_times_of_files_do_not_count(model, tmp_path):
    moved = write(tmp_path / "elsewhere/best.onnx", b"weights", age_seconds=5)
    assert fingerprint_of([moved], RECIPE) == fingerprint_of([model], RECIPE)


def test_one_byte_of_weights_or_code_counts(model, tmp_path):
    code = write(tmp_path / "labeler.py", b"def f(): pass")
    before = fingerprint_of([model, code], RECIPE)
    write(code, b"def f(): 0   ")
    assert fingerprint_of([model, code], RECIPE) != before
    assert fingerprint_of([code, model], RECIPE) != fingerprint_of([model, code], RECIPE)
    assert fingerprint_of([model], RECIPE) != fingerprint_of([model, model], RECIPE)


def test_a_folder_counts_with_all_below_it(tmp_path):
    """A folder's files find each other by name, so there names count."""
    folder = tmp_path / "saved"
    for name in ("saved_model.pb", "variables/variables.index", "variables/variables.data"):
        write(folder / name, name.encode())
    before = fingerprint_of([folder], RECIPE)
    folder.rename(tmp_path / "moved")
    folder = tmp_path / "moved"
    assert fingerprint_of([folder], RECIPE) == before
    write(folder / "variables/variables.data", b"other")
    changed = fingerprint_of([folder], RECIPE)
    write(folder / "assets/labels.txt", b"")
    added = fingerprint_of([folder], RECIPE)
    (folder / "assets/labels.txt").rename(folder / "assets/names.txt")
    assert len({before, changed, added, fingerprint_of([folder], RECIPE)}) == 4


def test_what_running_the_code_leaves_behind_does_not_count(tmp_path):
    folder = tmp_path / "v1"
    write(folder / "labeler.py", b"code")
    before = fingerprint_of([folder], RECIPE)
    for name in ("__pycache__/labeler.cpython-311.pyc", ".DS_Store", ".cache/x"):
        write(folder / name, b"junk")
    assert fingerprint_of([folder], RECIPE) == before


@pytest.mark.parametrize("changed", ["file", "folder"])
def test_linked_files_and_folders_count_with_what_they_lead_to(tmp_path, changed):
    for name in ("file", "folder"):
        write(tmp_path / "blobs" / name / "data", b"one")
    folder = tmp_path / "snapshot"
    folder.mkdir()
    (folder / "model").symlink_to(tmp_path / "blobs/file/data")
    (folder / "more").symlink_to(tmp_path / "blobs/folder")
    (folder / "loop").symlink_to(folder)
    before = fingerprint_of([folder], RECIPE)
    write(tmp_path / "blobs" / changed / "data", b"two")
    assert fingerprint_of([folder], RECIPE) != before


def test_every_missing_file_is_named(model, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(RegistryError) as error:
        fingerprint_of([tmp_path / "a.onnx", model, tmp_path / "empty", tmp_path / "b.onnx"], RECIPE)
    fix = "  fix:      put the file back, or correct the registry"
    assert str(error.value) == "\n\n".join(
        [
            f"{tmp_path}/a.onnx: cannot be read: No such file or directory\n{fix}",
            f"{tmp_path}/empty: cannot be read: the folder is empty\n{fix}",
            f"{tmp_path}/b.onnx: cannot be read: No such file or directory\n{fix}",
        ]
    )


@pytest.mark.parametrize(
    ("value", "got"),
    [
        (float("nan"), "Out of range float values are not JSON compliant"),
        (Path("x"), "Object of type PosixPath is not JSON serializable"),
        ((1, 2), "something that JSON has no form of its own for"),
        ({1: "a"}, "something that JSON has no form of its own for"),
    ],
)
def test_what_has_no_form_of_its_own_is_refused_rather_than_guessed(model, value, got):
    with pytest.raises(RegistryError) as error:
        fingerprint_of([model], {"options": value})
    assert str(error.value).replace(": nan\n", "\n") == (  # newer Pythons name the value
        "the options of an auto-labeler are not plain JSON values\n"
        f"  got:      {got}\n"
        "  fix:      use text, finite numbers, true, false, null, lists, and mappings with text as keys"
    )


class TestRemembering:
    @pytest.fixture
    def hashed(self, monkeypatch) -> list[str]:
        """Names of the files that were really read."""
        names, original = [], file_digests._hash
        monkeypatch.setattr(file_digests, "_hash", lambda path: names.append(path.name) or original(path))
        monkeypatch.setattr(file_digests, "_WORTH_REMEMBERING", 4)
        return names

    def test_a_large_file_is_hashed_once(self, model, tmp_path, hashed):
        first = file_sha256(model, tmp_path / "state")
        assert file_sha256(model, tmp_path / "state") == first
        assert hashed == ["model.onnx"]

    def test_a_small_one_is_not_worth_it(self, tmp_path, hashed):
        small = write(tmp_path / "s", b"abc")
        file_sha256(small, tmp_path / "state")
        assert not (tmp_path / "state").exists()

    def test_another_size_or_time_is_hashed_again(self, model, tmp_path, hashed):
        for content, age in ((b"weights", 100), (b"weights+", 100), (b"weights-", 50)):
            write(model, content, age)
            assert file_sha256(model, tmp_path / "state") == file_sha256(model)
        assert len(hashed) == 6

    def test_another_file_in_its_place_is_hashed_again(self, model, tmp_path, hashed):
        """As a move keeps size and time: only the inode tells."""
        file_sha256(model, tmp_path / "state")
        other = write(tmp_path / "other", b"WEIGHTS")
        os.utime(other, ns=(model.stat().st_mtime_ns,) * 2)
        other.replace(model)
        assert file_sha256(model, tmp_path / "state") == file_sha256(model)

    def test_a_file_written_just_now_is_not_remembered(self, tmp_path, hashed):
        young = write(tmp_path / "young", b"weights", age_seconds=0)
        file_sha256(young, tmp_path / "state")
        assert not (tmp_path / "state").exists()

    @pytest.mark.parametrize("note", [b"", b"[]", b"{", b'{"file": 1}'])
    def test_a_damaged_note_is_no_note(self, model, tmp_path, hashed, note):
        first = file_sha256(model, tmp_path / "state")
        (memo,) = (tmp_path / "state/weights").iterdir()
        memo.write_bytes(note)
        assert file_sha256(model, tmp_path / "state") == first
        assert len(hashed) == 2
