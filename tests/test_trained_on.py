"""The ``trained_on`` closure: everything behind an auto-labeler, however deep, and nothing beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.factories import TAXONOMY, make_ref
from unify.core.types import JsonObject
from unify.errors import DatasetError, Problem
from unify.registry.objects import AutoLabelerRef, AutoLabelerVersion, Batch, Registry
from unify.trained_on import TrainingClosure, training_closure

BATCHES = ("vehicle:b1", "vehicle:b2", "pedestrian:b1", "pedestrian:b2", "pedestrian:b3")


def make_registry(trained_on: Mapping[str, Sequence[str]]) -> Registry:
    """Auto-labelers by reference, with what they were trained on."""
    stacks: dict[str, tuple[AutoLabelerVersion, ...]] = {}
    for text, names in trained_on.items():
        ref = AutoLabelerRef(*text.split(":"))
        version = AutoLabelerVersion(ref, ("car",), "none", trained_on=tuple(names))
        stacks[ref.name] = (*stacks.get(ref.name, ()), version)
    batches = {make_ref(text): Batch(make_ref(text), Path("/a.json"), Path("/p")) for text in BATCHES}
    return Registry(Path("/ws"), TAXONOMY, batches, stacks)


def entry(ref: str, trained_on: Sequence[str] = (), batches: Sequence[str] = ()) -> JsonObject:
    return {"autolabeler": ref, "trained_on": list(trained_on), "trained_on_batches": list(batches)}


def manifest(inputs: Mapping[str, str], autolabelers: Sequence[JsonObject] = ()) -> JsonObject:
    """``inputs``: batch -> split."""
    listed = [{"batch": ref, "reading": {"split": split}} for ref, split in inputs.items()]
    return {"inputs": listed, "autolabelers": list(autolabelers)}


def close(registry: Registry, manifests: Mapping[str, JsonObject], ref: str = "car:v1") -> TrainingClosure:
    def manifest_of(name: str) -> JsonObject:
        if name not in manifests:
            raise DatasetError(Problem(name, "gone"))
        return manifests[name]

    name = ref.partition(":")[0]
    version = next(each for each in registry.autolabelers[name] if str(each.ref) == ref)
    return training_closure(version, registry, manifest_of)


def way(closure: TrainingClosure, batch: str) -> list[str]:
    return [str(each) for each in closure.way_to(batch)]


def test_batches_are_named_by_selections():
    closure = close(make_registry({"car:v1": ["pedestrian:[b1-b2]", "vehicle:b1"]}), {})
    assert closure.batches == ("pedestrian:b1", "pedestrian:b2", "vehicle:b1")
    assert way(closure, "vehicle:b1") == ["car:v1", "vehicle:b1"] and way(closure, "vehicle:b2") == []
    assert closure.cycle() == () and not closure.unreadable


def test_nothing_was_trained_on_nothing():
    assert close(make_registry({"car:v1": []}), {}).batches == ()


def test_a_unified_dataset_teaches_its_train_split_alone():
    closure = close(
        make_registry({"car:v1": ["unified/a"]}), {"unified/a": manifest({"vehicle:b1": "train", "vehicle:b2": "val"})}
    )
    assert closure.batches == ("vehicle:b1",)
    assert way(closure, "vehicle:b1") == ["car:v1", "unified/a", "vehicle:b1"]


def test_who_labeled_a_dataset_was_taught_too_over_all_levels():
    registry = make_registry({"car:v1": ["unified/a"], "walk:v2": ["unified/b"], "walk:v1": ["pedestrian:b3"]})
    manifests = {
        "unified/a": manifest({"vehicle:b1": "train"}, [entry("walk:v2", ["unified/b"])]),
        "unified/b": manifest({"pedestrian:b1": "train"}, [entry("walk:v1", ["pedestrian:b3"])]),
    }
    closure = close(registry, manifests)
    assert closure.batches == ("pedestrian:b1", "pedestrian:b3", "vehicle:b1")
    steps = ["car:v1", "unified/a", "walk:v2", "unified/b", "walk:v1", "pedestrian:b3"]
    assert way(closure, "pedestrian:b3") == steps


def test_an_auto_labeler_that_is_registered_no_more_is_known_from_the_manifest():
    labeled = manifest({}, [entry("old:v1", ["gone/dataset"], ["pedestrian:b2", "retired:b1"])])
    closure = close(make_registry({"car:v1": ["unified/a"]}), {"unified/a": labeled})
    assert closure.batches == ("pedestrian:b2", "retired:b1")
    assert not closure.unreadable  # its batches were recorded when it was still there
    assert way(closure, "retired:b1") == ["car:v1", "unified/a", "old:v1", "retired:b1"]


def test_what_the_registry_says_now_adds_to_what_a_manifest_recorded():
    registry = make_registry({"car:v1": ["unified/a"], "walk:v1": ["pedestrian:b1"]})
    labeled = manifest({}, [entry("walk:v1", ["pedestrian:b2"], ["pedestrian:b2"])])
    assert close(registry, {"unified/a": labeled}).batches == ("pedestrian:b1", "pedestrian:b2")


def test_a_dataset_that_cannot_be_read_is_told():
    closure = close(make_registry({"car:v1": ["vehicle:b1", "unified/gone"]}), {})
    assert (closure.batches, closure.unreadable) == (("vehicle:b1",), {"unified/gone": "gone"})


def test_a_cycle_ends_and_is_told():
    registry = make_registry({"car:v1": ["unified/a"]})
    closure = close(registry, {"unified/a": manifest({"vehicle:b1": "train"}, [entry("car:v1", ["unified/a"])])})
    assert [str(each) for each in closure.cycle()] == ["car:v1", "unified/a", "car:v1"]
    assert closure.batches == ("vehicle:b1",)


def test_a_cycle_further_down_is_found():
    registry = make_registry({"car:v1": ["unified/a"], "walk:v1": ["unified/b"]})
    manifests = {
        "unified/a": manifest({}, [entry("walk:v1")]),
        "unified/b": manifest({}, [entry("walk:v1")]),
    }
    assert [str(each) for each in close(registry, manifests).cycle()] == ["walk:v1", "unified/b", "walk:v1"]


@pytest.mark.parametrize("depth", [1, 5, 40])
def test_any_depth(depth: int):
    registry = make_registry(
        {f"m:v{level}": [f"unified/d{level}"] for level in range(depth)} | {"m:v999": ["vehicle:b2"]}
    )
    manifests = {
        f"unified/d{level}": manifest({}, [entry(f"m:v{level + 1 if level + 1 < depth else 999}")])
        for level in range(depth)
    }
    assert close(registry, manifests, "m:v0").batches == ("vehicle:b2",)


def test_a_batch_and_an_auto_labeler_may_have_one_name():
    registry = make_registry({"car:v1": ["unified/a"], "vehicle:b1": ["pedestrian:b1"]})
    closure = close(registry, {"unified/a": manifest({"vehicle:b1": "train"}, [entry("vehicle:b1")])})
    assert closure.batches == ("pedestrian:b1", "vehicle:b1")
