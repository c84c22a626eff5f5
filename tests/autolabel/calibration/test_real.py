"""A real detector's recorded output against real labels: its makers' own number, and sane thresholds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.autolabel.calibration.cases import table_of
from tests.factories import make_batch, make_taxonomy
from tests.real_data import real
from unify.autolabel.calibration.fit import fit_calibration
from unify.autolabel.calibration.match import Matches, match_predictions
from unify.autolabel.calibration.thresholds import make_curve


@pytest.fixture(scope="module")
def indoor() -> tuple[Matches, list[str]]:
    """Matches of the recorded detections, and the class names."""
    folder = real("indoor")
    drawn = {path.stem: read_rows(path) for path in sorted((folder / "ground-truth").glob("*.txt"))}
    names = sorted({row[0] for rows in drawn.values() for row in rows})
    taxonomy = make_taxonomy({"indoor": names})
    pictures = {
        word: {name: [box_of(row[1:5]) for row in rows if row[0] == name] for name in names}
        for word, rows in drawn.items()
    }
    humans = make_batch("indoor:b1", pictures, taxonomy=taxonomy)
    found = [read_found(folder / "detection-results" / f"{word}.txt", names) for word in drawn]
    ids = list(taxonomy.ids.values())
    return match_predictions(humans, table_of(*found, class_ids=ids), ids), names


def read_rows(path: Path) -> list[list[str]]:
    return [line.split() for line in path.read_text().splitlines() if line.strip()]


def read_found(path: Path, names: list[str]) -> list[tuple[int, tuple[float, ...], float]]:
    rows = [row for row in read_rows(path) if row[0] in names]
    return sorted(((names.index(row[0]), box_of(row[2:6]), float(row[1])) for row in rows), key=lambda row: -row[2])


def box_of(texts: list[str]) -> tuple[float, ...]:
    return tuple(map(float, texts))


def average_precision(matches: Matches, index: int) -> float:
    """Area under the curve of precision made monotone, all points."""
    mine = matches.take(matches.class_index == index)
    curve = make_curve(mine.scores, mine.right, int(matches.boxes[index]))
    envelope = np.maximum.accumulate(curve.precision()[::-1])[::-1]
    return float((np.diff(curve.recall(), prepend=0) * envelope).sum())


def test_mean_average_precision_is_that_of_the_makers_evaluator(indoor):
    matches, names = indoor
    scores = [average_precision(matches, index) for index in range(len(names))]
    assert 100 * np.mean(scores) == pytest.approx(31.05, abs=0.05)  # theirs counts a pixel more on every side


def test_few_boxes_make_few_classes_usable(indoor):
    matches, names = indoor
    calibration = fit_calibration(matches, names, autolabeler="indoor:v1", fingerprint="0f", batches=["indoor:b1"])
    usable = set(names) - set(calibration.unusable)
    assert {"chair", "sofa", "tvmonitor"} <= usable < set(names)
    for name in usable:
        cut = calibration.classes[name].thresholds
        assert cut.precision >= cut.precision_bound >= 0.5
    assert calibration.quality.d_ece_after < calibration.quality.d_ece_before
