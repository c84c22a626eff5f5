from dataclasses import replace

import numpy as np

from tests.records.tables import TAXONOMY, BoxRow, ExampleRow, make_table
from unify.records.counts import Tally, count_table, dataset_classes, no_counts, split_classes, sum_counts
from unify.records.decode import decode_example
from unify.records.example import ExampleEncoder

HUMAN, MACHINE = BoxRow((0, 0, 9, 9), 3), BoxRow((0, 0, 9, 9), 3, source=1)
ROWS = [
    ExampleRow(b"a", labeled={3: 1.0}, boxes=[HUMAN, MACHINE, MACHINE, MACHINE]),
    ExampleRow(b"b", incomplete=frozenset({3, 5}), boxes=[MACHINE]),
    ExampleRow(b"c", labeled={1: 1.0}),
]
ALL = np.ones(3, bool)


def test_states_and_boxes_are_counted_by_class():
    counts = count_table(make_table(ROWS), TAXONOMY, ALL)
    assert counts == {
        "car": {"labeled": 1, "incomplete": 0, "unknown": 2, "boxes": 0, "sources": {}},
        "truck": {"labeled": 0, "incomplete": 0, "unknown": 3, "boxes": 0, "sources": {}},
        "pedestrian": {
            "labeled": 1,
            "incomplete": 1,
            "unknown": 1,
            "boxes": 5,
            "sources": {"human": 1, "pedestrian:v3": 4},
        },
        "cyclist": {"labeled": 0, "incomplete": 1, "unknown": 2, "boxes": 0, "sources": {}},
    }


def test_ignored_regions_are_no_boxes_to_learn_from_in_a_table_and_in_records():
    rows = [ExampleRow(b"a", labeled={3: 1.0}, boxes=[HUMAN, replace(MACHINE, weight=0.0)])]
    table, tally = make_table(rows), Tally()
    head, tail = ExampleEncoder(table, TAXONOMY).encode(0, 1)
    tally.add(decode_example(head + b"a" + tail))
    counts = count_table(table, TAXONOMY, ALL[:1])
    assert counts["pedestrian"]["sources"] == {"human": 1}
    assert tally.counts(TAXONOMY) == counts and tally.boxes == 2  # a record holds both


def test_examples_left_out_do_not_count():
    kept = np.array([False, True, True])
    assert count_table(make_table(ROWS), TAXONOMY, kept) == count_table(make_table(ROWS[1:]), TAXONOMY, ALL[1:])


def test_counting_records_equals_counting_the_table():
    table, tally = make_table(ROWS), Tally()
    encoder = ExampleEncoder(table, TAXONOMY)
    for index, row in enumerate(ROWS):
        head, tail = encoder.encode(index, len(row.picture))
        tally.add(decode_example(head + row.picture + tail))
    assert tally.counts(TAXONOMY) == count_table(table, TAXONOMY, ALL)
    assert (tally.examples, tally.boxes) == (3, 5)


def test_counts_of_parts_add_up_to_the_whole():
    parts = [count_table(make_table([row]), TAXONOMY, ALL[:1]) for row in ROWS]
    assert sum_counts(parts, TAXONOMY) == count_table(make_table(ROWS), TAXONOMY, ALL)
    assert sum_counts([], TAXONOMY) == no_counts(TAXONOMY)


def test_the_auto_label_ratio_is_the_share_of_machine_boxes():
    classes = dataset_classes(count_table(make_table(ROWS), TAXONOMY, ALL))
    assert classes["pedestrian"]["auto_label_ratio"] == 4 / 5
    assert classes["car"]["auto_label_ratio"] == 0  # no box at all


def test_splits_are_told_without_sources():
    assert split_classes(count_table(make_table(ROWS), TAXONOMY, ALL))["pedestrian"] == {
        "labeled": 1,
        "incomplete": 1,
        "unknown": 1,
        "boxes": 5,
    }
