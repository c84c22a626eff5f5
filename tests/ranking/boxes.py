"""Auto-labelers and their boxes without files, for tests of the formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from unify.core.calibrator import Calibrator
from unify.core.predictions import ScoreKind
from unify.ranking.boxes import Bands, LabelerBoxes, LabelerFacts, calibrate

NUM_IDS = 9
Found = tuple[tuple[float, float, float, float], Mapping[int, float]]  # box, unified id -> score, the likeliest first


def make_facts(
    ref: str = "vehicle:v1",
    classes: Sequence[int] = (1, 2),
    kind: ScoreKind = ScoreKind.SIGMOID,
    *,
    accept: float = 0.5,
    reject: float = 0.1,
    calibrators: Mapping[int, Calibrator] | None = None,
    cached: Sequence[str] = (),
) -> LabelerFacts:
    bands = Bands(np.full(NUM_IDS, accept, np.float32), np.full(NUM_IDS, reject, np.float32))
    ids = np.array(classes, np.int32)
    return LabelerFacts(ref, f"{ref:0>64}", kind, ids, bands, calibrators or {}, tuple(cached), answers=1)


def make_boxes(pictures: Sequence[Sequence[Found] | None], facts: LabelerFacts | None = None) -> LabelerBoxes:
    """What an auto-labeler found on each picture; None where it did not look."""
    facts = facts or make_facts()
    found = [(row, *each) for row, several in enumerate(pictures) for each in several or ()]
    width = max([len(scores) for *_, scores in found], default=1)
    listed_ids, listed = np.zeros((len(found), width), np.int32), np.zeros((len(found), width), np.float32)
    for at, (*_, scores) in enumerate(found):
        listed_ids[at, : len(scores)], listed[at, : len(scores)] = list(scores), list(scores.values())
    ids, scores = listed_ids[:, 0], listed[:, 0]
    return LabelerBoxes(
        facts=facts,
        seen=np.array([several is not None for several in pictures]),
        picture=np.array([row for row, *_ in found], np.int64),
        boxes_xyxy=np.array([box for _, box, _ in found], np.float32).reshape(-1, 4),
        class_ids=ids,
        scores=scores,
        probabilities=calibrate(scores, ids, facts.calibrators),
        accept=facts.bands.accept[ids],
        reject=facts.bands.reject[ids],
        listed_ids=listed_ids,
        listed=listed,
        columns={},
        picture_columns={},
    )
