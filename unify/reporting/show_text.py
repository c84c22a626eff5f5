"""Facts as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from unify.core.types import JsonObject
from unify.text import table_lines


def fact_lines(content: JsonObject) -> Iterator[str]:
    """What `unify show` prints: of a dataset, an auto-labeler or a batch."""
    yield from {"dataset": _dataset, "autolabeler": _labeler, "batch": _batch}[content["kind"]](content)


def _dataset(content: JsonObject) -> Iterator[str]:
    head = content["headline"]
    splits = ", ".join(f"{split} {each['examples']:,}" for split, each in head["splits"].items())
    yield from _pairs(
        {
            "dataset": head["name"],
            "digest": head["digest"],
            "method": ", ".join(f"{task} {method}" for task, method in head["method"].items()),
            "pictures": f"{head['examples']:,} ({splits})",
            "boxes": f"{head['boxes']:,}, {_percent(head['machine_share'])} by machines",
            "skipped": f"{head['skipped']:,} pictures" if head["skipped"] else "",
        }
    )
    if content["warnings"]:
        yield ""
        yield from (f"warning: {each['text']}" for each in content["warnings"])
    yield from ("", *_coverage(content))
    yield from ("", *_classes(content["classes"]))
    if content["autolabelers"]:
        rows = [
            [each["autolabeler"], f"{each['boxes']:,}", each["calibration"]["status"], each["fingerprint"][:12]]
            + [", ".join(each["trained_on"]) or "-"]
            for each in content["autolabelers"]
        ]
        columns = ["Auto-labeler", "Boxes", "Calibration", "Fingerprint", "Trained on"]
        yield from ("", *table_lines(columns, rows, [False, True, False, False, False]))


def _coverage(content: JsonObject) -> list[str]:
    """The states of every class, in percent of the row's pictures; those that are 0 are left out."""
    classes = [each["class"] for each in content["classes"]]
    rows = [
        [row["name"], f"{row['examples']:,}", *(_cell(row["classes"][name]["shares"]) for name in classes)]
        for row in content["coverage"]
    ]
    table = table_lines(["Coverage", "Pictures", *classes], rows, [False, True, *[False] * len(classes)])
    return [
        *table,
        f"in percent of the pictures: {', '.join(f'{letter} {state}' for state, letter in _LETTERS.items())}",
    ]


_LETTERS = {"labeled": "L", "incomplete": "I", "machine": "M", "assumed": "A", "unknown": "U"}


def _cell(shares: Mapping[str, float]) -> str:
    """``50 L 50 M``."""
    return " ".join(f"{100 * share:.0f} {_LETTERS[state]}" for state, share in shares.items() if share) or "-"


def _classes(classes: Sequence[JsonObject]) -> list[str]:
    rows = [
        [
            each["class"],
            f"{each['human_boxes']:,}",
            f"{each['machine_boxes']:,}",
            _percent(each["auto_label_ratio"]),
            "; ".join(map(_threshold, each["autolabelers"])) or "-",
            _maybe(each["expected"]["precision"]),
            _maybe(each["expected"]["recall"]),
            "-" if each["expected"]["missed"] is None else f"{each['expected']['missed']:,.0f}",
        ]
        for each in classes
    ]
    columns = ["Class", "Human", "Machine", "Ratio", "Threshold", "Precision", "Recall", "Missed"]
    return table_lines(columns, rows, [False, True, True, True, False, True, True, True])


def _threshold(filler: JsonObject) -> str:
    """``hard 0.5``; ``soft 0.1``, from which score on a box is a label."""
    return f"{filler['method']} {filler['threshold'] if filler['threshold'] is not None else filler['low']:g}"


def _labeler(content: JsonObject) -> Iterator[str]:
    calibration = content["calibration"]
    yield from _pairs(
        {
            "auto-labeler": content["autolabeler"] + (" (default)" if content["default"] else ""),
            "classes": ", ".join(content["classes"]),
            "adapter": content["adapter"],
            "path": content["path"] or "",
            "fingerprint": content["fingerprint"] or f"unknown: {content['note']}",
            "thresholds": ", ".join(f"{name} {value:g}" for name, value in content["thresholds"].items()),
            "trained on": ", ".join(content["trained_on"]) or "nobody registered it",
            "metrics": ", ".join(f"{name} {value:g}" for name, value in content["metrics"].items()),
            "calibration": calibration["note"] or f"on {calibration['pictures']:,} pictures, {_errors(calibration)}",
            "registered": content["registered"],
        }
    )
    if calibration["classes"]:
        yield from ("", *_calibrated(calibration["classes"]))


def _errors(calibration: JsonObject) -> str:
    before, after = calibration["d_ece_before"], calibration["d_ece_after"]
    return f"calibration error {_maybe(before)} before, {_maybe(after)} after"


def _calibrated(classes: Mapping[str, JsonObject]) -> list[str]:
    rows = [
        [name, f"{each['threshold']:g}", f"{each['low']:g}", _percent(each["precision"]), _percent(each["recall"])]
        + [f"{each['boxes']:,}", "yes" if each["usable"] else "no"]
        for name, each in classes.items()
    ]
    columns = ["Class", "Threshold", "Low", "Precision", "Recall", "Boxes", "Usable"]
    return table_lines(columns, rows, [False, True, True, True, True, True, False])


def _batch(content: JsonObject) -> Iterator[str]:
    locked = content["locked"]
    yield from _pairs(
        {
            "batch": content["batch"],
            "split": content["split"],
            "annotations": f"{content['annotations']} ({content['format']})",
            "images": content["images"],
            "labeled": ", ".join(content["labeled_classes"]),
            "class map": ", ".join(f"{name} → {to}" for name, to in content["class_map"].items()),
            "ignored": ", ".join(content["ignore_categories"]),
            "pictures": f"{content['pictures']:,}",
            "boxes": f"{content['boxes']:,}",
            "changed": ", ".join(f"{what} {number:,}" for what, number in content["changed"].items()),
            "skipped": f"{len(content['skipped']):,} pictures" if content["skipped"] else "",
            "locked": locked["annotations"] if locked else "not yet",
            "trained": ", ".join(content["trained"]),
            "notes": content["notes"],
            "registered": content["registered"],
        }
    )
    if content["warnings"]:
        yield ""
        yield from (f"warning: {text}" for text in content["warnings"])
    keys = ("labeled", "incomplete", "unknown", "boxes")
    rows = [[each["class"], *(f"{each[key]:,}" for key in keys)] for each in content["classes"]]
    yield from ("", *table_lines(["Class", *map(str.capitalize, keys)], rows, [False, True, True, True, True]))


def _pairs(values: Mapping[str, str]) -> Iterator[str]:
    """One line a value that is not empty."""
    width = max(map(len, values)) + 2
    yield from (f"{name:<{width}}{value}" for name, value in values.items() if value)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _maybe(share: float | None) -> str:
    return "-" if share is None else _percent(share)
