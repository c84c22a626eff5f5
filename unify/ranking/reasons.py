"""Why a pair was chosen, in words, and the boxes that a person will see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from unify.autolabel.cache import PredictionCache
from unify.core.taxonomy import Taxonomy
from unify.errors import shorten
from unify.ranking import formulas
from unify.ranking.boxes import read_boxes
from unify.ranking.costs import Costs
from unify.ranking.difficulty import Flag, review_flags
from unify.ranking.panels import Panel
from unify.ranking.queue import ShownBox
from unify.ranking.scores import ScoredCandidates

_MOST_BOXES = 5  # that are named


def shown_boxes(
    cache: PredictionCache, panel: Panel, sha256: np.ndarray, unknown: np.ndarray, taxonomy: Taxonomy
) -> list[tuple[ShownBox, ...]]:
    """What auto-labelers found of the classes that are unknown, less what they reject; by picture, the surest first.

    Args:
        cache: their answers.
        panel: who is asked.
        sha256: uint8 [P, 32].
        unknown: bool [P, C + 1]; by unified id.
        taxonomy: names of the classes.
    """
    found: list[list[ShownBox]] = [[] for _ in sha256]
    for labeler in panel.own:
        boxes = read_boxes(cache.read(labeler.fingerprint, sha256, columns=()), labeler)
        flags = review_flags(boxes.probabilities, boxes.reject, boxes.accept)
        near = formulas.least_confidence(boxes.probabilities, boxes.accept)
        for row in np.flatnonzero((flags != Flag.REJECT) & unknown[boxes.picture, boxes.class_ids]).tolist():
            found[boxes.picture[row]].append(
                ShownBox(
                    name=taxonomy.names[int(boxes.class_ids[row])],
                    xyxy=tuple(boxes.boxes_xyxy[row].tolist()),
                    score=float(boxes.probabilities[row]),
                    uncertainty=float(near[row]),
                    review=bool(flags[row] == Flag.REVIEW),
                    autolabeler=labeler.ref,
                )
            )
    return [tuple(sorted(each, key=lambda box: -box.score)) for each in found]


def reasons_of(
    scored: ScoredCandidates,
    place: int,
    boxes: Sequence[ShownBox],
    unknown: Sequence[str],
    known: Sequence[str],
    others: Sequence[str],
    distance: float,
    costs: Costs,
) -> tuple[str, ...]:
    """Why a candidate was chosen, one half sentence each.

    Args:
        scored: the candidates of its task.
        place: which of them.
        boxes: what a person will see.
        unknown: classes of the task that nobody knows there.
        known: classes that people labeled there.
        others: tasks that are asked about the picture as well.
        distance: of its embedding to the nearest picture labeled or chosen before; NaN where nothing is known of it.
        costs: of the task.
    """
    reasons = [f"nobody labeled {shorten(unknown)} here" + (f"; people labeled {shorten(known)}" if known else "")]
    reasons += [f"the picture is asked about {shorten(others)} as well"] if others else []
    reasons += [_measured(name, voices, scored, place) for name, voices in scored.candidates.raw.items()]
    review = [f"{box.name} {box.score:.2f}" for box in boxes if box.review]
    if review:
        one = "1 box is" if len(review) == 1 else f"{len(review)} boxes are"
        reasons.append(f"{one} neither sure nor nothing: {shorten(review, _MOST_BOXES)}")
    shown, hidden = int(scored.candidates.shown[place]), float(scored.candidates.hidden[place])
    reasons.append(
        f"cost {scored.cost[place]:.2f}: look {costs.look:g}, review {shown} × {costs.review:g}, "
        f"draw {hidden:.2f} × {costs.draw:g}; {scored.candidates.expected[place]:.2f} boxes expected"
    )
    if not np.isnan(distance):
        reasons.append(f"distance {distance:.2f} to the nearest picture labeled or chosen before it")
    return tuple(reasons)


def _measured(name: str, voices: Mapping[str, np.ndarray], scored: ScoredCandidates, place: int) -> str:
    values = [(voice, float(column[place])) for voice, column in voices.items() if not np.isnan(column[place])]
    told = ", ".join(f"{value:.3f} ({voice})" if np.isfinite(value) else f"no box ({voice})" for voice, value in values)
    share, task = scored.fractions[name][place], scored.candidates.panel.task
    percent = int(100 * share + 1e-9)  # rounded down: nothing is above all, itself among them
    return f"{name} {told}: above {percent}% of the pictures asked about {task}"
