"""File names: what is cleaned, what is refused, what is found."""

import os

import pytest

from unify.errors import LabelError
from unify.labels.names import by_stem, clean_name, list_pictures, stem_of


@pytest.mark.parametrize(
    "written, cleaned",
    [
        ("a.jpg", "a.jpg"),
        ("sub/a.jpg", "sub/a.jpg"),
        ("sub\\deeper\\a.jpg", "sub/deeper/a.jpg"),
        ("./a.jpg", "a.jpg"),
        ("a/../b.jpg", "b.jpg"),
        ("a//b.jpg", "a/b.jpg"),
        (".hidden.jpg", ".hidden.jpg"),
        ("..a.jpg", "..a.jpg"),
        ("Straße im Regen.jpg", "Straße im Regen.jpg"),
        ("東京 1.png", "東京 1.png"),
        ("12:30:00.jpg", "12:30:00.jpg"),
    ],
)
def test_names_are_cleaned(written, cleaned):
    assert clean_name(written) == cleaned


@pytest.mark.parametrize(
    "written, reason",
    [
        ("", "is empty"),
        (".", "is empty"),
        ("/etc/passwd", "is absolute"),
        ("\\\\server\\share\\a.jpg", "is absolute"),
        ("C:\\a.jpg", "is absolute"),
        ("c:a.jpg", "is absolute"),
        ("..", "leaves the images folder"),
        ("../a.jpg", "leaves the images folder"),
        ("a/../../b.jpg", "leaves the images folder"),
        ("a\\..\\..\\b.jpg", "leaves the images folder"),
        ("a\0.jpg", "holds a NUL character"),
        ("a\udc80.jpg", "is not Unicode text"),
    ],
)
def test_names_that_lead_elsewhere_are_refused(written, reason):
    with pytest.raises(ValueError) as error:
        clean_name(written)
    assert str(error.value) == reason


def test_stems_keep_folders_and_inner_dots():
    assert stem_of("sub.d/a.b.jpg") == "sub.d/a.b"
    assert by_stem(["a.jpg", "a.JPG", "b.png"]) == {"a": ["a.jpg", "a.JPG"], "b": ["b.png"]}


def test_pictures_are_listed_by_extension_in_any_case_and_sorted(tmp_path):
    for name in ("b.JPG", "a.jpeg", "c.txt", ".d.jpg", "e.Png"):
        (tmp_path / name).touch()
    assert list_pictures(tmp_path) == ["a.jpeg", "b.JPG", "e.Png"]


def test_file_names_that_are_not_utf8_are_refused(tmp_path):
    with open(os.fsencode(tmp_path) + b"/\xff.jpg", "wb"):
        pass
    with pytest.raises(LabelError) as error:
        list_pictures(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}: pictures whose names are not UTF-8\n  got:      '\\udcff.jpg'\n  fix:      rename them"
    )
