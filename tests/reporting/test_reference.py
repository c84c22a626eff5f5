from __future__ import annotations

from pathlib import Path

import pytest

from tests.reporting.lineage.test_gather import add_dataset, with_labelers, workspace
from unify.errors import RegistryError
from unify.reporting.reference import NamedBatch, NamedDataset, NamedLabeler, resolve

__all__ = ["workspace"]


def test_a_reference_names_a_batch_an_auto_labeler_or_a_dataset(
    workspace: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
):
    with_labelers(workspace, vehicle=["vehicle:b1"])
    add_dataset(workspace, "d", ["vehicle:b1"], boxes={"human": 1})
    kinds = {text: type(resolve(text, workspace)) for text in ("vehicle:b1", "vehicle:v1", "vehicle", "unified/d")}
    assert list(kinds.values()) == [NamedBatch, NamedLabeler, NamedLabeler, NamedDataset]
    monkeypatch.chdir(workspace / "unified")
    assert isinstance(resolve("d"), NamedDataset) and isinstance(resolve("unified/d"), NamedDataset)
    assert resolve("d").registry.workspace == workspace


def test_nothing_of_that_name(workspace: Path):  # noqa: F811
    with_labelers(workspace, vehicle=["vehicle:b1"])
    with pytest.raises(RegistryError) as raised:
        resolve("vehicle:v2", workspace)
    assert str(raised.value) == (
        "vehicle:v2: there is no unified dataset, auto-labeler or batch of this name\n"
        "  expected: a dataset's folder, or one of pedestrian:b1, pedestrian:b2, vehicle:b1, vehicle:v1\n"
        "  fix:      did you mean 'vehicle:v1'?"
    )
