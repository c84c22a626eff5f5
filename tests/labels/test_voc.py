"""VOC folders: pictures found by name or stem, coordinates as written, every bad file in one error."""

import pytest

from tests.labels.helpers import boxes_of
from unify.errors import LabelError
from unify.labels import voc

BOX = "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3.5</xmax><ymax>4</ymax></bndbox>"


def xml(filename="a.jpg", objects=f"<object><name>car</name>{BOX}</object>", size=(64, 48)):
    width, height = size
    return (
        f"<annotation><filename>{filename}</filename><size><width>{width}</width><height>{height}</height></size>"
        f"{objects}</annotation>"
    )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "xml").mkdir()
    (tmp_path / "images").mkdir()

    def make(files, pictures=()):
        for name, text in files.items():
            (tmp_path / "xml" / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        for name in pictures:
            (tmp_path / "images" / name).parent.mkdir(exist_ok=True)
            (tmp_path / "images" / name).touch()
        return tmp_path

    return make


def read(folder):
    return voc.read(folder / "xml", folder / "images")


def problems(folder):
    with pytest.raises(LabelError) as error:
        read(folder)
    return str(error.value).replace(str(folder), "DIR")


def test_objects_are_read_as_they_are_written(folder):
    parts = f"<part><name>wheel</name>{BOX}</part>"
    objects = (
        f"<object><name> truck </name><difficult>1</difficult>{BOX}{parts}</object>"
        f"<object><name>car</name>{BOX}</object>"
    )
    labels = read(folder({"b.xml": xml("b.jpg", ""), "a.xml": xml("a.jpg", objects)}, ["a.jpg", "b.jpg"]))
    assert labels.file_names == ["a.jpg", "b.jpg"]
    assert labels.categories == ("truck", "car")
    assert boxes_of(labels, 0) == [(0, 1, 2, 3.5, 4), (1, 1, 2, 3.5, 4)]
    assert boxes_of(labels, 1) == []
    assert labels.box_difficult.tolist() == [True, False]
    assert labels.image_hw.tolist() == [[48, 64], [48, 64]]


def test_a_missing_size_is_unknown(folder):
    text = f"<annotation><filename>a.jpg</filename><object><name>car</name>{BOX}</object></annotation>"
    assert read(folder({"a.xml": text}, ["a.jpg"])).image_hw.tolist() == [[0, 0]]


@pytest.mark.parametrize("written", ["img.jpg", "img", "", "other.jpg"])
def test_a_picture_is_found_by_the_stem_of_its_xml(folder, written):
    assert read(folder({"img.xml": xml(written)}, ["img.JPG"])).file_names == ["img.JPG"]


def test_the_written_name_goes_before_the_stem(folder):
    assert read(folder({"a.xml": xml("b.jpg")}, ["a.jpg", "b.jpg"])).file_names == ["b.jpg"]


def test_a_picture_in_a_folder_below_is_found(folder):
    assert read(folder({"a.xml": xml("sub\\b.jpg")}, ["sub/b.jpg"])).file_names == ["sub/b.jpg"]


def test_a_picture_that_is_nowhere_keeps_its_name_to_be_reported_missing(folder):
    assert read(folder({"a.xml": xml("gone.jpg")})).file_names == ["gone.jpg"]


def test_files_other_than_xml_are_left_alone(folder):
    assert read(folder({"a.xml": xml(), "notes.txt": "?", "._a.xml": "junk"}, ["a.jpg"])).file_names == ["a.jpg"]


def test_nan_coordinates_are_kept_for_cleaning(folder):
    objects = f"<object><name>car</name>{BOX.replace('3.5', 'nan')}</object>"
    assert str(read(folder({"a.xml": xml(objects=objects)}, ["a.jpg"])).boxes_xyxy[0, 2]) == "nan"


def test_every_bad_file_is_reported(folder):
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb">]><annotation>&b;</annotation>'
    files = {
        "a.xml": xml("pic.jpg"),
        "b.xml": xml("pic.jpg"),
        "c.xml": "<annotation>",
        "d.xml": "<html/>",
        "e.xml": bomb,
        "f.xml": xml().encode("utf-16"),
        "g.xml": xml("no_g.jpg", f"<object>{BOX}</object>"),
        "h.xml": xml("no_h.jpg", "<object><name>car</name></object>"),
        "i.xml": xml("no_i.jpg", size=("wide", 48)),
        "j.xml": xml("../x.jpg"),
        "k.xml": xml(""),
        "l.xml": xml("missing.jpg"),
        "m.xml": xml("no_m.jpg", size=("inf", 48)),
    }
    text = problems(folder(files, ["pic.jpg", "l.jpg", "l.png"]))
    assert text == "\n\n".join(
        [
            "DIR/xml/b.xml: describes 'pic.jpg', as a.xml does",
            "DIR/xml/c.xml: is not XML: no element found: line 1, column 12",
            "DIR/xml/d.xml: is not VOC XML: its root is <html>, not <annotation>",
            "DIR/xml/e.xml: is not plain VOC XML: it has a DOCTYPE or is not UTF-8",
            "DIR/xml/f.xml: is not plain VOC XML: it has a DOCTYPE or is not UTF-8",
            "DIR/xml/g.xml: object 1 has no <name>",
            "DIR/xml/h.xml: <bndbox/xmin> of an object is '', not a number",
            "DIR/xml/i.xml: <size/width> of an annotation is 'wide', not a number",
            "DIR/xml/j.xml: <filename> '../x.jpg' leaves the images folder",
            "DIR/xml/k.xml: has no <filename>, and no picture is called 'k'",
            "DIR/xml/l.xml: could mean any of l.jpg, l.png: <filename> names none of them",
            "DIR/xml/m.xml: <size> is inf x 48.0",
        ]
    )


def test_a_folder_without_xml_is_refused(folder):
    assert problems(folder({})) == "DIR/xml: holds no XML file"
