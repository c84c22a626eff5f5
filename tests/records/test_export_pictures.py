from dataclasses import replace

import pytest

from tests.records.scenes import encode, noise
from tests.records.tables import ExampleRow, write_dataset
from unify.core.types import PictureFormat
from unify.errors import DatasetError, OutputError
from unify.records.decode import iterate_examples
from unify.records.export_pictures import exported_name, save_picture


def example_of(tmp_path, row):
    write_dataset(tmp_path / "dataset", tmp_path / "pictures", {"train": [[row]]})
    (example,) = iterate_examples(tmp_path / "dataset")
    return example


def test_the_name_is_task_batch_and_file_of_the_first_batch(tmp_path):
    row = ExampleRow(filename="rainy nights/año 1.JPG", batches=("vehicle:b2", "pedestrian:b1"))
    assert exported_name(example_of(tmp_path, row)) == "vehicle/b2/rainy nights/año 1.JPG"


def test_a_transcoded_picture_ends_in_png_and_meets_no_neighbour(tmp_path):
    webp = encode(noise(0), "WEBP")
    example = example_of(tmp_path, ExampleRow(webp, "rain/a.webp", format=PictureFormat.OTHER))
    assert exported_name(example) == f"vehicle/b1/rain/a.{example.sha256[:8]}.png"


def test_a_png_under_a_wrong_extension_keeps_the_name_its_owner_gave_it(tmp_path):
    example = example_of(tmp_path, ExampleRow(encode(noise(0)), "a.jpg", format=PictureFormat.PNG))
    assert exported_name(example) == "vehicle/b1/a.jpg"


@pytest.mark.parametrize("filename", ["../../etc/passwd", "/etc/passwd", "a/../../../b.jpg", "a\0.jpg"])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path, filename):
    example = replace(example_of(tmp_path, ExampleRow()), filename=filename)
    with pytest.raises(DatasetError, match="the picture's name leaves the folder"):
        exported_name(example)


def test_an_equal_file_is_left_alone(tmp_path):
    save_picture(tmp_path, "a/b/c.jpg", b"pixels")
    before = (tmp_path / "a/b/c.jpg").stat()
    save_picture(tmp_path, "a/b/c.jpg", b"pixels")
    assert (tmp_path / "a/b/c.jpg").stat().st_ino == before.st_ino
    assert [path.name for path in (tmp_path / "a/b").iterdir()] == ["c.jpg"]


def test_another_file_is_never_overwritten(tmp_path):
    (tmp_path / "c.jpg").write_bytes(b"holiday")
    with pytest.raises(OutputError) as caught:
        save_picture(tmp_path, "c.jpg", b"pixels")
    assert str(caught.value) == (
        f"{tmp_path}/c.jpg: another file stands where a picture should go\n"
        "  fix:      choose another folder for the pictures"
    )
    assert (tmp_path / "c.jpg").read_bytes() == b"holiday"


def test_a_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be written: "):
        save_picture(tmp_path, "a/c.jpg", b"pixels")


def test_a_long_name_is_written(tmp_path):
    save_picture(tmp_path, (name := "ü" * 125 + ".jpg"), b"pixels")
    assert [path.name for path in tmp_path.iterdir()] == [name]
