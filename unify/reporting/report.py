"""The story of a report: records → counts → ``report.json`` → the page."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from unify.core.types import JsonObject
from unify.errors import OutputError, Problem, UnifyError
from unify.files import write_whole
from unify.progress import Progress, Silent
from unify.ranking.difficulty import Level
from unify.reporting.calibrations import FoundCalibration, find_calibrations, hard_calibrators
from unify.reporting.classes import class_rows
from unify.reporting.columns import STATES, DatasetNames
from unify.reporting.compare import MarkedDataset, compare_datasets
from unify.reporting.counts import Counts, count_columns, no_counts
from unify.reporting.coverage import coverage_rows
from unify.reporting.difficulty import Ratings, difficulty, rate_dataset
from unify.reporting.gallery import GalleryPicker, picture_rows
from unify.reporting.headline import batch_rows, headline, task_rows
from unify.reporting.histograms import ALL_BINS
from unify.reporting.labelers import labeler_rows
from unify.reporting.lineage.counted import counted_lineage
from unify.reporting.lineage.graph import Lineage
from unify.reporting.lineage.show import lineage_json
from unify.reporting.marks import LabelMarks, join_marks, mark_labels
from unify.reporting.plain import plain
from unify.reporting.reference import NamedDataset, open_dataset
from unify.reporting.stored import Place, StoredPictures
from unify.reporting.stream import iterate_columns
from unify.reporting.warnings import find_warnings

FORMAT = "unify-report"
VERSION = 1
PAGE_NAME = "report.html"
GALLERY_PICTURES = 200  # small pictures of as many, in one page of at most 5 MB


@dataclass(frozen=True)
class DatasetReport:
    """What a report says of a dataset.

    Attributes:
        content: ``report.json``; every key stands in README.md beside this file.
        pictures: gives the stored file of a picture that is shown, by its id.
        page: where the page was written; None where it was not.
    """

    content: JsonObject
    pictures: StoredPictures
    page: Path | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know, one sentence each."""
        return tuple(each["text"] for each in self.content["warnings"])

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify report``: headline, warnings, and what was written."""
        shown = len(self.content["gallery"]["pictures"])
        files = [str(self.page), str(self.page.with_suffix(".json"))] if self.page else []
        return {**self.content["headline"], "warnings": list(self.warnings), "shown": shown, "files": files}


def report(
    dataset: str | os.PathLike[str],
    *,
    against: str | os.PathLike[str] | None = None,
    gallery: int | None = GALLERY_PICTURES,
    output: str | os.PathLike[str] | None = None,
    workspace: str | os.PathLike[str] | None = None,
    cache: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> DatasetReport:
    """Write a page about a unified dataset, and its numbers as JSON beside it.

    Args:
        dataset: the dataset's folder.
        against: another unified dataset: also say what changed from that one to this one.
        gallery: how many pictures to show; None shows all.
        output: the page, ``*.html``; ``report.html`` in the dataset's folder by default. Replaced where it exists.
        workspace: folder that holds ``registry/``, for calibrations and lineage; the nearest parent of the dataset by
            default. Without any the report says what it could not tell.
        cache: folder or URL of the prediction cache, whose scores say how difficult a picture is; ``.unify/cache`` in
            the workspace by default.
        progress: told how the work goes.

    Raises:
        DatasetError: a dataset is damaged or is none.
        RegistryError: the workspace's registry is wrong, or something was trained on what it labeled itself.
        OutputError: the page cannot be written.
        UnifyError: a calibration file is damaged, or a library for the page is not installed.
    """
    named = open_dataset(dataset, workspace)
    page = _page_path(output, named.folder)
    before = open_dataset(against, workspace) if against else None
    made = make_report(named, against=before, gallery=gallery, cache=cache, progress=progress)
    from unify.reporting.page import render_report

    html = render_report(made.content, made.pictures)
    write_whole(page.with_suffix(".json"), report_bytes(made.content))
    write_whole(page, html.encode())
    return DatasetReport(made.content, made.pictures, page)


def make_report(
    named: NamedDataset,
    *,
    against: NamedDataset | None = None,
    gallery: int | None = GALLERY_PICTURES,
    cache: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> DatasetReport:
    """All that `report` writes, without writing it. Arguments and errors as there."""
    _check_gallery(gallery)
    progress = progress or Silent()
    ratings = rate_dataset(named, cache, progress)
    read = read_dataset(named, gallery, ratings, marks=against is not None, progress=progress)
    content, places = numbers(read), read.places
    if against is not None:
        before = read_dataset(against, 0, None, marks=True, progress=progress)
        content["compare"], compared = compare_datasets(_marked(before), _marked(read))
        places = {**places, **compared}
    return DatasetReport(plain(content), StoredPictures(named.folder, named.manifest, places))


@dataclass(frozen=True)
class ReadDataset:
    """A dataset whose records were read once.

    Attributes:
        named: the dataset.
        names: what the indices of its columns stand for.
        counts: of all of its pictures.
        calibrations: reference -> calibration.
        lineage: what is behind it.
        gallery: the pictures to show.
        places: where they lie, by id.
        asked: how many were asked for; None all.
        ratings: how difficult its pictures are; None where nobody asked.
        marks: labels in short; None where they were not asked for.
    """

    named: NamedDataset
    names: DatasetNames
    counts: Counts
    calibrations: Mapping[str, FoundCalibration]
    lineage: Lineage
    gallery: list[JsonObject]
    places: dict[str, Place]
    asked: int | None
    ratings: Ratings | None
    marks: LabelMarks | None


def read_dataset(
    named: NamedDataset, gallery: int | None, ratings: Ratings | None, *, marks: bool, progress: Progress
) -> ReadDataset:
    """Read all records once, and those of the gallery once more. Errors as of `report`."""
    names = DatasetNames(named.manifest)
    calibrations = find_calibrations(named.manifest, named.registry)
    calibrators = hard_calibrators(names, calibrations)
    examples = [each for level in Level for each in ratings.examples(level)] if ratings is not None else []
    counts, picker, marked = no_counts(names), GalleryPicker(names, gallery, examples), []
    total = sum(entry["examples"] for entry in named.manifest["splits"].values())
    for columns in iterate_columns(named.folder, names, progress.stage(f"reading {named.folder.name}", total)):
        counts += count_columns(columns, names, calibrators)
        picker.add(columns)
        marked += [mark_labels(columns, names)] if marks else []
    places = picker.places()
    rows = [_rated(row, ratings) for row in picture_rows(named.folder, names, places)]
    return ReadDataset(
        named=named,
        names=names,
        counts=counts,
        calibrations=calibrations,
        lineage=counted_lineage(named, names, counts),
        gallery=rows,
        places={row["id"]: place for row, place in zip(rows, places)},
        asked=gallery,
        ratings=ratings,
        marks=join_marks(marked, len(names.classes)) if marks else None,
    )


def _rated(row: JsonObject, ratings: Ratings | None) -> JsonObject:
    rating = ratings.of(int(row["id"])) if ratings is not None else None
    return {**row, "difficulty": rating[0], "uncertainty": rating[1]} if rating else row


def numbers(read: ReadDataset) -> JsonObject:
    """``report.json``, less what is compared."""
    counts, names, manifest = read.counts, read.names, read.named.manifest
    return {
        "format": FORMAT,
        "version": VERSION,
        "headline": headline(counts, names),
        "warnings": find_warnings(counts, names, read.calibrations, read.lineage.notes),
        "states": list(STATES),
        "bins": {name: bins.as_json() for name, bins in ALL_BINS.items()},
        "tasks": task_rows(names),
        "batches": batch_rows(counts, names),
        "coverage": coverage_rows(counts, names),
        "classes": class_rows(counts, names, read.calibrations),
        "autolabelers": labeler_rows(counts, names, read.calibrations),
        "skipped": manifest["skipped"],
        "failed": manifest.get("failed", []),
        "gallery": {
            "asked": read.asked,
            "sampled": len(read.gallery) < counts.pictures[0],
            "pictures": read.gallery,
        },
        "difficulty": None if read.ratings is None else difficulty(read.ratings, read.places),
        "lineage": lineage_json(read.lineage),
        "compare": None,
    }


def report_bytes(content: JsonObject) -> bytes:
    """The one way a report's numbers are written."""
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _marked(read: ReadDataset) -> MarkedDataset:
    splits = headline(read.counts, read.names)["splits"]
    classes = class_rows(read.counts, read.names, read.calibrations)
    return MarkedDataset(read.named.folder, read.names, classes, splits, read.marks)


def _page_path(output: str | os.PathLike[str] | None, folder: Path) -> Path:
    page = Path(output) if output is not None else folder / PAGE_NAME
    if page.suffix != ".html":
        what, fix = (
            "the page's name does not end in .html",
            f"write {page.name}.html; its numbers go into {page.name}.json",
        )
        raise OutputError(Problem(str(page), what, fix=fix))
    return page


def _check_gallery(gallery: int | None) -> None:
    if gallery is not None and gallery < 0:
        fix = "leave it out, or write 'all'"
        raise UnifyError(Problem("gallery", "cannot show fewer pictures than none", str(gallery), "0 or more", fix))
