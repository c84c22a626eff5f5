"""A unified dataset as one JSON file that trainers of the PyTorch world read. No TensorFlow.

Records stream through: memory does not grow with the dataset. The states go into LVIS's federated fields, in COCO too,
where only readers that know them see them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from unify.core.taxonomy import Taxonomy
from unify.core.types import JsonObject
from unify.errors import OutputError, Problem, UnifyError, did_you_mean
from unify.files import whole_file
from unify.records.decode import DecodedExample, read_shard
from unify.records.export_coco import CocoExporter
from unify.records.export_lvis import LvisExporter
from unify.records.export_pictures import exported_name, save_picture
from unify.records.export_states import ExportedStates
from unify.records.manifest import read_manifest, shard_paths, taxonomy_of


class Exporter(Protocol):
    """One output format: turns examples into its words and counts what it cannot say."""

    def __init__(self, taxonomy: Taxonomy) -> None: ...

    def image_fields(self, states: ExportedStates, file_name: str) -> JsonObject:
        """What the format wants of a picture beyond id, name, size, sha256 and split."""
        ...

    def annotations(self, states: ExportedStates) -> list[JsonObject]:
        """The picture's boxes, less ``id`` and ``image_id``."""
        ...

    def categories(self) -> list[JsonObject]:
        """All classes; asked for last."""
        ...

    def warnings(self) -> tuple[str, ...]:
        """What got lost, one sentence each; asked for last."""
        ...


EXPORTERS: dict[str, type[Exporter]] = {"coco": CocoExporter, "lvis": LvisExporter}


@dataclass(frozen=True)
class ExportReport:
    """What `export_dataset` wrote.

    Attributes:
        images: entries of ``images``.
        annotations: entries of ``annotations``.
        categories: entries of ``categories``.
        warnings: what the format could not say, one sentence each.
    """

    images: int
    annotations: int
    categories: int
    warnings: tuple[str, ...]

    def summary(self) -> JsonObject:
        """The ``--json`` of ``unify export``."""
        return {**asdict(self), "warnings": list(self.warnings)}


def export_dataset(
    folder: str | os.PathLike[str],
    *,
    to: str,
    output: str | os.PathLike[str],
    split: str | None = None,
    pictures: str | os.PathLike[str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> ExportReport:
    """Write a unified dataset as COCO or LVIS JSON.

    An image's ``file_name`` is ``<task>/<batch>/<name in the images folder>`` of its first batch, the same on every
    export; a picture that was transcoded to PNG gets its digest's first eight digits and ``.png`` in place of its
    extension. Beside the format's own fields an image has ``sha256`` and ``split``, and a machine's box ``score``,
    ``weight`` and ``source``.

    Args:
        folder: the unified dataset.
        to: ``coco`` or ``lvis``; see `CocoExporter` and `LvisExporter` for what each can say.
        output: the JSON file; must not exist. It appears whole or not at all.
        split: one split; None exports all, in the order of their names.
        pictures: also write each picture to its ``file_name`` below this folder. Equal files are left alone.
        progress: called with how many examples were exported since its last call.

    Raises:
        DatasetError: the dataset is damaged or is not one, or has no such split.
        OutputError: the output exists or cannot be written, or another picture stands where one should go.
        UnifyError: unknown format.
    """
    folder, output = Path(folder), Path(output)
    if to not in EXPORTERS:
        expected, fix = " or ".join(EXPORTERS), did_you_mean(to, list(EXPORTERS))
        raise UnifyError(Problem("unify export", "unknown format", got=repr(to), expected=expected, fix=fix))
    manifest = read_manifest(folder)
    splits = sorted(manifest["splits"]) if split is None else [split]
    shards = [(name, path) for name in splits for path in shard_paths(folder, manifest, name)]
    exporter = EXPORTERS[to](taxonomy_of(manifest))
    _refuse_existing(output)
    with whole_file(output) as file, tempfile.TemporaryFile(dir=output.parent) as waiting:
        document = _Document(file, waiting, exporter, None if pictures is None else Path(pictures))
        for name, path in shards:
            for example in read_shard(path):
                document.add(example, name)
                if progress is not None:
                    progress(1)
        return document.finish({"description": f"unified dataset {manifest['name']}", "digest": manifest["digest"]})


class _Document:
    """The file while it is written: images go straight into it, annotations wait beside it for their turn."""

    def __init__(self, file: BinaryIO, waiting: BinaryIO, exporter: Exporter, pictures: Path | None) -> None:
        self._file, self._waiting, self._exporter, self._pictures = file, waiting, exporter, pictures
        self._images = self._annotations = 0
        self._file.write(b'{"images":[')

    def add(self, example: DecodedExample, split: str) -> None:
        name = exported_name(example)
        if self._pictures is not None:
            save_picture(self._pictures, name, example.encoded)
        self._images += 1
        height, width = example.image_hw
        image = {"id": self._images, "file_name": name, "width": width, "height": height}
        states = ExportedStates(example)
        image |= {"sha256": example.sha256, "split": split, **self._exporter.image_fields(states, name)}
        _append(self._file, image, first=self._images == 1)
        for fields in self._exporter.annotations(states):
            self._annotations += 1
            annotation = {"id": self._annotations, "image_id": self._images, **fields}
            _append(self._waiting, annotation, first=self._annotations == 1)

    def finish(self, info: JsonObject) -> ExportReport:
        self._file.write(b'\n],\n"annotations":[')
        self._waiting.seek(0)
        shutil.copyfileobj(self._waiting, self._file)
        categories = self._exporter.categories()
        self._file.write(b'\n],\n"categories":' + msgspec.json.encode(categories))
        self._file.write(b',\n"info":' + msgspec.json.encode(info) + b',\n"licenses":[]}\n')
        return ExportReport(self._images, self._annotations, len(categories), self._exporter.warnings())


def _append(file: BinaryIO, entry: JsonObject, *, first: bool) -> None:
    file.write((b"\n" if first else b",\n") + msgspec.json.encode(entry))


def _refuse_existing(output: Path) -> None:
    if output.exists():
        fix = "choose another --output, or move the file away"
        raise OutputError(Problem(str(output), "the output exists already", fix=fix))
