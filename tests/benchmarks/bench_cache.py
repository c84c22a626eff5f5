"""The prediction cache against one JSON file a picture and against SQLite: space, writing, reading, look-ups.

python -m tests.benchmarks.bench_cache [--pictures 100000] [--repeats 3]

Eight boxes a picture on average, as a detector gives them, kept to the last bit. Writing takes predictions one by one
and ends when the disk has them; reading gives all of them as arrays, in the order of the digests. SQLite keeps the
arrays' bytes in one row a picture, with a write-ahead log and 1,000 rows a transaction; JSON files are not synced.
Look-ups ask for the state of every picture of a cache of a million, sorted by digest or not; they are timed by the
processor's clock.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from tests.benchmarks.measure import alternate, cost_of, print_figures, print_ratio, this_module
from tests.benchmarks.options import add_work
from unify.autolabel.cache import PictureState, PredictionCache
from unify.autolabel.cache.commit import commit_segment
from unify.autolabel.cache.table import blank_table
from unify.core.predictions import Prediction

FINGERPRINT = "ab" * 32
BOXES_EACH = 8
IMAGE_HW = (480, 640)
LOOK_UPS = 1_000_000
FILES_AT_MOST = 10_000  # JSON files: enough to know their rate
ROWS_A_TRANSACTION = 1_000


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--measure", choices=MEASUREMENTS, help="measure this in this process")
    add_work(parser)
    options = parser.parse_args(arguments)
    if options.measure:
        MEASUREMENTS[options.measure](options.work / f"cache-{options.measure}", options.pictures)
        return
    compare(options.work, options.pictures, options.repeats)


def compare(work: Path, pictures: int, repeats: int) -> None:
    command = partial(this_module, "bench_cache", "--work", work, "--pictures", str(pictures), "--measure")
    costs = alternate({name: partial(cost_of, command(name)) for name in MEASUREMENTS}, repeats)
    figures = {name: [json.loads(cost.output.splitlines()[-1]) for cost in rounds] for name, rounds in costs.items()}
    for name, rounds in figures.items():
        for what in rounds[0]:
            unit = "B" if what == "bytes a picture" else "ns"
            print_figures(f"{name}: {what}", unit, [each[what] for each in rounds])
    ours = figures["cache"]
    for baseline in ("json", "sqlite"):
        for what in ("bytes a picture", "writing", "reading"):
            theirs = [each[what] for each in figures[baseline]]
            print_ratio(f"{baseline} / cache: {what}", theirs, [each[what] for each in ours], bar="")
    for how, bar in (("sorted", ">= 1"), ("shuffled", "")):
        took = [each[how] for each in figures["look-ups"]]
        print_ratio(f"a microsecond / one look-up, {how}", [1000.0] * repeats, took, bar)


def detections(rng: np.random.Generator) -> Prediction:
    """Boxes of any size and place, cut off at the border; many low scores, few classes."""
    count = rng.poisson(BOXES_EACH)
    limits = np.array([IMAGE_HW[1], IMAGE_HW[0]] * 2, np.float32)
    centres, sizes = rng.random((count, 2)) * limits[:2], np.exp(rng.normal(3.6, 0.9, (count, 2)))
    boxes = np.clip(np.hstack([centres - sizes / 2, centres + sizes / 2]), 0, limits).astype(np.float32)
    scores = -np.sort(-rng.beta(0.6, 2, count)).astype(np.float32)
    return Prediction(boxes, scores, rng.choice(5, count, p=[0.5, 0.2, 0.15, 0.1, 0.05]).astype(np.int32))


def measured(
    folder: Path,
    pictures: int,
    write: Callable[[Path, np.ndarray, list[Prediction]], None],
    read: Callable[[Path, np.ndarray], int],
) -> None:
    """Print nanoseconds a picture, and bytes."""
    rng = np.random.default_rng(0)
    sha256 = rng.integers(0, 256, (pictures, 32), np.uint8)
    predictions = [detections(rng) for _ in range(pictures)]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    began = time.perf_counter()
    write(folder, sha256, predictions)
    written = time.perf_counter()
    boxes = read(folder, sha256[np.lexsort(sha256.T[::-1])])
    ended = time.perf_counter()
    if boxes != sum(map(len, predictions)):
        raise SystemExit(f"read {boxes} boxes")
    num_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    seconds = {"writing": written - began, "reading": ended - written}
    each = {what: value * 1e9 / pictures for what, value in seconds.items()}
    print(json.dumps({**each, "bytes a picture": num_bytes / pictures}))
    shutil.rmtree(folder)


def measure_cache(folder: Path, pictures: int) -> None:
    def write(root: Path, sha256: np.ndarray, predictions: list[Prediction]) -> None:
        with PredictionCache(root).writer(FINGERPRINT) as writer:
            for key, prediction in zip(sha256, predictions):
                writer.add(key, prediction)

    def read(root: Path, sha256: np.ndarray) -> int:
        return len(PredictionCache(root).read(FINGERPRINT, sha256).scores)

    measured(folder, pictures, write, read)


def measure_json(folder: Path, pictures: int) -> None:
    def write(root: Path, sha256: np.ndarray, predictions: list[Prediction]) -> None:
        for key, prediction in zip(sha256, predictions):
            content = {name: values.tolist() for name, values in arrays_of(prediction).items()}
            name = key.tobytes().hex()
            (root / name[:2]).mkdir(exist_ok=True)
            (root / name[:2] / f"{name}.json").write_text(json.dumps(content))

    def read(root: Path, sha256: np.ndarray) -> int:
        boxes = 0
        for key in sha256:
            name = key.tobytes().hex()
            content = json.loads((root / name[:2] / f"{name}.json").read_text())
            boxes += len(np.array(content["boxes_xyxy"], np.float32))
            np.array(content["scores"], np.float32), np.array(content["classes"], np.int32)
        return boxes

    measured(folder, min(pictures, FILES_AT_MOST), write, read)


def measure_sqlite(folder: Path, pictures: int) -> None:
    def write(root: Path, sha256: np.ndarray, predictions: list[Prediction]) -> None:
        database = sqlite3.connect(root / "cache.db", isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute(
            "CREATE TABLE p (sha256 BLOB PRIMARY KEY, boxes BLOB, scores BLOB, classes BLOB) WITHOUT ROWID"
        )
        for start in range(0, len(predictions), ROWS_A_TRANSACTION):
            some = slice(start, start + ROWS_A_TRANSACTION)
            database.execute("BEGIN")
            rows = (
                (key.tobytes(), *(values.tobytes() for values in arrays_of(prediction).values()))
                for key, prediction in zip(sha256[some], predictions[some])
            )
            database.executemany("INSERT INTO p VALUES (?, ?, ?, ?)", rows)
            database.execute("COMMIT")
        database.close()

    def read(root: Path, sha256: np.ndarray) -> int:
        database = sqlite3.connect(root / "cache.db")
        boxes = 0
        for key in sha256:
            found = database.execute(
                "SELECT boxes, scores, classes FROM p WHERE sha256 = ?", (key.tobytes(),)
            ).fetchone()
            boxes += len(np.frombuffer(found[0], np.float32)) // 4
            np.frombuffer(found[1], np.float32), np.frombuffer(found[2], np.int32)
        database.close()
        return boxes

    measured(folder, pictures, write, read)


def arrays_of(prediction: Prediction) -> dict[str, np.ndarray]:
    return {name: getattr(prediction, name) for name in ("boxes_xyxy", "scores", "classes")}


def measure_look_ups(folder: Path, pictures: int) -> None:
    """Nanoseconds a look-up; the index is in memory."""
    rng = np.random.default_rng(0)
    sha256 = rng.integers(0, 256, (LOOK_UPS, 32), np.uint8)
    shutil.rmtree(folder, ignore_errors=True)
    cache = PredictionCache(folder)
    for part in np.split(sha256, 20):
        ordered = part[np.lexsort(part.T[::-1])]
        zeros = np.zeros(len(ordered), np.int32)
        commit_segment(
            cache.store, FINGERPRINT, blank_table(ordered, zeros.astype(np.uint8) + PictureState.DONE, zeros, ())
        )
    opened = PredictionCache(folder)
    began = time.process_time()
    opened.index(FINGERPRINT)
    figures = {"reading the index": (time.process_time() - began) * 1e9 / LOOK_UPS}
    for how, asked in (("sorted", sha256[np.lexsort(sha256.T[::-1])]), ("shuffled", sha256)):
        began = time.process_time()
        states = opened.states(FINGERPRINT, asked)
        figures[how] = (time.process_time() - began) * 1e9 / LOOK_UPS
        if not states.all():
            raise SystemExit("a picture was not found")
    print(json.dumps(figures))
    shutil.rmtree(folder)


MEASUREMENTS = {
    "cache": measure_cache,
    "json": measure_json,
    "sqlite": measure_sqlite,
    "look-ups": measure_look_ups,
}


if __name__ == "__main__":
    main()
