from __future__ import annotations

from pathlib import Path

import pytest

from unify.core.taxonomy import Taxonomy
from unify.errors import RegistryError
from unify.registry.find import find_version
from unify.registry.objects import AutoLabelerRef, AutoLabelerVersion, Registry

STACK = tuple(AutoLabelerVersion(AutoLabelerRef("vehicle", version), ("car",), "keras") for version in ("v2", "v1"))
REGISTRY = Registry(Path(), Taxonomy({}, {}), {}, {"vehicle": STACK})


@pytest.mark.parametrize(("text", "version"), [("vehicle", "v2"), ("vehicle:latest", "v2"), ("vehicle:v1", "v1")])
def test_a_version_is_found_by_its_name_and_the_newest_without(text: str, version: str):
    assert find_version(REGISTRY, text).ref.version == version


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("vehicel:v1", "no such auto-labeler\n  expected: one of vehicle\n  fix:      did you mean 'vehicle'?"),
        (
            "dog:v1",
            "no such auto-labeler\n"
            "  expected: one of vehicle\n"
            "  fix:      register it: unify register autolabeler dog:v1",
        ),
        ("vehicle:v3", "no such version\n  expected: one of latest, v2, v1"),
        ("vehicle:lastest", "no such version\n  expected: one of latest, v2, v1\n  fix:      did you mean 'latest'?"),
    ],
)
def test_message(text: str, message: str):
    with pytest.raises(RegistryError) as caught:
        find_version(REGISTRY, text)
    assert str(caught.value) == f"{text}: {message}"
