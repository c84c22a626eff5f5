"""The queue that `unify rank` prints is read as it is, and everything wrong with one is said at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from unify.errors import LabelError
from unify.reviewing.queue import Query, read_queue

DIGEST = "ab" * 32


def write(folder: Path, *queries: object) -> Path:
    path = folder / "queue.json"
    path.write_text(json.dumps({"queries": queries}))
    return path


def test_queries_keep_their_order_and_what_is_said_of_them(tmp_path: Path):
    whole = {
        "picture": DIGEST, "task": "vehicle", "score": 0.5, "cost": 3, "difficulty": "hard", "reasons": ["unsure"]
    }  # fmt: skip
    path = write(tmp_path, whole, {"picture": DIGEST, "task": "pedestrian"})
    assert read_queue(path, ["vehicle", "pedestrian"]) == [
        Query(DIGEST, "vehicle", 0.5, 3.0, "hard", ("unsure",)), Query(DIGEST, "pedestrian")
    ]  # fmt: skip


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path):
    good = {"picture": DIGEST, "task": "vehicle"}
    path = write(tmp_path, good, {"task": "vehicle"}, {**good, "task": "vehicles"}, good, {**good, "score": "high"})
    with pytest.raises(LabelError) as raised:
        read_queue(path, ["vehicle"])
    assert str(raised.value).replace(str(path), "QUEUE") == (
        "QUEUE: queries[1]: names no picture\n"
        '  got:      {"task": "vehicle"}\n'
        "  expected: the picture's sha256, 64 hex digits\n\n"
        "QUEUE: queries[2]: unknown task\n"
        "  got:      'vehicles'\n"
        "  expected: one of vehicle\n"
        "  fix:      did you mean 'vehicle'?\n\n"
        "QUEUE: queries[3]: picture and task are in the queue twice\n"
        "  got:      abababababab…, vehicle\n\n"
        "QUEUE: queries[4]: picture and task are in the queue twice\n"
        "  got:      abababababab…, vehicle\n\n"
        "QUEUE: queries[4]: score is not a number\n"
        '  got:      "high"'
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [("", "the queue is not JSON"), ("[]", "is not a queue"), ('{"queries": []}', "the queue is empty")],
)
def test_what_is_no_queue_is_refused(tmp_path: Path, content: str, what: str):
    path = tmp_path / "queue.json"
    path.write_text(content)
    with pytest.raises(LabelError, match=what):
        read_queue(path, ["vehicle"])
    with pytest.raises(LabelError, match="cannot be read: No such file"):
        read_queue(tmp_path / "nothing.json", ["vehicle"])
