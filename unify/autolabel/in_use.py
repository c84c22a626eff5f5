"""Which predictions a workspace still needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from unify.autolabel.cache import CacheEntry
from unify.autolabel.fingerprint import fingerprint_of
from unify.autolabel.load import read_spec
from unify.errors import RegistryError
from unify.registry.objects import AutoLabelerVersion, Registry


def fingerprints_in_use(entries: Iterable[CacheEntry], registry: Registry, state_dir: Path) -> set[str]:
    """Fingerprints of all registered auto-labelers.

    Where the files of one are missing, or its options are wrong, nobody can tell its fingerprint: everything that was
    ever said under its name is in use.

    Args:
        entries: what a cache holds.
        registry: the workspace's registry.
        state_dir: where digests of large files are remembered.
    """
    found = dict(_fingerprints(registry, state_dir))
    unclear = {ref for ref, fingerprint in found.items() if fingerprint is None}
    named = {entry.fingerprint for entry in entries if unclear & set(entry.autolabelers)}
    return named | {fingerprint for fingerprint in found.values() if fingerprint}


def _fingerprints(registry: Registry, state_dir: Path) -> Iterator[tuple[str, str | None]]:
    for versions in registry.autolabelers.values():
        for version in versions:
            yield str(version.ref), _fingerprint(version, registry.workspace, state_dir)


def _fingerprint(version: AutoLabelerVersion, workspace: Path, state_dir: Path) -> str | None:
    try:
        spec = read_spec(version, workspace)
        return fingerprint_of(spec.files, spec.recipe, state_dir=state_dir)
    except RegistryError:
        return None
