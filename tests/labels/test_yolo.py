"""YOLO folders: class names found near by, pictures without a file, every bad line in one error."""

import pytest

from tests.labels.helpers import boxes_of
from unify.errors import LabelError
from unify.labels import yolo


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "labels").mkdir()

    def make(files, pictures=("a.jpg",)):
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        for name in pictures:
            (tmp_path / "images" / name).touch()
        return tmp_path

    return make


def read(folder):
    return yolo.read(folder / "labels", folder / "images")


def problems(folder):
    with pytest.raises(LabelError) as error:
        read(folder)
    return str(error.value).replace(str(folder), "DIR")


def test_lines_become_corners_as_fractions(folder):
    labels = read(folder({"labels/classes.txt": "car\ntruck\n", "labels/a.txt": "1 0.5 0.25 0.5 0.5\n\n0 0 0 0 0\n"}))
    assert labels.normalized
    assert labels.categories == ("car", "truck")
    assert boxes_of(labels, 0) == [(1, 0.25, 0, 0.75, 0.5), (0, 0, 0, 0, 0)]


def test_every_picture_of_the_folder_belongs_to_it(folder):
    pictures = ["a.jpg", "b.PNG", "c.jpeg"]
    labels = read(folder({"labels/classes.txt": "car", "labels/b.txt": "0 .5 .5 1 1"}, pictures))
    assert labels.file_names == pictures
    assert labels.box_offsets.tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(
    "files",
    [
        {"labels/classes.txt": "car\r\ntruck\r\n"},
        {"labels/obj.names": "car\ntruck"},
        {"data.yaml": "names: [car, truck]\nnc: 2"},
        {"data.yaml": "names: {0: car, 1: truck}"},
    ],
)
def test_names_are_found_in_the_folder_or_above_it(folder, files):
    labels = read(folder(files | {"labels/a.txt": "1 .5 .5 1 1"}))
    assert labels.categories == ("car", "truck")
    assert labels.box_category.tolist() == [1]


def test_class_ids_may_have_gaps(folder):
    labels = read(folder({"data.yaml": "names: {7: truck, 3: car}", "labels/a.txt": "7 .5 .5 1 1"}))
    assert labels.categories == ("car", "truck")
    assert labels.box_category.tolist() == [1]


def test_the_digest_covers_the_names(folder):
    made = folder({"data.yaml": "names: [car]", "labels/a.txt": "", "labels/b.txt": ""})
    files = [path.relative_to(made).as_posix() for path in yolo.annotation_files(made / "labels")]
    assert files == ["labels/a.txt", "labels/b.txt", "data.yaml"]


def test_every_bad_line_and_file_is_reported(folder):
    lines = "0 .5 .5 1 1\n0 .5 .5 1\n0 .5 .5 1 x\n2 .5 .5 1 1\n0.0 .5 .5 1 1"
    files = {"labels/classes.txt": "car", "labels/a.txt": lines, "labels/gone.txt": "", "labels/two.txt": ""}
    assert problems(folder(files, ["a.jpg", "two.jpg", "two.png"])) == "\n\n".join(
        [
            "DIR/labels/gone.txt: has no picture",
            "DIR/labels/two.txt: could mean any of two.jpg, two.png",
            "DIR/labels/a.txt:2: expected class, x-centre, y-centre, width, height, found 4 fields\n"
            "  got:      0 .5 .5 1",
            "DIR/labels/a.txt:3: expected a whole number and four numbers\n  got:      0 .5 .5 1 x",
            "DIR/labels/a.txt:4: class 2 is not named in classes.txt\n  got:      2 .5 .5 1 1",
            "DIR/labels/a.txt:5: expected a whole number and four numbers\n  got:      0.0 .5 .5 1 1",
        ]
    )


def test_more_problems_than_a_screen_holds_are_counted(folder):
    text = problems(folder({"labels/classes.txt": "car", "labels/a.txt": "x\n" * 30}))
    assert text.count("found 1 fields") == 20
    assert text.endswith("\n\nand 10 more")


def test_missing_names_say_where_was_looked(folder):
    assert problems(folder({})) == (
        "DIR/labels: the names of the classes are missing\n"
        f"  expected: one of classes.txt, obj.names, data.yaml in one of DIR/labels, DIR, {folder({}).parent}"
    )


@pytest.mark.parametrize("text", ["names: 3", "- car", "names: {car: 0}", "nc: 2", "a: [", ""])
def test_a_names_file_without_names_is_refused(folder, text):
    assert problems(folder({"data.yaml": text})).startswith("DIR/data.yaml: ")


def test_a_folder_without_pictures_is_refused(folder):
    assert problems(folder({"labels/classes.txt": "car"}, [])) == "DIR/images: holds no pictures"


def test_a_file_that_is_no_text_is_reported(folder):
    made = folder({"labels/classes.txt": "car"})
    (made / "labels/a.txt").write_bytes(b"\xff\xfe")
    assert problems(made).startswith("DIR/labels/a.txt: cannot be read: 'utf-8' codec")
