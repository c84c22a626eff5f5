"""Loads a workspace's registry: every file, every check, every problem in one go."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unify.core.taxonomy import Taxonomy
from unify.core.types import BatchRef
from unify.errors import Problem, RegistryError
from unify.registry.autolabeler_file import autolabeler_problems, build_versions, trained_on_problems
from unify.registry.dataset_file import build_batches, dataset_problems
from unify.registry.objects import Registry
from unify.registry.selection import batch_names
from unify.registry.shape import check_shape
from unify.registry.taxonomy_file import TAXONOMY, build_taxonomy, taxonomy_problems
from unify.registry.wording import count
from unify.registry.yaml_source import YamlFile, parse_yaml, read_yaml
from unify.registry.yaml_text import in_order


def find_workspace(start: Path) -> Path:
    """The nearest folder from ``start`` upwards that holds ``registry/``.

    Raises:
        RegistryError: there is none.
    """
    start = Path(os.path.abspath(start))
    for folder in (start, *start.parents):
        if (folder / "registry").is_dir():
            return folder
    raise RegistryError(
        Problem(
            str(start),
            "not in a workspace",
            expected="a folder 'registry' here or in a folder above",
            fix="make a workspace with 'unify init DIR', or name one with --workspace DIR",
        )
    )


def load_registry(workspace: Path, *, edits: Mapping[Path, bytes] | None = None) -> Registry:
    """Reads and checks a workspace's registry. Whether the files it names exist is not looked at.

    Args:
        workspace: folder that holds ``registry/``.
        edits: file -> content to check in place of what the file holds now.

    Raises:
        RegistryError: every problem of every file.
    """
    workspace = Path(os.path.abspath(workspace))
    loading = _Loading(workspace, edits or {})
    taxonomy_entry = loading.read_taxonomy()
    taxonomy = build_taxonomy(taxonomy_entry) if taxonomy_entry and not loading.problems else None
    datasets = loading.read_datasets(taxonomy)
    known = batch_names(taxonomy.tasks, _refs(datasets)) if taxonomy and not loading.problems else None
    autolabelers = loading.read_autolabelers(taxonomy, known)
    if loading.problems or taxonomy is None:
        raise loading.error()
    batches = {
        ref: batch for file, entry in datasets for ref, batch in build_batches(file, entry, workspace, taxonomy).items()
    }
    stacks = {entry.name: build_versions(file, entry, workspace) for file, entry in autolabelers}
    return Registry(workspace, taxonomy, batches, {name: versions for name, versions in stacks.items() if versions})


def _refs(datasets: list[tuple[YamlFile, Any]]) -> list[BatchRef]:
    return [BatchRef(entry.task, name) for _, entry in datasets for name in entry.batches or {}]


@dataclass
class _Loading:
    """The files of one registry and what was found wrong with them so far."""

    workspace: Path
    edits: Mapping[Path, bytes]
    problems: list[Problem] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def read_taxonomy(self) -> Any:
        from unify.registry.schema import TaxonomyFile

        path = self.workspace / TAXONOMY
        if path not in self.edits and not path.is_file():
            self.problems.append(
                Problem(TAXONOMY, "not found", fix="write one, or make a workspace with 'unify init DIR'")
            )
            return None
        file, entry = self._read(path, TaxonomyFile)
        if entry is not None:
            self.problems.extend(taxonomy_problems(file, entry))
        return entry

    def read_datasets(self, taxonomy: Taxonomy | None) -> list[tuple[YamlFile, Any]]:
        from unify.registry.schema import DatasetsFile

        found = [self._read(path, DatasetsFile) for path in self._yaml_files("datasets")]
        datasets = [(file, entry) for file, entry in found if entry is not None]
        for file, entry in datasets:
            self.problems.extend(dataset_problems(file, entry, taxonomy))
        return datasets

    def read_autolabelers(
        self, taxonomy: Taxonomy | None, known: Mapping[str, tuple[str, ...]] | None
    ) -> list[tuple[YamlFile, Any]]:
        from unify.registry.schema import AutoLabelerFile

        found = [self._read(path, AutoLabelerFile) for path in self._yaml_files("autolabelers")]
        autolabelers = [(file, entry) for file, entry in found if entry is not None]
        for file, entry in autolabelers:
            self.problems.extend(autolabeler_problems(file, entry, taxonomy))
            self.problems.extend(trained_on_problems(file, entry, known) if known is not None else ())
        return autolabelers

    def error(self) -> RegistryError:
        files = count(len(self.files), "registry file")
        summary = f"{count(len(self.problems), 'problem')} in {files}; nothing was changed."
        return RegistryError(in_order(self.problems, self.files), summary=summary)

    def _read(self, path: Path, model: type) -> tuple[YamlFile | None, Any]:
        shown = path.relative_to(self.workspace).as_posix()
        self.files.append(shown)
        try:
            file = parse_yaml(self.edits[path], path, shown) if path in self.edits else read_yaml(path, shown)
        except RegistryError as error:
            self.problems.extend(error.problems)
            return None, None
        entry, problems = check_shape(file, model)
        self.problems.extend(problems)
        return file, entry

    def _yaml_files(self, folder: str) -> list[Path]:
        """The YAML files of a folder under ``registry/``, by name. A ``.yml`` is a problem: it would be overlooked."""
        directory = self.workspace / "registry" / folder
        on_disk = sorted(directory.iterdir()) if directory.is_dir() else []
        self.problems.extend(_misnamed(path, self.workspace) for path in on_disk if path.suffix == ".yml")
        visible = {path for path in on_disk if path.suffix == ".yaml" and not path.name.startswith(".")}
        return sorted(visible | {path for path in self.edits if path.parent == directory})


def _misnamed(path: Path, workspace: Path) -> Problem:
    shown = path.relative_to(workspace).as_posix()
    return Problem(shown, "the file name ends in .yml", expected=".yaml", fix=f"rename it to {path.stem}.yaml")
