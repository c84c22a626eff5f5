"""Who knows what of a class on a picture; pure.

A record says `labeled` or `incomplete`, whoever it was that looked. A person's box, a machine's box and an absence
weight below 1 tell who; where a picture has none of them, the registration of its batches does.
"""

from __future__ import annotations

import numpy as np

from unify.core.types import State
from unify.reporting.columns import DatasetNames, Knowledge, PictureColumns


def who_knows(columns: PictureColumns, names: DatasetNames) -> np.ndarray:
    """uint8 [P, C]: `Knowledge` of every class on every picture.

    One case cannot be told from a record: a class of a federated file that the batch declares, that nobody searched on
    this picture, and that ``hard`` filled with no box. It counts as labeled.
    """
    own = np.where(columns.state == State.LABELED, Knowledge.LABELED, Knowledge.INCOMPLETE).astype(np.uint8)
    by_hand, by_machine = _with_boxes(columns, ~columns.machine), _with_boxes(columns, columns.machine)
    declared = columns.in_batch.astype(np.int64) @ names.labeled_by_batch.astype(np.int64) > 0
    unsure = (columns.state == State.LABELED) & (columns.absence_weight < 1)
    fillable = names.filled & np.isin(names.splits, names.manifest["auto_label_splits"])[columns.split][:, None]
    return np.select(
        [
            columns.state == State.UNKNOWN,
            by_hand & ~(names.naive & ~declared),
            by_machine | unsure,
            declared,
            np.broadcast_to(names.naive, own.shape),
            fillable,
        ],
        [
            np.uint8(Knowledge.UNKNOWN),
            own,
            np.uint8(Knowledge.MACHINE),
            own,
            np.uint8(Knowledge.ASSUMED),
            np.uint8(Knowledge.MACHINE),
        ],
        own,
    )


def _with_boxes(columns: PictureColumns, wanted: np.ndarray) -> np.ndarray:
    """bool [P, C]: the picture has a box of the class among those ``wanted`` (bool [N])."""
    found = np.zeros(columns.state.shape, bool)
    found[columns.box_picture[wanted], columns.box_class[wanted]] = True
    return found
