"""The lineage graph laid out."""

import re

from tests.reporting.page.content import LINEAGE
from unify.reporting.page.flow import NODE_HEIGHT, NODE_WIDTH, lay_out


def placed():
    return {node.id: node for node in lay_out(LINEAGE["nodes"], LINEAGE["edges"]).nodes}


def test_levels_are_columns_and_nothing_overlaps():
    nodes = placed()
    columns = [nodes[name].x for name in ("vehicle:b1", "person:b1", "person:v1", "unified/adas")]
    assert columns[0] == columns[1] < columns[2] - NODE_WIDTH < columns[3] - 2 * NODE_WIDTH
    assert nodes["person:b1"].y - nodes["vehicle:b1"].y > NODE_HEIGHT


def test_ribbons_are_as_wide_as_their_boxes_and_touch_their_nodes_side_by_side():
    flow = lay_out(LINEAGE["nodes"], LINEAGE["edges"])
    assert len({ribbon.width for ribbon in flow.ribbons}) == 1  # 15 boxes each
    ends = [float(re.search(r"([\d.]+)$", flow.ribbons[index].path)[1]) for index in (0, 1, 3)]  # into the dataset
    gaps = [round(high - low, 1) for low, high in zip(sorted(ends), sorted(ends)[1:])]
    assert gaps == [round(flow.ribbons[0].width, 1)] * 2


def test_a_ribbon_that_passes_a_column_goes_around_its_nodes():
    nodes, flow = placed(), lay_out(LINEAGE["nodes"], LINEAGE["edges"])
    labeler = nodes["person:v1"]
    for ribbon in flow.ribbons[:2]:
        lane = float(re.search(r"([\d.]+)H", ribbon.path)[1])
        assert not labeler.y <= lane <= labeler.y + NODE_HEIGHT


def test_colours_tell_people_from_machines():
    assert [each.kind for each in lay_out(LINEAGE["nodes"], LINEAGE["edges"]).ribbons] == [
        "human", "human", "machine", "machine",
    ]  # fmt: skip


def test_a_long_name_is_shortened_and_kept_in_full_beside():
    node = {**LINEAGE["nodes"][0], "title": "a" * 40}
    (shown,) = lay_out([node], []).nodes
    assert (len(shown.shown), shown.title) == (24, "a" * 40)


def test_a_dataset_without_labels_is_one_node():
    flow = lay_out([LINEAGE["nodes"][3]], [])
    assert (len(flow.nodes), flow.ribbons) == (1, [])
