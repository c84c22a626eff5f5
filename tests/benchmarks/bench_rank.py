"""Scoring a million pictures of 30 boxes and 20 classes by three measures, and spreading 10,000 picks over 40,000.

python -m tests.benchmarks.bench_rank [--pictures 1000000] [--cached 20000] [--picks 10000]

``scores``: from answers in memory to one number a picture and measure, made anew for every batch of pictures as the
cache would hand them over; the same answers over and over, so that making them does not count. ``cache``: the same read
from a cache on disk, fewer pictures. ``k-center``: picks out of a shortlist. Each case runs in a
process of its own, for its peak memory to be its own.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from unify.autolabel.cache import PictureState, PredictionCache, RawPredictions
from unify.autolabel.cache.columns import ColumnSpec
from unify.core.predictions import Prediction, ScoreKind
from unify.ranking.boxes import Bands, LabelerFacts, read_boxes
from unify.ranking.diversity import FarthestFirst, unit_rows
from unify.ranking.measures import find_measures
from unify.ranking.panels import Panel
from unify.ranking.pooling import POOLINGS
from unify.ranking.scoring import PICTURES_AT_ONCE, Book, How

MEASURES = ("least_confidence", "margin", "entropy")
CASES = ("scores", "cache", "k-center")
EMBEDDING = 256
FINGERPRINT = "0" * 64


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=1_000_000)
    parser.add_argument("--cached", type=int, default=20_000, help="pictures of the case that reads a cache")
    parser.add_argument("--boxes-each", type=int, default=30)
    parser.add_argument("--classes", type=int, default=20)
    parser.add_argument("--picks", type=int, default=10_000)
    parser.add_argument("--shortlist", type=int, default=40_000, help="pictures to pick from")
    parser.add_argument("--case", choices=CASES, help="measure this case in this process")
    options = parser.parse_args(arguments)
    if options.case:
        {"scores": measure_scores, "cache": measure_cache, "k-center": measure_k_center}[options.case](options)
        return
    given = list(arguments if arguments is not None else sys.argv[1:])
    for case in CASES:
        subprocess.run([sys.executable, "-m", "tests.benchmarks.bench_rank", *given, "--case", case], check=True)


def measure_scores(options: argparse.Namespace) -> None:
    """All classes are listed of each box, more than a cache keeps."""
    for kind in (ScoreKind.SIGMOID, ScoreKind.SOFTMAX_BACKGROUND):
        answers = make_answers(options, PICTURES_AT_ONCE)
        batches = (answers for _ in range(0, options.pictures, PICTURES_AT_ONCE))
        score("scores", options, kind, batches, options.pictures)


def measure_cache(options: argparse.Namespace) -> None:
    """The eight likeliest classes are listed of each box, as a cache keeps them."""
    with tempfile.TemporaryDirectory() as folder:
        sha256 = fill_cache(Path(folder), options)
        cache = PredictionCache(folder)
        columns = ["topk_classes", "topk_scores"]
        starts = range(0, options.cached, PICTURES_AT_ONCE)
        batches = (
            cache.read(FINGERPRINT, sha256[start : start + PICTURES_AT_ONCE], columns=columns) for start in starts
        )
        score("cache", options, ScoreKind.SIGMOID, batches, options.cached)


def score(
    case: str, options: argparse.Namespace, kind: ScoreKind, batches: Iterator[RawPredictions], pictures: int
) -> None:
    facts = make_facts(options, kind)
    how = How(find_measures(MEASURES), POOLINGS["top5"], np.ones(options.classes + 1, np.float32))
    panel = Panel("task", facts.class_ids, (facts,), (facts,))
    book = Book(panel, how, -(-pictures // PICTURES_AT_ONCE) * PICTURES_AT_ONCE)

    def work() -> None:
        for number, answers in enumerate(batches):
            unknown = np.ones((len(answers), options.classes + 1), bool)
            book.enter(number * PICTURES_AT_ONCE, unknown, [read_boxes(answers, facts)])

    report(case, f"{pictures:,} pictures, {kind}", work, pictures)


def measure_k_center(options: argparse.Namespace) -> None:
    rows = unit_rows(np.random.default_rng(0).normal(size=(options.shortlist, EMBEDDING)))
    walk, allowed = FarthestFirst(rows, np.ones(len(rows))), np.ones(len(rows), bool)

    def work() -> None:
        for _ in range(options.picks):
            allowed[walk.pick(allowed)] = False

    report("k-center", f"{options.picks:,} of {len(rows):,} x {EMBEDDING}", work, options.picks)


def report(case: str, what: str, work: Callable[[], None], items: int) -> None:
    began, processor = time.perf_counter(), time.process_time()
    work()
    wall, processor = time.perf_counter() - began, time.process_time() - processor
    print(
        f"{case:<10}{what:<40}{wall:8.1f} s wall{processor:8.1f} s processor"
        f"{processor / items * 1e6:10.1f} s a million{peak_megabytes():10,.0f} MB at the peak",
        flush=True,
    )


def peak_megabytes() -> float:
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes there, KiB on Linux
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def make_facts(options: argparse.Namespace, kind: ScoreKind) -> LabelerFacts:
    bands = Bands(np.full(options.classes + 1, 0.5, np.float32), np.full(options.classes + 1, 0.1, np.float32))
    return LabelerFacts("bench:v1", FINGERPRINT, kind, np.arange(1, options.classes + 1, dtype=np.int32), bands, {})


def make_answers(options: argparse.Namespace, pictures: int) -> RawPredictions:
    rng = np.random.default_rng(0)
    counts = rng.poisson(options.boxes_each, pictures)
    scores, classes = make_lists(rng, int(counts.sum()), options.classes)
    corners = rng.random((len(scores), 4), np.float32) * 256
    corners[:, 2:] += corners[:, :2] + 1
    specs = (
        ColumnSpec("topk_classes", True, options.classes, "int32"),
        ColumnSpec("topk_scores", True, options.classes, "float32"),
    )
    return RawPredictions(
        sha256=rng.integers(0, 256, (pictures, 32), np.uint8),
        states=np.full(pictures, PictureState.DONE, np.uint8),
        reasons={},
        box_offsets=np.append(0, np.cumsum(counts)),
        boxes_xyxy=corners,
        scores=scores[:, 0].copy(),
        classes=classes[:, 0].copy(),
        columns={"topk_classes": classes, "topk_scores": scores},
        specs=specs,
    )


def make_lists(rng: np.random.Generator, boxes: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores that fall and add up to less than one, and their classes."""
    scores = -np.sort(-rng.dirichlet(np.full(classes, 0.2), boxes).astype(np.float32), axis=1)
    return scores * rng.random((boxes, 1), np.float32), rng.permuted(
        np.tile(np.arange(classes, dtype=np.int32), (boxes, 1)), axis=1
    )


def fill_cache(folder: Path, options: argparse.Namespace) -> np.ndarray:
    """uint8 [P, 32], ascending; pictures of which the cache has an answer."""
    rng = np.random.default_rng(1)
    sha256 = np.sort(rng.integers(0, 256, (options.cached, 32), np.uint8).view("S32"), axis=0).view(np.uint8)
    listed = 8
    with_answers = PredictionCache(folder).writer(FINGERPRINT)
    scores, classes = make_lists(rng, options.boxes_each * 64, options.classes)
    for row in sha256.reshape(-1, 32):
        some = rng.permutation(len(scores))[: options.boxes_each]
        some = some[np.argsort(-scores[some, 0])]
        corners = rng.random((len(some), 4), np.float32) * 256
        corners[:, 2:] += corners[:, :2] + 1
        lists = {"topk_classes": classes[some, :listed], "topk_scores": scores[some, :listed]}
        with_answers.add(row, Prediction(corners, scores[some, 0], classes[some, 0], **lists))
    with_answers.commit()
    return sha256.reshape(-1, 32)


if __name__ == "__main__":
    main()
