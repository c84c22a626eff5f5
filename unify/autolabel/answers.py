"""From an answer that keeps the contract to a prediction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from unify.autolabel.class_scores import declared_scores, listed_scores, read_classes, strongest, top_k
from unify.autolabel.classes import ClassTable
from unify.autolabel.contract import KNOWN_KEYS, Breach, NotFinite, read_column, read_numbers, read_scores
from unify.core.boxes import box_areas, clip_boxes
from unify.core.nms import suppress
from unify.core.predictions import Failure, Prediction, ScoreKind
from unify.errors import did_you_mean, shorten


def read_answer(answer: Any, table: ClassTable, *, score_kind: ScoreKind, score_floor: float) -> Prediction | Failure:
    """One answer as arrays: boxes as given, less those under the floor and of classes that are not wanted.

    Raises:
        Breach: the answer is not what the contract asks for.
    """
    given = _given(answer)
    _check_keys(given, score_kind)
    try:
        prediction = _as_prediction(given, table, score_kind)
    except NotFinite as error:
        return Failure(f"answered {error} that are not finite")
    # Written so that a score that is not a number is kept, and found.
    kept = take_boxes(prediction, np.flatnonzero(~(prediction.scores < score_floor) & (prediction.classes >= 0)))
    broken = _not_finite(kept)
    return Failure(f"answered {' and '.join(broken)} that are not finite") if broken else kept


def finish(prediction: Prediction, image_hw: tuple[int, int], *, nms_iou: float | None, most: int) -> Prediction:
    """The prediction as it is kept: suppressed, clipped to the picture, no empty boxes, the best first and only."""
    if nms_iou is None:
        rows = np.argsort(-prediction.scores, kind="stable")
    else:
        rows = suppress(prediction.boxes_xyxy, prediction.scores, prediction.classes, nms_iou)
    ordered = take_boxes(prediction, rows)
    clipped = replace(ordered, boxes_xyxy=clip_boxes(ordered.boxes_xyxy, np.array(image_hw)))
    return take_boxes(clipped, np.flatnonzero(box_areas(clipped.boxes_xyxy) > 0)[:most])


def take_boxes(prediction: Prediction, rows: np.ndarray) -> Prediction:
    """The prediction with these boxes only, in this order."""

    def taken(values: np.ndarray | None) -> np.ndarray | None:
        return None if values is None else values[rows]

    return Prediction(
        boxes_xyxy=prediction.boxes_xyxy[rows],
        scores=prediction.scores[rows],
        classes=prediction.classes[rows],
        topk_classes=taken(prediction.topk_classes),
        topk_scores=taken(prediction.topk_scores),
        embedding=prediction.embedding,
        box_embeddings=taken(prediction.box_embeddings),
        columns={name: values[rows] if values.ndim else values for name, values in prediction.columns.items()},
    )


def _given(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, Mapping):
        expected = "a dict with boxes, scores and classes"
        raise Breach("did not answer a dict for each picture", got=f"a {type(answer).__name__}", expected=expected)
    return {str(key): value for key, value in answer.items() if value is not None}


def _check_keys(answer: Mapping[str, Any], score_kind: ScoreKind) -> None:
    pairs = [("topk_classes", "topk_scores"), ("topk_scores", "topk_classes")]
    needed = ["boxes"] + ([] if "class_scores" in answer and "scores" not in answer else ["scores", "classes"])
    missing = [key for key in (*needed, *(b for a, b in pairs if a in answer)) if key not in answer]
    if missing:
        keys = list(answer)
        got = f"the keys {shorten(keys)}" if keys else "no keys"
        what = f"answered without {' and '.join(repr(key) for key in missing)}"
        raise Breach(what, got=got, fix=did_you_mean(missing[0], [key for key in keys if key not in KNOWN_KEYS]))
    said = answer.get("score_kind", score_kind)
    if said != score_kind:
        what, fix = "answered scores of another kind than its options say", f"set 'score_kind: {said}' in its options"
        raise Breach(what, got=f"'{said}'", expected=f"'{score_kind}'", fix=fix)


def _as_prediction(answer: Mapping[str, Any], table: ClassTable, score_kind: ScoreKind) -> Prediction:
    boxes = read_numbers(answer, "boxes", (None, 4))
    count = len(boxes)
    wanted: np.ndarray | None = None
    if "class_scores" in answer:
        columns = read_scores(answer, "class_scores", (count, None))
        wanted, rival = declared_scores(columns, table, score_kind)
    if "scores" in answer:
        scores = read_scores(answer, "scores", (count,))
        classes = read_classes(answer["classes"], "classes", (count,), table)
    else:
        scores, classes = strongest(wanted, rival)
    if "topk_scores" in answer:
        listed = read_scores(answer, "topk_scores", (count, None))
        wanted = listed_scores(
            read_classes(answer["topk_classes"], "topk_classes", listed.shape, table), listed, len(table.declared)
        )
    has_list = wanted is not None and len(table.declared) > 1
    topk_classes, topk_scores = top_k(wanted) if has_list else (None, None)
    return Prediction(
        boxes_xyxy=boxes,
        scores=scores,
        classes=classes,
        topk_classes=topk_classes,
        topk_scores=topk_scores,
        embedding=read_numbers(answer, "embedding", (None,)) if "embedding" in answer else None,
        box_embeddings=read_numbers(answer, "box_embeddings", (count, None)) if "box_embeddings" in answer else None,
        columns={name: read_column(answer, name, count) for name in answer if name not in KNOWN_KEYS},
    )


def _not_finite(prediction: Prediction) -> list[str]:
    numbers = {
        "boxes": prediction.boxes_xyxy,
        "scores": prediction.scores,
        "topk_scores": prediction.topk_scores,
        "embedding": prediction.embedding,
        "box_embeddings": prediction.box_embeddings,
    }
    return [name for name, values in numbers.items() if values is not None and not np.isfinite(values).all()]
