"""COCO and LVIS files: what is read, and the exact text of everything that can be wrong with one."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.labels.helpers import assert_same_labels, boxes_of, coco, write_json
from unify.errors import LabelError
from unify.labels import coco as reader
from unify.labels.coco_columns import join_columns, odd_columns, parse_coco, plain_columns
from unify.labels.coco_json import decode_whole
from unify.labels.coco_stream import CocoStream, NotSplittable

TWO = [(1, "a.jpg", 64, 48), (2, "sub/b c é.jpg", 100, 50)]


def read(tmp_path, document):
    return reader.read(write_json(tmp_path / "labels.json", document), tmp_path / "nowhere")


def problems(tmp_path, document):
    with pytest.raises(LabelError) as error:
        read(tmp_path, document)
    return str(error.value).replace(str(tmp_path), "DIR")


def test_boxes_are_grouped_by_picture_whatever_their_order(tmp_path):
    labels = read(tmp_path, coco(TWO, [(2, 1, 0, 0, 5, 5), (1, 3, 1, 2, 3, 4), (2, 2, 9, 9, 1, 1)]))
    assert labels.categories == ("car", "truck", "pedestrian")
    assert labels.file_names == ["a.jpg", "sub/b c é.jpg"]
    assert labels.image_hw.tolist() == [[48, 64], [50, 100]]
    assert boxes_of(labels, 0) == [(2, 1, 2, 4, 6)]
    assert boxes_of(labels, 1) == [(0, 0, 0, 5, 5), (1, 9, 9, 10, 10)]
    assert labels.verified_absent is None and labels.not_exhaustive is None


def test_area_and_crowd_are_kept_and_may_be_missing(tmp_path):
    rows = [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 4, 4], "area": 9.5, "iscrowd": 1},
        {"id": 2, "image_id": 1, "category_id": 1, "bbox": [0, 0, 4, 4], "area": None, "iscrowd": None},
        {"image_id": 1, "category_id": 1, "bbox": [0, 0, 4, 4]},
    ]
    labels = read(tmp_path, coco(TWO, rows))
    np.testing.assert_array_equal(labels.box_area, np.array([9.5, np.nan, np.nan], np.float32))
    assert labels.box_crowd.tolist() == [True, False, False]


def test_a_file_without_boxes_has_pictures(tmp_path):
    labels = read(tmp_path, coco(TWO))
    assert labels.box_offsets.tolist() == [0, 0, 0]
    assert labels.boxes_xyxy.shape == (0, 4)


@pytest.mark.parametrize("ids", [(-5, 10**15), (2**70, 0), ("a", "1"), (1.0, 2.0)])
def test_any_ids_will_do(tmp_path, ids):
    document = coco([(ids[0], "a.jpg"), (ids[1], "b.jpg")], [(ids[1], 1, 0, 0, 1, 1)])
    assert np.diff(read(tmp_path, document).box_offsets).tolist() == [0, 1]


def test_the_text_1_is_not_the_number_1(tmp_path):
    assert "annotation 1 of image 1" in problems(tmp_path, coco([("1", "a.jpg")], [(1, 1, 0, 0, 1, 1)]))


def test_a_missing_or_nan_box_becomes_a_lost_one(tmp_path):
    rows = [
        {"id": 1, "image_id": 1, "category_id": 1},
        {"id": 2, "image_id": 1, "category_id": 1, "bbox": []},
        {"id": 3, "image_id": 1, "category_id": 1, "bbox": [0, float("nan"), 1, 1]},
        {"id": 4, "image_id": 1, "category_id": 1, "bbox": [0, 0, float("inf"), 1]},
        {"id": 5, "image_id": 1, "category_id": 1, "bbox": [0, 0, 1e300, 1]},
        {"id": 6, "image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1]},
    ]
    finite = np.isfinite(read(tmp_path, coco(TWO, rows)).boxes_xyxy).all(axis=1)
    assert finite.tolist() == [False] * 5 + [True]


def test_lvis_lists_are_kept_per_picture(tmp_path):
    images = [
        {"id": 1, "coco_url": "http://images.cocodataset.org/val2017/0001.jpg", "neg_category_ids": [3, 1]},
        {"id": 2, "coco_url": "http://images.cocodataset.org/val2017/0002.jpg", "not_exhaustive_category_ids": [2]},
    ]
    labels = read(tmp_path, coco(images))
    assert labels.file_names == ["val2017/0001.jpg", "val2017/0002.jpg"]
    assert labels.verified_absent.offsets.tolist() == [0, 2, 2]
    assert labels.verified_absent.values.tolist() == [2, 0]
    assert labels.not_exhaustive.offsets.tolist() == [0, 0, 1]
    assert labels.not_exhaustive.values.tolist() == [1]


def test_empty_lvis_lists_still_make_the_file_federated(tmp_path):
    labels = read(tmp_path, coco([{"id": 1, "file_name": "a.jpg", "neg_category_ids": []}]))
    assert labels.verified_absent.values.tolist() == []


def test_broken_json_is_located_by_line_and_column(tmp_path):
    path = tmp_path / "labels.json"
    path.write_text('{"images": [],\n "annotations": [],\n "categories": [}\n')
    with pytest.raises(LabelError) as error:
        reader.read(path, tmp_path)
    assert str(error.value) == (
        f"{path}:3:17: is not JSON: Expecting value\n"
        "  fix:      export the annotations again; the file may have been cut short"
    )


def test_a_file_cut_short_is_located_at_its_end(tmp_path):
    path = tmp_path / "labels.json"
    whole = json.dumps(coco(TWO, [(1, 1, 0, 0, 1, 1)] * 3))
    path.write_text(whole[:-30])
    with pytest.raises(LabelError, match=r"labels\.json:1:\d+: is not JSON"):
        reader.read(path, tmp_path)


def test_bytes_that_are_no_text_are_located(tmp_path):
    path = tmp_path / "labels.json"
    path.write_bytes(b'{"images": [],\n "categories": [{"name": "\xff"}]}')
    with pytest.raises(LabelError) as error:
        reader.read(path, tmp_path)
    assert str(error.value).splitlines()[0] == f"{path}:2:27: is not UTF-8 text: invalid start byte"


def test_a_byte_order_mark_is_harmless(tmp_path):
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(coco(TWO)), encoding="utf-8-sig")
    assert len(reader.read(path, tmp_path).file_names) == 2


def test_a_value_of_the_wrong_type_is_named(tmp_path):
    document = coco(TWO, [{"id": 1, "image_id": 1, "category_id": 1, "bbox": "0 0 1 1"}])
    assert problems(tmp_path, document) == (
        "DIR/labels.json: is not COCO JSON at $.annotations[0].bbox\n  got:      Expected array | null, got str"
    )
    assert problems(tmp_path, [1]).startswith("DIR/labels.json: is not COCO JSON at $\n")


def test_all_missing_keys_are_reported(tmp_path):
    assert problems(tmp_path, {"annotations": []}) == (
        "DIR/labels.json: key 'images' is missing\n"
        "  expected: COCO JSON with images, annotations, categories\n\n"
        "DIR/labels.json: key 'categories' is missing\n"
        "  expected: COCO JSON with images, annotations, categories"
    )


def test_a_file_without_images_is_refused(tmp_path):
    assert problems(tmp_path, coco([])) == "DIR/labels.json: holds no images"


def test_every_contradiction_is_reported_at_once(tmp_path):
    images = [*TWO, (2, "a.jpg"), {"id": 4}, (5, "../secret.jpg"), (6, "/etc/x.jpg"), {"file_name": "z.jpg"}]
    rows = [
        (9, 1, 0, 0, 1, 1),
        (1, 7, 0, 0, 1, 1),
        (1, 1, 0, 0, 1),
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1]},
    ]
    categories = [{"id": 1, "name": "car"}, {"id": 1, "name": "truck"}, {"id": 3}]
    assert problems(tmp_path, coco(images, rows, categories)) == (
        "DIR/labels.json: images without an id: 1\n  got:      z.jpg\n\n"
        "DIR/labels.json: image ids used more than once: 1\n  got:      2\n\n"
        "DIR/labels.json: images without a file_name: 1\n  got:      image 4\n\n"
        "DIR/labels.json: file names that cannot be used: 2\n"
        "  got:      '../secret.jpg' leaves the images folder, '/etc/x.jpg' is absolute\n\n"
        "DIR/labels.json: file names of more than one image: 1\n  got:      a.jpg\n\n"
        "DIR/labels.json: categories without an id or a name: 1\n  got:      id 3, name None\n\n"
        "DIR/labels.json: category ids used more than once: 1\n  got:      1\n\n"
        "DIR/labels.json: annotation ids used more than once: 1\n  got:      1\n\n"
        "DIR/labels.json: annotations of an image that the file does not list: 1\n"
        "  got:      annotation 1 of image 9\n\n"
        "DIR/labels.json: annotations of a category that the file does not list: 1\n"
        "  got:      annotation 2 of category 7\n\n"
        "DIR/labels.json: annotations whose bbox is not four numbers: 1\n"
        "  got:      annotation 3 with [0.0, 0.0, 1.0]"
    )


def test_a_file_of_annotations_without_any_box_is_refused(tmp_path):
    document = coco(TWO, [{"id": 7, "image_id": 1, "category_id": 1}])
    assert problems(tmp_path, document) == (
        "DIR/labels.json: annotations without a bbox, which is all of them: 1\n  got:      annotation 7"
    )


def test_lvis_lists_of_unknown_categories_are_refused(tmp_path):
    document = coco([{"id": 1, "file_name": "a.jpg", "neg_category_ids": [1, 99]}])
    assert problems(tmp_path, document) == (
        "DIR/labels.json: neg_category_ids of a category that the file does not list: 1\n  got:      image 1 names 99"
    )


def test_many_culprits_are_counted_and_the_first_shown(tmp_path):
    text = problems(tmp_path, coco(TWO, [(image, 1, 0, 0, 1, 1) for image in range(100, 2100)]))
    assert "does not list: 2,000\n" in text
    assert "annotation 10 of image 109 and 1,990 more" in text


@st.composite
def documents(draw):
    """COCO documents in any key order and layout, with nested values that could mislead a splitter."""
    num_images = draw(st.integers(1, 5))
    nested = st.sampled_from(
        [[[1.5, 2]], {"counts": [1], "size": [2, 3]}, [{"x": 1}, {"y": 2}], "}, {", '"annotations": [', "}]", None]
    )
    rows = [
        {"segmentation": draw(nested), "id": index, "image_id": draw(st.integers(1, num_images)), "category_id": 1}
        | {"bbox": draw(st.lists(st.integers(0, 50), min_size=4, max_size=4)), "extra": draw(nested)}
        for index in range(draw(st.integers(0, 25)))
    ]
    parts = coco([(index, f"{index}.jpg") for index in range(1, num_images + 1)], rows)
    parts["info"] = {"annotations": draw(st.sampled_from([None, [], [{"id": 1}]]))}
    keys = draw(st.permutations(list(parts)))
    return json.dumps({key: parts[key] for key in keys}, indent=draw(st.sampled_from([None, 1])))


@given(document=documents(), window=st.sampled_from([300, 700, 10_000]))
@settings(deadline=None)
def test_reading_in_pieces_equals_reading_whole_or_declines(tmp_path_factory, document, window):
    path = tmp_path_factory.getbasetemp() / "pieces.json"
    path.write_text(document)
    whole = decode_whole(path)
    stream = CocoStream(path, window)
    try:
        rows = [row for piece in stream.pieces() for row in piece]
        rest = stream.rest()
    except NotSplittable:
        return
    fields = ("id", "image_id", "category_id")
    assert [[getattr(row, key) for key in fields] for row in rows] == [
        [getattr(row, key) for key in fields] for row in whole.annotations
    ]
    assert [list(row.bbox) for row in rows] == [row.bbox for row in whole.annotations]
    assert (rest.images, rest.categories) == (whole.images, whole.categories)


@pytest.mark.parametrize("first", ["images", "annotations", "categories"])
@pytest.mark.parametrize("indent", [None, 2])
def test_ordinary_files_are_read_in_pieces(tmp_path, first, indent):
    document = coco([(1, "a.jpg")], [(1, 1, index, 0, 1, 1) for index in range(50)])
    document = {first: document[first]} | document
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(document, indent=indent))
    stream = CocoStream(path, window=500)
    pieces = list(stream.pieces())
    assert len(pieces) > 5
    assert [row.id for piece in pieces for row in piece] == list(range(1, 51))
    assert len(stream.rest().images) == 1


@pytest.mark.parametrize("window", range(100, 132))
def test_the_key_is_found_across_two_windows(tmp_path, window):
    document = {"info": "x" * 80} | coco([(1, "a.jpg")], [(1, 1, index, 0, 1, 1) for index in range(9)])
    text = json.dumps({key: document[key] for key in ("info", "annotations", "images", "categories")})
    assert 100 <= text.index('"annotations"') + 8 < 132  # the windows cut before, in and behind it
    (tmp_path / "labels.json").write_text(text)
    stream = CocoStream(tmp_path / "labels.json", window)
    assert sum(map(len, stream.pieces())) == 9


def test_files_that_cannot_be_split_are_read_whole(tmp_path):
    rows = [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1], "attributes": [{"a": 1}, {"b": 2}]}]
    path = write_json(tmp_path / "labels.json", coco([(1, "a.jpg")], rows))
    with pytest.raises(NotSplittable):
        list(CocoStream(path).pieces())
    file, columns = parse_coco(path)
    assert columns.ids.tolist() == [1] and len(file.images) == 1


def test_a_nested_key_of_the_same_name_does_not_pass_for_the_annotations(tmp_path):
    row = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1]}
    document = {"info": {"annotations": [row]}} | coco([(1, "a.jpg")], [row | {"id": 2}, row | {"id": 3}])
    stream = CocoStream(write_json(tmp_path / "labels.json", document))
    assert [row.id for piece in stream.pieces() for row in piece] == [1]
    with pytest.raises(NotSplittable):
        stream.rest()
    assert len(read(tmp_path, document).boxes_xyxy) == 2


def test_columns_of_pieces_equal_columns_of_the_whole(tmp_path):
    rows = [
        {
            "id": index,
            "image_id": 1,
            "category_id": 2,
            "bbox": [1, 2, 3, index],
            "area": index / 3,
            "iscrowd": index % 2,
        }
        for index in range(9)
    ]
    path = write_json(tmp_path / "labels.json", coco(TWO, rows))
    plain = [row for piece in CocoStream(path).pieces() for row in piece]
    whole = odd_columns(decode_whole(path).annotations)
    for columns in (plain_columns(plain), join_columns([plain_columns(plain[:4]), plain_columns(plain[4:])])):
        for ours, theirs in zip(columns, whole):
            np.testing.assert_array_equal(ours, theirs)
            assert type(ours) is type(theirs) and getattr(ours, "dtype", None) == getattr(theirs, "dtype", None)


def test_reading_twice_gives_the_same(tmp_path):
    document = coco(TWO, [(1, 1, 0, 0, 1, 1)])
    assert_same_labels(read(tmp_path, document), read(tmp_path, document))
