"""The two label maps trainers read: the Object Detection API's text protobuf and Model Garden's CSV."""

from __future__ import annotations

import csv
import io

from unify.core.taxonomy import Taxonomy

_ESCAPES = {ord("\\"): "\\\\", ord("'"): "\\'", **{code: f"\\{code:03o}" for code in (*range(0x20), 0x7F)}}


def label_map_pbtxt(taxonomy: Taxonomy) -> str:
    """``StringIntLabelMap`` in protobuf's text format; control characters, quotes and backslashes escaped."""
    return "".join(
        f"item {{\n  id: {class_id}\n  name: '{name.translate(_ESCAPES)}'\n}}\n"
        for class_id, name in taxonomy.names.items()
    )


def label_map_csv(taxonomy: Taxonomy) -> str:
    """``id,name`` rows, no header, as Model Garden's label map decoder demands; quoted as in RFC 4180, ended by LF."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(taxonomy.names.items())
    return out.getvalue()


LABEL_MAPS = {"label_map.pbtxt": label_map_pbtxt, "label_map.csv": label_map_csv}
"""File name -> what renders its text, to be written as UTF-8."""
