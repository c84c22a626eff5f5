"""Columns in a file: named NumPy arrays and lists of text as one Arrow IPC file, memory-mapped when read.

Each column is a list in a single row, so that columns of different lengths share a file and come back without a copy.
Files appear whole or not at all, and a damaged one reads as absent: both kinds kept here can be made again.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from unify.files import write_whole

Column = np.ndarray | list[str]

_CHECKSUM_BYTES = 4


def save_columns(path: Path, columns: Mapping[str, Column]) -> None:
    """Write columns and their checksum to a temporary file beside ``path`` and rename it.

    Args:
        path: the file; its folder is made where missing.
        columns: name -> one-dimensional array of numbers or bools, or list of text.
    """
    arrays = {name: _to_arrow(column) for name, column in columns.items()}
    batch = pa.record_batch(list(arrays.values()), names=list(arrays))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    write_whole(path, (body := sink.getvalue()), zlib.crc32(body).to_bytes(_CHECKSUM_BYTES, "little"))


def load_columns(path: Path) -> dict[str, Column] | None:
    """Columns of a file as read-only views into it; None where it is absent or damaged."""
    try:
        with pa.memory_map(str(path)) as source:
            content = source.read_buffer()
    except (OSError, pa.ArrowException):
        return None
    body = content.slice(0, max(content.size - _CHECKSUM_BYTES, 0))
    if zlib.crc32(body).to_bytes(_CHECKSUM_BYTES, "little") != bytes(content[-_CHECKSUM_BYTES:]):
        return None
    batch = pa.ipc.open_file(pa.BufferReader(body)).get_batch(0)
    return {name: _from_arrow(batch.column(name).values) for name in batch.schema.names}


def _to_arrow(column: Column) -> pa.Array:
    if isinstance(column, np.ndarray):
        # Arrow packs bools eight to a byte, which a view cannot undo.
        values = pa.array(column.view(np.uint8) if column.dtype == np.bool_ else column)
    else:
        values = pa.array(column, pa.large_string())
    return pa.LargeListArray.from_arrays([0, len(values)], values)


def _from_arrow(values: pa.Array) -> Column:
    # Arrow's own `to_numpy` imports pandas where there is one: half a second.
    return values.to_pylist() if pa.types.is_large_string(values.type) else np.from_dlpack(values)
