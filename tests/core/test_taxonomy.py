"""Columns and names of a taxonomy."""

from __future__ import annotations

from tests.factories import TAXONOMY
from unify.core.taxonomy import Taxonomy


def test_a_skipped_id_is_a_column_of_its_own():
    assert TAXONOMY.num_columns == 5


def test_an_empty_taxonomy_has_no_columns():
    assert Taxonomy({}, {}).num_columns == 0


def test_names_come_ascending_by_id_not_as_written():
    taxonomy = Taxonomy({"a": ("late", "early")}, {"late": 9, "early": 2})
    assert list(taxonomy.names.items()) == [(2, "early"), (9, "late")]


def test_every_class_knows_its_task():
    assert TAXONOMY.task_of == {
        "car": "vehicle",
        "truck": "vehicle",
        "pedestrian": "pedestrian",
        "cyclist": "pedestrian",
    }
