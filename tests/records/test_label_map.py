import csv
import io

from tests.records.tables import TAXONOMY
from tests.records.tensorflow import needs_tensorflow
from unify.core.taxonomy import Taxonomy
from unify.records.label_map import label_map_csv, label_map_pbtxt

ODD_NAMES = ["it's", 'a "b", c', "back\\slash", "straße 車", "tab\tand\nline", " space ", "\x01" + "7"]
ODD = Taxonomy({"odd": tuple(ODD_NAMES)}, {name: 10 - number for number, name in enumerate(ODD_NAMES)})


def test_the_text_map_is_what_the_object_detection_api_reads():
    assert label_map_pbtxt(TAXONOMY) == (
        "item {\n  id: 1\n  name: 'car'\n}\n"
        "item {\n  id: 2\n  name: 'truck'\n}\n"
        "item {\n  id: 3\n  name: 'pedestrian'\n}\n"
        "item {\n  id: 5\n  name: 'cyclist'\n}\n"
    )


def test_the_csv_map_has_ids_and_names_and_no_header():
    assert label_map_csv(TAXONOMY) == "1,car\n2,truck\n3,pedestrian\n5,cyclist\n"


def test_odd_names_survive_the_csv_map():
    rows = list(csv.reader(io.StringIO(label_map_csv(ODD))))
    assert rows == [[str(class_id), name] for class_id, name in ODD.names.items()]


@needs_tensorflow
def test_odd_names_survive_the_text_map():
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

    file = descriptor_pb2.FileDescriptorProto(name="label_map.proto", syntax="proto2")
    field = descriptor_pb2.FieldDescriptorProto
    item = file.message_type.add(name="Item")
    item.field.add(name="name", number=1, type=field.TYPE_STRING, label=field.LABEL_OPTIONAL)
    item.field.add(name="id", number=2, type=field.TYPE_INT32, label=field.LABEL_OPTIONAL)
    label_map = file.message_type.add(name="LabelMap")
    label_map.field.add(name="item", number=1, type=field.TYPE_MESSAGE, type_name=".Item", label=field.LABEL_REPEATED)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    parsed = message_factory.GetMessageClass(pool.FindMessageTypeByName("LabelMap"))()
    text_format.Merge(label_map_pbtxt(ODD), parsed)
    assert {item.id: item.name for item in parsed.item} == ODD.names
