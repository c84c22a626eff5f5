"""Segments: some thousand answers as one Parquet file, sorted by digest. README.md has the layout.

Nothing is rounded. Numbers are split into their bytes before they are compressed (Parquet's BYTE_STREAM_SPLIT), for
signs and exponents of floats are alike where their mantissas are noise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from unify.autolabel.cache.columns import SEGMENT_COLUMNS, ColumnSpec
from unify.autolabel.cache.index import SegmentKeys
from unify.autolabel.cache.table import PictureState, RawPredictions, owned_boxes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    import pyarrow.parquet as pq

_ROWS_A_GROUP = 4096  # what is decoded for a single picture; fewer would cost space: 1,024 five bytes a picture more
_COMPRESSION_LEVEL = 1  # level 9 would save one byte a picture and take five times as long
_STORED_AS = {"bool": "uint8", "float16": "uint16"}  # whose bytes Parquet cannot split


def encode_segment(table: RawPredictions) -> bytes:
    """The file of a table whose digests ascend and whose pictures are all done or failed."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    reasons = [table.reasons.get(row, "") for row in range(len(table))]
    counts = np.diff(table.box_offsets)
    arrays = {
        "sha256": pa.FixedSizeBinaryArray.from_buffers(pa.binary(32), len(table), [None, pa.py_buffer(table.sha256)]),
        "state": pa.array(table.states),
        "reason": pa.array(reasons, pa.string()),
        "num_boxes": pa.array(counts.astype(np.int32)),
        "boxes_xyxy": _lists(table.boxes_xyxy, counts),
        "scores": _lists(table.scores, counts),
        "classes": _lists(table.classes, counts),
    }
    for spec in table.specs:
        values = table.columns[spec.name].view(_stored(spec))
        one_each = np.ones(len(table), np.int64)
        scalar = not spec.per_box and spec.width is None
        arrays[spec.name] = pa.array(values) if scalar else _lists(values, counts if spec.per_box else one_each)
    schema = pa.schema([pa.field(name, array.type, nullable=False) for name, array in arrays.items()])
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.Table.from_arrays(list(arrays.values()), schema=schema),
        sink,
        row_group_size=_ROWS_A_GROUP,
        compression="zstd",
        compression_level=_COMPRESSION_LEVEL,
        use_dictionary=["reason"],
        use_byte_stream_split=True,
        write_statistics=False,
        store_schema=False,
    )
    return sink.getvalue().to_pybytes()


def decode_keys(data: bytes) -> SegmentKeys:
    """Digests and sizes of a whole segment; everything else stays compressed."""
    table = _open(data).read(["sha256", "state", "num_boxes"], use_threads=False).combine_chunks()
    return SegmentKeys(
        keys=_digests(table).view("S32").reshape(-1),
        states=_numbers(table, "state"),
        num_boxes=_numbers(table, "num_boxes"),
    )


def decode_rows(data: bytes, rows: np.ndarray, specs: Sequence[ColumnSpec]) -> RawPredictions:
    """Some rows of a segment.

    Args:
        data: the file.
        rows: int [R]; in any order, also repeatedly.
        specs: the optional columns to read, out of those in the segment's marker.
    """
    file = _open(data)
    groups, local = _groups_of(file, rows)
    wanted = [*SEGMENT_COLUMNS, *(spec.name for spec in specs)]
    table = file.read_row_groups(groups, wanted, use_threads=False).combine_chunks()
    offsets = np.append(0, np.cumsum(_numbers(table, "num_boxes"), dtype=np.int64))
    boxes = owned_boxes(offsets, local)
    states = _numbers(table, "state")[local]
    failed = np.flatnonzero(states == PictureState.FAILED)
    return RawPredictions(
        sha256=_digests(table)[local],
        states=states,
        reasons={int(row): table["reason"][int(local[row])].as_py() for row in failed},
        box_offsets=np.append(0, np.cumsum(np.diff(offsets)[local])),
        boxes_xyxy=_numbers(table, "boxes_xyxy").reshape(-1, 4)[boxes],
        scores=_numbers(table, "scores")[boxes],
        classes=_numbers(table, "classes")[boxes],
        columns={
            spec.name: _column(table, spec, offsets[-1])[boxes]
            if spec.per_box
            else _column(table, spec, len(table))[local]
            for spec in specs
        },
        specs=tuple(specs),
    )


def _open(data: bytes) -> pq.ParquetFile:
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pq.ParquetFile(pa.BufferReader(data))


def _lists(values: np.ndarray, counts: np.ndarray) -> pa.Array:
    """One list a picture: as many cells as it has boxes, each of one number or several."""
    import pyarrow as pa

    width = values.shape[1] if values.ndim > 1 else 1
    numbers = pa.array(np.ascontiguousarray(values).reshape(-1))
    kind = pa.list_(pa.field("element", numbers.type, nullable=False))
    offsets = np.append(0, np.cumsum(counts) * width).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), numbers, type=kind)


def _numbers(table: pa.Table, name: str) -> np.ndarray:
    """All numbers of a column, whether it holds lists or not."""
    # Arrow's own `to_numpy` and `flatten` import pandas, where there is one, and all compute functions: half a second.
    column = table[name].combine_chunks()
    if not hasattr(column, "offsets"):
        return np.from_dlpack(column)
    offsets = np.from_dlpack(column.offsets)
    return np.from_dlpack(column.values)[offsets[0] : offsets[-1]]


def _column(table: pa.Table, spec: ColumnSpec, num_cells: int) -> np.ndarray:
    return _numbers(table, spec.name).view(spec.dtype).reshape(spec.shape(num_cells))


def _digests(table: pa.Table) -> np.ndarray:
    """uint8 [R, 32]; a copy that owns its bytes."""
    column = table["sha256"].combine_chunks()
    flat = np.frombuffer(column.buffers()[1], np.uint8)
    return flat[column.offset * 32 : (column.offset + len(column)) * 32].reshape(-1, 32).copy()


def _stored(spec: ColumnSpec) -> str:
    return _STORED_AS.get(spec.dtype, spec.dtype)


def _groups_of(file: pq.ParquetFile, rows: np.ndarray) -> tuple[list[int], np.ndarray]:
    """The row groups that hold some rows, and where the rows are in what these groups hold together."""
    sizes = np.array([file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)], np.int64)
    starts = np.append(0, np.cumsum(sizes))
    group = np.searchsorted(starts, rows, side="right") - 1
    groups = np.unique(group)
    read_starts = np.zeros(len(sizes), np.int64)
    read_starts[groups] = np.append(0, np.cumsum(sizes[groups]))[:-1]
    return groups.tolist(), rows - starts[group] + read_starts[group]
