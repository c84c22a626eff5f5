import contextlib
import io
import json

from pycocotools.coco import COCO

from tests.records.scenes import encode, noise
from tests.records.tables import TAXONOMY, BoxRow, ExampleRow, write_dataset
from unify.core.taxonomy import Taxonomy
from unify.core.types import BatchRef, PictureFormat, State
from unify.labels.read import read_batch
from unify.records.export import export_dataset
from unify.registry.objects import Batch

LABELED, INCOMPLETE, UNKNOWN = State.LABELED, State.INCOMPLETE, State.UNKNOWN


def export(tmp_path, *rows, to="coco"):
    write_dataset(tmp_path / "dataset", tmp_path / "files", {"train": [rows]})
    report = export_dataset(tmp_path / "dataset", to=to, output=tmp_path / "out.json")
    return json.loads((tmp_path / "out.json").read_text()), report


def test_one_picture_word_by_word(tmp_path):
    row = ExampleRow(
        labeled={1: 1.0, 2: 1.0},
        incomplete=frozenset({3}),
        boxes=[BoxRow((10, 20, 60, 50), 1, area=1500.0), BoxRow((0, 0, 20, 40), 3, area=800.0, crowd=True)],
    )
    content, report = export(tmp_path, row)
    (image,) = content["images"]
    assert len(image.pop("sha256")) == 64
    assert image == {
        "id": 1,
        "file_name": "vehicle/b1/a.jpg",
        "width": 200,
        "height": 100,
        "split": "train",
        "neg_category_ids": [2],
        "not_exhaustive_category_ids": [3],
    }
    common = {"image_id": 1, "segmentation": []}
    assert content["annotations"] == [
        {"id": 1, "category_id": 1, "bbox": [10, 20, 50, 30], "area": 1500, "iscrowd": 0, **common},
        {"id": 2, "category_id": 3, "bbox": [0, 0, 20, 40], "area": 800, "iscrowd": 1, **common},
    ]
    assert content["categories"][0] == {"id": 1, "name": "car", "supercategory": "vehicle"}
    assert [category["id"] for category in content["categories"]] == [1, 2, 3, 5]
    assert report.warnings == (
        "1 (picture, class) pairs are unknown, and plain COCO says absent: "
        "use a trainer that honours neg_category_ids, or export to lvis",
    )


def test_everything_known_needs_no_warning(tmp_path):
    _, report = export(tmp_path, ExampleRow(labeled=dict.fromkeys(TAXONOMY.names, 1.0)))
    assert report.warnings == ()


def test_a_machines_absence_loses_its_weight_with_a_warning(tmp_path):
    trust = dict.fromkeys(TAXONOMY.names, 1.0) | {3: 0.8, 5: 0.8}
    content, report = export(tmp_path, ExampleRow(labeled=trust, boxes=[BoxRow((0, 0, 9, 9), 5, source=1)]))
    assert content["images"][0]["neg_category_ids"] == [1, 2, 3]
    assert content["images"][0]["not_exhaustive_category_ids"] == [5]
    assert report.warnings == (
        "1 (picture, class) pairs are absent on a machine's word and lose how far that is trusted",
    )


def test_pycocotools_loads_the_same_boxes(tmp_path):
    rows = [
        ExampleRow(b"\xff\xd8 one", "one.jpg", labeled={1: 1.0}, boxes=[BoxRow((10, 20, 60, 50), 1)]),
        ExampleRow(b"\xff\xd8 two", "two.jpg", labeled={1: 1.0}),
        ExampleRow(b"\xff\xd8 three", "three.jpg", labeled={5: 1.0}, boxes=[BoxRow((1, 2, 4, 8), 5)] * 2),
    ]
    export(tmp_path, *rows)
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(tmp_path / "out.json"))
    boxes = {
        image["file_name"]: [(box["category_id"], box["bbox"]) for box in coco.imgToAnns[image_id]]
        for image_id, image in coco.imgs.items()
    }
    assert boxes == {
        "vehicle/b1/one.jpg": [(1, [10.0, 20.0, 50.0, 30.0])],
        "vehicle/b1/two.jpg": [],
        "vehicle/b1/three.jpg": [(5, [1.0, 2.0, 3.0, 6.0])] * 2,
    }


def test_registered_again_the_export_has_the_states_and_boxes_it_had(tmp_path):
    rows = [
        ExampleRow(
            encode(noise(1)),
            "with everything.png",
            image_hw=(24, 32),
            format=PictureFormat.PNG,
            labeled={1: 1.0, 2: 1.0},
            incomplete=frozenset({3, 5}),
            boxes=[BoxRow((1, 2, 9, 20), 1), BoxRow((0, 0, 32, 24), 1, crowd=True), BoxRow((3, 3, 30, 9.5), 3)],
        ),
        ExampleRow(encode(noise(2)), "nothing.png", image_hw=(24, 32), format=PictureFormat.PNG, labeled={5: 1.0}),
    ]
    write_dataset(tmp_path / "dataset", tmp_path / "files", {"train": [rows]})
    output, pictures = tmp_path / "out.json", tmp_path / "pictures"
    export_dataset(tmp_path / "dataset", to="coco", output=output, pictures=pictures)

    everything = tuple(TAXONOMY.names.values())
    taxonomy = Taxonomy({"all": everything}, TAXONOMY.ids)
    batch = Batch(BatchRef("all", "b1"), output, pictures, labeled_classes=everything)
    labels = read_batch(batch, taxonomy, state_dir=tmp_path / "state").labels
    assert labels.state.tolist() == [
        [LABELED, LABELED, INCOMPLETE, UNKNOWN, INCOMPLETE],
        [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, LABELED],
    ]
    assert labels.boxes_xyxy.tolist() == [[1, 2, 9, 20], [0, 0, 32, 24], [3, 3, 30, 9.5]]
    assert labels.box_class.tolist() == [1, 1, 3]
    assert labels.box_crowd.tolist() == [False, True, False]
