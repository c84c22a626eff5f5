"""A small report as ``report.json`` holds it, and its pictures. Some names do their worst to become markup."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

EVIL = '</script><img src=x onerror="window.broken=1">\'&{{ 7 * 7 }}'
CAR, PERSON = "car", EVIL
STATES = ["labeled", "incomplete", "machine", "assumed", "unknown"]
DIGEST = "0123456789abcdef" * 4
PICTURES = 30
IMAGE_HW = (60, 80)


def picture_file(number: int = 0, image_hw: tuple[int, int] = IMAGE_HW, kind: str = "JPEG", **options: Any) -> bytes:
    """A picture of coloured stripes."""
    rows, columns = np.mgrid[: image_hw[0], : image_hw[1]]
    pixels = np.stack([columns * 3, rows * 4, np.full_like(rows, number * 8)], axis=-1) % 256
    file = BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, kind, **options)
    return file.getvalue()


def pictures(picture_id: str) -> bytes:
    """The stored file of a picture of `report_content`."""
    return picture_file(int(picture_id) - 10**18)


def box(name: str, xyxy: tuple[float, ...], source: str = "human", weight: float = 1.0, score: float = 1.0) -> dict:
    """One box as in the gallery."""
    return {
        "class": name,
        "xyxy": list(xyxy),
        "source": source,
        "machine": source != "human",
        "weight": weight,
        "box_weight": weight,
        "score": score,
        "crowd": False,
        "difficult": False,
        "ignored": weight == 0,
    }


def picture(number: int) -> dict[str, Any]:
    """Even pictures are of vehicle:b1 (car labeled, person by machine), odd ones of person:b1 (car unknown)."""
    even = number % 2 == 0
    boxes = [box(CAR, (4, 4, 40, 30))] if even else [box(PERSON, (10, 10, 20, 50))]
    if even:
        boxes.append(box(PERSON, (50, 10, 60, 40), "person:v1", weight=round(number / PICTURES, 2), score=0.75))
    return {
        "id": str(10**18 + number),
        "file": EVIL if number == 2 else f"picture_{number}.jpg",
        "batches": ["vehicle:b1" if even else "person:b1"],
        "split": "train" if number < 20 else "val",
        "width": IMAGE_HW[1],
        "height": IMAGE_HW[0],
        "bytes": 1000,
        "format": "jpeg",
        "boxes": boxes,
        "states": {
            **{state: [] for state in STATES},
            "labeled": [CAR] if even else [PERSON],
            "machine" if even else "unknown": [PERSON] if even else [CAR],
        },
        "absence": {PERSON: 0.25} if even else {},
        "sources": ["human", "person:v1"] if even else ["human"],
        "weights": [boxes[1]["weight"]] * 2 if even else None,
        "difficulty": None if even else ("easy", "medium", "hard")[number % 3],
        "uncertainty": None if even else round(number / PICTURES, 2),
    }


def report_content(num_pictures: int = PICTURES, **changes: Any) -> dict[str, Any]:
    """``report.json``; ``changes`` replace whole keys."""
    return {
        "format": "unify-report",
        "version": 1,
        "headline": _HEADLINE,
        "warnings": [{"kind": "self_training", "text": f"trained on {EVIL}", "classes": [EVIL], "count": 3}],
        "states": STATES,
        "bins": _BINS,
        "tasks": [
            {"task": "vehicle", "method": "partial", "classes": [CAR]},
            {"task": "person", "method": "soft", "classes": [PERSON]},
        ],
        "batches": [_batch("vehicle:b1", [CAR]), _batch("person:b1", [PERSON])],
        "coverage": [
            _row("all", "all pictures", {"labeled": 0.5, "unknown": 0.5}, {"labeled": 0.5, "machine": 0.5}),
            _row("split", "train", {"labeled": 0.5, "unknown": 0.5}, {"labeled": 0.5, "machine": 0.5}),
            _row("split", "val", {"labeled": 0.5, "unknown": 0.5}, {"labeled": 0.5, "machine": 0.5}),
            _row("task", "vehicle", {"labeled": 1.0}, {"machine": 1.0}),
            _row("task", "person", {"unknown": 1.0}, {"labeled": 1.0}),
            _row("batch", "vehicle:b1", {"labeled": 1.0}, {"machine": 1.0}),
            _row("batch", "person:b1", {"unknown": 1.0}, {"labeled": 1.0}),
        ],
        "classes": [_class(CAR, 1, human=15, machine=0), _class(PERSON, 2, human=15, machine=15)],
        "autolabelers": [_labeler()],
        "skipped": [{"batch": "person:b1", "picture": EVIL, "reason": "truncated"}],
        "failed": [],
        "gallery": {"asked": 200, "sampled": False, "pictures": [picture(number) for number in range(num_pictures)]},
        "difficulty": _difficulty(num_pictures),
        "lineage": LINEAGE,
        "compare": None,
        **changes,
    }


def compare_content() -> dict[str, Any]:
    """What changed from another dataset: one class came, one picture differs."""
    boxes = {"human_boxes": 15, "machine_boxes": 0, "auto_label_ratio": 0.0}
    before = {**picture(0), "boxes": picture(0)["boxes"][:1]}
    return {
        "against": {"name": f"old {EVIL}", "digest": DIGEST},
        "same": False,
        "method": [{"task": "person", "before": "partial", "after": "soft"}],
        "batches": [{"name": "person:b1", "change": "added", "details": []}],
        "autolabelers": [{"name": "person:v1", "change": "changed", "details": [EVIL]}],
        "thresholds": [{"class": PERSON, "autolabeler": "person:v1", "before": None, "after": "soft, 0.1"}],
        "splits": [{"split": "train", "before": 10, "after": 20}],
        "classes": [
            {"class": CAR, "before": boxes, "after": boxes, "pictures": 0},
            {"class": PERSON, "before": None, "after": {**boxes, "machine_boxes": 15}, "pictures": 1},
        ],
        "pictures": {"both": 10, "only_before": 0, "only_after": 20, "differ": 1},
        "examples": [{"id": picture(0)["id"], "classes": [PERSON], "before": before, "after": picture(0)}],
    }


def trial_content() -> dict[str, Any]:
    """A trial as ``trial.html`` gets it."""
    cell = {"mean": 0.8, "low": 0.75, "high": 0.85, "n": 2, "values": [0.79, 0.81]}
    lone = {"mean": 0.6, "low": None, "high": None, "n": 1, "values": [0.6]}
    rows = [
        {"name": name, "labeled_share": 0.5, "machine_share": 0.25, "cells": {"partial": lone, "soft": cell}}
        for name in (CAR, EVIL, "all")
    ]
    difference = {
        "better": "soft",
        "worse": "partial",
        "mean": 0.2,
        "low": 0.1,
        "high": 0.3,
        "n": 2,
        "verdict": "shown",
    }
    whole = {**difference, "strictly": True, "p": 0.01, "p_holm": 0.02, "shown": True, "pictures": None}
    point = {**difference, "metric": "f1", "title": "F1", "class": EVIL, "ratio": 0.5, "labeled_share": 0.5}
    return {
        "name": f"trial {EVIL}",
        "methods": ["partial", "soft"],
        "classes": [CAR, EVIL],
        "warnings": [EVIL],
        "seeds": {"partial": [0], "soft": [0, 1]},
        "detector": {"steps": 100},
        "datasets": {"partial": DIGEST, "soft": DIGEST},
        "evaluation": DIGEST,
        "tables": [{"metric": metric, "title": metric.upper(), "rows": rows} for metric in ("f1", "ap50")],
        "contrasts": [{**whole, "metric": "f1", "title": "F1", "name": "all"}],
        "gains": [point, {**point, "class": CAR, "ratio": None}],
        "losses": [{"method": "soft", "seed": 0, "steps": [50, 100], "values": [3.0, 0.5]}],
    }


def _difficulty(num_pictures: int) -> dict[str, Any]:
    """Every odd picture is rated."""
    levels = {}
    for level in ("easy", "medium", "hard"):
        ids = [picture(number)["id"] for number in range(num_pictures) if picture(number)["difficulty"] == level]
        levels[level] = {"pictures": len(ids), "bins": [len(ids), 0], "examples": ids[:2]}
    rated = sum(of["pictures"] for of in levels.values())
    return {"note": None if rated else f"nobody scored {EVIL}", "rated": rated, "levels": levels}


def _batch(name: str, labeled: list[str]) -> dict[str, Any]:
    counts = dict.fromkeys(("pictures", "boxes", "examples", "human_boxes", "machine_boxes", "skipped"), 15)
    digests = {"annotations": DIGEST, "pictures_digest": DIGEST, "changed": {}}
    return {"batch": name, "task": name.split(":")[0], "split": "train", "labeled_classes": labeled} | counts | digests


def _row(kind: str, name: str, car: dict[str, float], person: dict[str, float]) -> dict[str, Any]:
    cells = {
        of: {"pictures": {}, "shares": {state: shares.get(state, 0.0) for state in STATES}}
        for of, shares in ((CAR, car), (PERSON, person))
    }
    return {"kind": kind, "name": name, "examples": 30, "classes": cells}


def _class(name: str, class_id: int, human: int, machine: int) -> dict[str, Any]:
    rule = {"autolabeler": "person:v1", "method": "soft", "threshold": None, "low": 0.1, "absence_weight": 0.25}
    soft = machine > 0
    return {
        "class": name,
        "id": class_id,
        "task": "person" if soft else "vehicle",
        "method": "soft" if soft else "partial",
        "pictures": dict.fromkeys(STATES, 6),
        "boxes": human + machine,
        "human_boxes": human,
        "machine_boxes": machine,
        "ignored_boxes": 1 if soft else 0,
        "auto_label_ratio": machine / (human + machine),
        "sources": [{"source": "human", "boxes": human, "ignored": 0}],
        "autolabelers": [{**rule, "calibrated": False}] if soft else [],
        "expected": {
            "precision": 0.9 if soft else None,
            "right": 12.6 if soft else None,
            "recall": 0.8 if soft else None,
            "missed": 3.15 if soft else None,
            "basis": "weights" if soft else None,
            "note": None if soft else "no machine boxes",
        },
        "sizes": {"human": [human, 0, 0], "machine": [0, machine, 0]},
        "aspects": {"human": [human, 0], "machine": [0, machine]},
        "weights": {"bins": [1, machine], "ignored": 1 if soft else 0, "mean": 0.7 if soft else None},
    }


def _labeler() -> dict[str, Any]:
    measured = {"threshold": 0.5, "low": 0.1, "precision": 0.9, "precision_bound": 0.8, "recall": 0.8}
    measured |= {"low_recall": 0.9, "usable": True, "absence_weight": 0.25, "pictures": 10, "boxes": 20}
    bins = [
        {"confidence": 0.2, "precision": 0.1, "detections": 10},
        {"confidence": 0.9, "precision": 0.7, "detections": 40},
    ]
    return {
        "autolabeler": "person:v1",
        "fingerprint": DIGEST,
        "classes": {PERSON: {"method": "soft"}},
        "boxes": 15,
        "trained_on": ["person:b1"],
        "trained_on_batches": ["person:b1"],
        "self_labeled": 0,
        "failed": 0,
        "calibration": {
            "status": "read",
            "note": None,
            "batches": ["person:val"],
            "pictures": 10,
            "failed": 0,
            "d_ece_before": 0.2,
            "d_ece_after": 0.05,
            "la_ece_before": 0.3,
            "la_ece_after": 0.1,
            "reliability_before": bins,
            "reliability_after": bins,
            "classes": {PERSON: {**measured, "detections": 25, "d_ece_before": 0.2, "d_ece_after": 0.1}},
        },
    }


_HEADLINE = {
    "name": f"adas {EVIL}",
    "digest": DIGEST,
    "seed": 7,
    "method": {"vehicle": "partial", "person": "soft"},
    "splits": {"train": {"examples": 20, "boxes": 30}, "val": {"examples": 10, "boxes": 15}},
    "examples": 30,
    "boxes": 45,
    "human_boxes": 30,
    "machine_boxes": 15,
    "ignored_boxes": 1,
    "machine_share": 1 / 3,
    "skipped": 1,
    "failed": 0,
    "transcoded": 0,
    "duplicates": 0,
    "disagreements": 0,
    "conflicts": 0,
    "shards": 2,
    "bytes": 30_000,
}
_BINS = {
    "sizes": {"title": "size", "unit": "px", "labels": ["under 8", "8–16", "over"], "edges": [0, 8, 16, None]},
    "aspects": {"title": "shape", "unit": "", "labels": ["tall", "wide"], "edges": [0, 1, None]},
    "weights": {"title": "weight", "unit": "", "labels": ["0–0.5", "0.5–1"], "edges": [0, 0.5, 1]},
    "uncertainty": {"title": "uncertainty", "unit": "", "labels": ["0–0.5", "0.5–1"], "edges": [0, 0.5, 1]},
}


def _node(name: str, kind: str, level: int, row: int, flow: int) -> dict[str, Any]:
    details = {"digest": DIGEST, "note": EVIL}
    return {"id": name, "kind": kind, "title": name, "level": level, "row": row, "flow": flow, "details": details}


LINEAGE = {
    "target": "unified/adas",
    "unit": "boxes",
    "nodes": [
        _node("vehicle:b1", "batch", 0, 0, 15),
        _node("person:b1", "batch", 0, 1, 30),
        _node("person:v1", "autolabeler", 1, 0, 15),
        _node("unified/adas", "dataset", 2, 0, 45),
    ],
    "edges": [
        {"from": "vehicle:b1", "to": "unified/adas", "flow": 15},
        {"from": "person:b1", "to": "unified/adas", "flow": 15},
        {"from": "person:b1", "to": "person:v1", "flow": 15},
        {"from": "person:v1", "to": "unified/adas", "flow": 15},
    ],
    "accounting": {
        "boxes": 45,
        "human": 30,
        "machine": 15,
        "unknown": 0,
        "batches": [{"batch": "vehicle:b1", "human": 15, "machine": 0}, {"batch": EVIL, "human": 15, "machine": 15}],
        "sources": [{"source": "person:v1", "boxes": 15, "batches": {"person:b1": 15}, "unknown": 0}],
        "rule": "boxes of an auto-labeler belong to what it was trained on",
    },
    "notes": [],
    "mermaid": "flowchart LR",
}
