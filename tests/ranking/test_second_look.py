"""An auto-labeler that looks again: who is asked, what is registered, and what a ranking makes of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import unify
from tests.inference.painted import add_labeler, add_painted_batch, calls, street
from tests.workspaces import add_config, files_of, make_workspace
from unify.errors import AutoLabelerError, CacheError, RegistryError, UnifyError
from unify.inference.autolabeling import open_cache
from unify.ranking.panels import open_panels
from unify.ranking.second_look import SecondLookReport, look_again
from unify.ranking.settings import RankSettings
from unify.registry.config import load_config
from unify.registry.load import load_registry

BLIND_ON_THE_RIGHT = "picture = picture.copy()\npicture[:, 50:] = 128"
LEFT = [("car", (2, 4, 20, 20), 0.9)]  # mirrored, a part of it lies in the dark
CENTRE = [("car", (25, 4, 35, 20), 0.9)]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    workspace = make_workspace(tmp_path / "ws")
    add_painted_batch(
        workspace, "pedestrian:b1", {"none": [], "left": LEFT, "centre": CENTRE}, ["pedestrian", "cyclist"]
    )
    add_config(workspace, ["pedestrian:b1"])
    return workspace


def look(workspace: Path, ref: str = "vehicle", **how) -> SecondLookReport:
    return look_again(ref, on="mix", workspace=workspace, workers=1, **how)


def stack(workspace: Path) -> list[str]:
    return [str(version.ref) for version in load_registry(workspace).autolabelers["vehicle"]]


def test_every_look_is_a_version_below_whose_answers_are_kept(workspace: Path):
    log = add_labeler(workspace, "vehicle", ["car"], thresholds={"car": 0.5}, trained_on=["pedestrian:b1"])
    report = look(workspace, mirror=True, noise=0.05)
    assert report.looks == {
        "vehicle:v1-mirror": "mirrored pictures",
        "vehicle:v1-noise0.05": "noise of 0.05 on every pixel",
    }
    assert report.registered == tuple(report.looks) and stack(workspace) == ["vehicle:v1", *report.looks]
    assert (report.pictures, report.inference.inferred, report.inference.cached) == (3, 9, 0)
    plain, mirrored, _ = load_registry(workspace).autolabelers["vehicle"]
    assert mirrored.options == {**plain.options, "second_look": {"mirror": True}}
    assert (mirrored.path, mirrored.thresholds, mirrored.trained_on) == (
        plain.path,
        {"car": 0.5},
        ("pedestrian:b1",),
    )
    before, asked = files_of(workspace / "registry"), calls(log)
    again = look(workspace, mirror=True, noise=0.05)
    assert (again.registered, again.inference.inferred, again.inference.cached) == ((), 0, 9)
    assert files_of(workspace / "registry") == before and calls(log) == asked


def test_a_ranking_by_consistency_needs_it_and_finds_what_differs(workspace: Path):
    add_labeler(workspace, "vehicle", ["car"], misbehave=BLIND_ON_THE_RIGHT)
    settings = RankSettings(measures={"consistency": 1.0})

    def ranked() -> list:
        return list(unify.rank("mix", budget=100, settings=settings, tasks=["vehicle"], workspace=workspace).queries)

    with pytest.raises(CacheError, match="fewer than two left answers"):
        ranked()
    assert look(workspace, mirror=True).measure == "consistency"
    assert [query.file for query in ranked()] == ["left.png", "centre.png", "none.png"]


def test_a_look_is_measured_as_its_plain_version_is(workspace: Path):
    """Else a calibrated version and its own look would differ on every box."""
    add_painted_batch(workspace, "vehicle:v", {f"w{i}": street(i) for i in range(6)}, ["car", "truck"], split="val")
    add_labeler(workspace, "vehicle", ["car"])
    unify.calibrate("vehicle:v1", on=["vehicle:v"], workspace=workspace)
    look(workspace, mirror=True)
    registry = load_registry(workspace)
    config = load_config(workspace / "configs/mix.yaml", registry)
    (panel,) = open_panels(config, registry, open_cache(workspace, None))
    plain, mirrored = panel.members
    assert mirrored.ref == "vehicle:v1-mirror" and 1 in plain.calibrators
    assert mirrored.calibrators == plain.calibrators
    np.testing.assert_equal(vars(mirrored.bands), vars(plain.bands))


def test_pictures_that_could_not_be_processed_are_told_and_asked_again_on_request(workspace: Path):
    blank = 'if (picture[..., 0] == 255).sum() < 2:\n            raise ValueError("nothing there")'
    add_labeler(workspace, "vehicle", ["car"], misbehave=blank)
    report = look(workspace, mirror=True)
    assert report.failed == {"vehicle:v1": 1, "vehicle:v1-mirror": 1}
    assert report.registered == ("vehicle:v1-mirror",)
    again = look(workspace, mirror=True)
    assert again.failed == report.failed and again.inference.inferred == 0
    assert look(workspace, mirror=True, retry_failed=True).inference.inferred == 2


def test_a_look_that_processes_nothing_is_not_registered(workspace: Path):
    add_labeler(workspace, "vehicle", ["car"], misbehave='raise ValueError("never")')
    report = look(workspace, mirror=True)
    assert report.failed == {"vehicle:v1": 3, "vehicle:v1-mirror": 3}
    assert report.registered == () and stack(workspace) == ["vehicle:v1"]


def test_pictures_that_nobody_could_be_asked_about_are_not_looked_at(workspace: Path):
    log = add_labeler(workspace, "vehicle", ["pedestrian"])
    report = look(workspace, mirror=True)
    assert (report.pictures, report.registered, calls(log)) == (0, (), 0)
    assert stack(workspace) == ["vehicle:v1"]


def test_some_way_to_look_is_asked_for(workspace: Path):
    add_labeler(workspace, "vehicle", ["car"])
    with pytest.raises(UnifyError) as error:
        look(workspace)
    assert str(error.value) == (
        "look-again: nothing says how to look\n"
        "  fix:      give --mirror, --noise 0.05 or --dropout 5; together they are looks beside each other"
    )


def test_dropout_takes_a_keras_model(workspace: Path):
    add_labeler(workspace, "vehicle", ["car"])
    with pytest.raises(RegistryError) as error:
        look(workspace, dropout=2)
    assert str(error.value) == (
        "registry/autolabelers/vehicle.yaml:4:3: "
        "auto-labeler 'vehicle:v1-dropout1' cannot leave dropout on: only Keras models show their layers\n"
        "  got:      adapter: autolabelers/vehicle/v1/labeler.py:Labeler\n"
        "  expected: adapter: keras\n"
        "  fix:      take another second look: mirror or noise"
    )
    assert stack(workspace) == ["vehicle:v1"]


def test_a_second_look_does_not_look_again(workspace: Path):
    add_labeler(workspace, "vehicle", ["car"])
    look(workspace, mirror=True)
    with pytest.raises(RegistryError, match="'vehicle:v1-mirror' is a second look already"):
        look(workspace, "vehicle:v1-mirror", noise=0.1)


def test_a_name_that_is_taken_is_refused(workspace: Path):
    add_labeler(workspace, "vehicle", ["car"])
    path = workspace / "registry/autolabelers/vehicle.yaml"
    adapter = "autolabelers/vehicle/v1/labeler.py:Labeler"
    path.write_text(path.read_text() + f"  v1-mirror:\n    adapter: {adapter}\n    options: {{classes: [truck]}}\n")
    with pytest.raises(RegistryError, match="'vehicle:v1-mirror' is registered already, and not as mirrored pictures"):
        look(workspace, mirror=True)


@pytest.mark.slow
@pytest.mark.tensorflow
def test_passes_of_dropout_are_versions_and_a_model_without_is_refused(workspace: Path):
    """The committee's measures take them as members."""
    keras = pytest.importorskip("keras", reason="needs the [train] extra")
    from tests.autolabel.adapters.finder import keras_finder

    finder = keras_finder()
    for name, rate in (("drops", 0.5), ("keeps", 0.0)):
        scores = keras.layers.Dropout(rate)(finder.output["scores"] / 2)
        keras.Model(finder.input, {**finder.output, "scores": scores}).save(workspace / f"{name}.keras")
        (workspace / "registry/autolabelers").mkdir(exist_ok=True)
        version = f"v1: {{adapter: keras, path: {name}.keras, options: {{first_class: 1}}}}"
        text = f"name: {name}\nclasses: [car]\nversions:\n  {version}\n"
        (workspace / f"registry/autolabelers/{name}.yaml").write_text(text)
    with pytest.raises(AutoLabelerError, match="'keeps:v1-dropout1' cannot leave dropout on: the model has no dropout"):
        look(workspace, "keeps", dropout=1)
    assert len(load_registry(workspace).autolabelers["keeps"]) == 1
    report = look(workspace, "drops", dropout=4)
    assert list(report.looks) == [f"drops:v1-dropout{number}" for number in range(1, 5)]
    assert (report.pictures, report.inference.inferred) == (3, 15)
    (workspace / "configs/mix.yaml").write_text(
        "name: mix\nmethod: partial\ndatasets: ['pedestrian:b1']\nautolabelers: {vehicle: drops:v1}\n"
    )
    ranked = unify.rank("mix", budget=100, settings=RankSettings(measures={"bald": 1.0}), workspace=workspace)
    assert len(ranked.queries) == 3 and np.isfinite([query.score for query in ranked.queries]).all()
