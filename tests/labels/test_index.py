"""The picture index: every kind of picture looked at, bad ones with their reason, nothing read twice."""

import hashlib
import os
import unicodedata

import numpy as np
import pytest
from PIL import Image

from tests.labels.helpers import write_picture
from unify.core.types import PictureFormat
from unify.labels import index as index_module
from unify.labels.index import index_pictures
from unify.labels.look import look_at


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "images").mkdir()
    return tmp_path / "images"


@pytest.fixture
def looked(monkeypatch):
    """Names of the pictures that were really read."""
    names = []
    original = index_module.look_at
    monkeypatch.setattr(index_module, "look_at", lambda folder, name: names.append(name) or original(folder, name))
    return names


def index(folder, names, **options):
    return index_pictures(folder, names, state_dir=folder.parent / "state", **options)


def assert_same_index(a, b):
    assert (a.pictures.names, a.reasons) == (b.pictures.names, b.reasons)
    for column in ("sha256", "image_hw", "num_bytes", "mtime_ns", "format", "orientation"):
        np.testing.assert_array_equal(getattr(a.pictures, column), getattr(b.pictures, column), err_msg=column)
        assert getattr(a.pictures, column).dtype == getattr(b.pictures, column).dtype


@pytest.mark.parametrize(
    "name, mode, expected",
    [
        ("cmyk.jpg", "CMYK", PictureFormat.JPEG),
        ("gray.jpg", "L", PictureFormat.JPEG),
        ("palette.png", "P", PictureFormat.PNG),
        ("alpha.png", "RGBA", PictureFormat.PNG),
        ("16bit.png", "I;16", PictureFormat.PNG),
        ("x.webp", "RGB", PictureFormat.OTHER),
        ("x.gif", "P", PictureFormat.OTHER),
        ("x.bmp", "RGB", PictureFormat.OTHER),
        ("x.tiff", "RGB", PictureFormat.OTHER),
    ],
)
def test_pictures_of_every_kind_are_good(folder, name, mode, expected):
    if mode == "I;16":
        Image.fromarray(np.arange(48 * 64, dtype=np.uint16).reshape(48, 64)).save(folder / name)
    else:
        write_picture(folder / name, (64, 48), mode)
    row = look_at(str(folder), name)
    assert (row.format, row.height, row.width, row.reason) == (expected, 48, 64, "")
    assert row.sha256 == hashlib.sha256((folder / name).read_bytes()).digest()
    assert row.num_bytes == (folder / name).stat().st_size
    assert row.mtime_ns == (folder / name).stat().st_mtime_ns


@pytest.mark.parametrize("name", ["x.jpg", "x.png", "x.webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_found_in_every_format(folder, name, orientation):
    write_picture(folder / name, (64, 48), orientation=orientation)
    row = look_at(str(folder), name)
    assert (row.orientation, row.height, row.width) == (orientation, 48, 64)


def test_a_tiff_has_the_size_that_transcoding_will_give_it(folder):
    write_picture(folder / "x.tiff", (64, 48), orientation=6)
    with Image.open(folder / "x.tiff") as picture:
        transcoded = picture.convert("RGB")
    row = look_at(str(folder), "x.tiff")
    assert (row.orientation, row.width, row.height) == (1, *transcoded.size) == (1, 48, 64)


def test_every_bad_picture_has_a_reason(folder):
    whole = {name: write_picture(folder / name, (64, 48)).read_bytes() for name in ("good.jpg", "w.webp", "g.gif")}
    (folder / "empty.jpg").touch()
    (folder / "page.jpg").write_text("<html>404</html>")
    (folder / "cut.jpg").write_bytes(whole["good.jpg"][:-40])
    (folder / "cut.webp").write_bytes(whole["w.webp"][:-40])
    (folder / "cut.gif").write_bytes(whole["g.gif"][:200])
    (folder / "folder.jpg").mkdir()
    names = ["good.jpg", "gone.jpg", "empty.jpg", "page.jpg", "cut.jpg", "cut.webp", "cut.gif", "folder.jpg"]
    found = index(folder, names)
    assert {names[row]: reason.split(":")[0] for row, reason in found.reasons.items()} == {
        "gone.jpg": "missing",
        "empty.jpg": "empty file",
        "page.jpg": "not a picture",
        "cut.jpg": "truncated",
        "cut.webp": "truncated or damaged",
        "cut.gif": "truncated or damaged",
        "folder.jpg": "unreadable",
    }
    assert len(found.pictures) == len(names)


def test_a_picture_of_too_many_bytes_is_not_read(folder):
    with open(folder / "huge.jpg", "wb") as file:
        file.truncate(2**30 + 1)
    assert look_at(str(folder), "huge.jpg").reason == "too large: 1,073,741,825 bytes"


def test_a_picture_that_may_not_be_read_is_unreadable(folder, monkeypatch):
    def refuse(*args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)  # file modes do not stop root
    assert look_at(str(folder), "x.jpg").reason == "unreadable: Permission denied"


def test_a_name_is_found_in_its_other_unicode_form(folder):
    on_disk = unicodedata.normalize("NFD", "Straßenbahn é ü.jpg")
    write_picture(folder / on_disk)
    row = look_at(str(folder), unicodedata.normalize("NFC", on_disk))
    assert (row.name, row.reason) == (on_disk, "")


def test_rows_are_in_the_order_of_the_names_whatever_the_workers(folder, monkeypatch):
    monkeypatch.setattr(index_module, "_CHUNK", 2)
    names = [write_picture(folder / f"{number}.png", seed=number).name for number in (5, 3, 9, 1, 7)]
    alone = index(folder, names)
    assert alone.pictures.names == names
    assert_same_index(index_pictures(folder, names, state_dir=folder / "other", workers=3), alone)


def test_good_pictures_are_read_once_and_bad_ones_again(folder, looked):
    names = [write_picture(folder / "a.jpg").name, "b.jpg"]
    first = index(folder, names)
    assert_same_index(index(folder, names), first)
    assert looked == ["a.jpg", "b.jpg", "b.jpg"]
    write_picture(folder / "b.jpg", (20, 10))
    mended = index(folder, names)
    assert not mended.reasons
    assert mended.pictures.image_hw.tolist() == [[48, 64], [10, 20]]
    assert_same_index(index(folder, names), mended)
    assert looked == ["a.jpg", "b.jpg", "b.jpg", "b.jpg"]


def test_fresh_reads_again_what_changed_and_only_that(folder, looked):
    names = [write_picture(folder / name, seed=seed).name for seed, name in enumerate(("a.jpg", "b.jpg", "c.jpg"))]
    index(folder, names)
    write_picture(folder / "b.jpg", (20, 10))
    (folder / "c.jpg").unlink()
    trusted = index(folder, names)
    assert not trusted.reasons
    looked.clear()
    found = index(folder, names, fresh=True)
    assert looked == ["b.jpg", "c.jpg"]
    assert found.pictures.image_hw.tolist()[:2] == [[48, 64], [10, 20]]
    assert found.reasons == {2: "missing: no such file"}


def test_another_list_of_names_is_another_index(folder, looked):
    names = [write_picture(folder / name).name for name in ("a.jpg", "b.jpg")]
    index(folder, names)
    assert index(folder, names[::-1]).pictures.names == ["b.jpg", "a.jpg"]
    assert len(looked) == 4


def test_a_damaged_index_is_made_again(folder, looked):
    names = [write_picture(folder / "a.jpg").name]
    first = index(folder, names)
    (file,) = (folder.parent / "state" / "pictures").iterdir()
    file.write_bytes(file.read_bytes()[:-9])
    assert_same_index(index(folder, names), first)
    assert len(looked) == 2


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_adds_up_to_the_pictures(folder, workers):
    names = [write_picture(folder / f"{number}.png", (4, 4)).name for number in range(70)]
    for _ in range(2):
        done = []
        index(folder, names, workers=workers, progress=done.append)
        assert sum(done) == 70


def test_an_interrupted_pass_stops_at_once_and_keeps_nothing_wrong(folder, monkeypatch):
    monkeypatch.setattr(index_module, "_CHUNK", 1)
    names = [write_picture(folder / f"{number}.png", (4, 4)).name for number in range(20)]

    def interrupt(count):
        if count:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index(folder, names, workers=2, progress=interrupt)
    assert not (folder.parent / "state" / "pictures").exists()
    assert not index(folder, names).reasons
