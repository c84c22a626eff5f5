"""Dropout left on: what a pass of Monte Carlo dropout drops, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.autolabel.adapters.finder import keras_finder, picture_with
from tests.autolabel.labelers import WHERE, make_version
from unify.autolabel.adapters.dropout import leave_dropout_on
from unify.autolabel.load import load_autolabeler
from unify.errors import AutoLabelerError

pytestmark = pytest.mark.tensorflow
pytest.importorskip("keras", reason="needs the [train] extra")

RATE = 0.5
SHAPE = (4, 5, 6)


def made_of(*layers: Any, number: int = 1) -> Any:
    import keras

    model = keras.Sequential([keras.Input(SHAPE), *layers])
    leave_dropout_on(model, number, make_version("keras"))
    return model


def dropout(**options: Any) -> Any:
    import keras

    return keras.layers.Dropout(RATE, **options)


def answer(model: Any, pictures: int = 3) -> np.ndarray:
    return np.asarray(model.predict_on_batch(np.ones((pictures, *SHAPE), np.float32)))


def test_what_is_kept_is_scaled_so_that_the_mean_stays():
    values, counts = np.unique(answer(made_of(dropout())), return_counts=True)
    assert values.tolist() == [0, 1 / (1 - RATE)]
    assert abs(counts[0] / counts.sum() - RATE) < 0.15


def test_all_pictures_of_a_pass_meet_the_same_network_however_many_are_asked_together():
    model = made_of(dropout())
    several, one = answer(model), answer(model, pictures=1)
    assert (several == several[:1]).all() and (several[:1] == one).all()


def test_a_pass_is_the_same_again_and_another_pass_is_another():
    first, again, second = (answer(made_of(dropout(), number=number)) for number in (1, 1, 2))
    assert (first == again).all() and (first != second).any()


def test_two_layers_of_a_model_drop_different_things():
    both = answer(made_of(dropout(), dropout()))
    assert (both == 4).any() and (both == 0).mean() > RATE + 0.1  # the same mask twice would drop no more than once


def test_a_spatial_dropout_drops_whole_channels():
    import keras

    found = answer(made_of(keras.layers.SpatialDropout2D(RATE), number=2))
    channels = found[0].reshape(-1, SHAPE[-1])
    assert (channels == channels[:1]).all() and set(np.unique(channels)) == {0, 2}


def test_a_shape_of_the_noise_that_the_model_asks_for_is_kept():
    found = answer(made_of(dropout(noise_shape=(None, 1, None, 1))))
    assert (found == found[:1, :1, :, :1]).all() and set(np.unique(found)) == {0, 2}


def test_dropout_inside_of_other_layers_is_found():
    import keras

    layers = keras.Sequential([keras.layers.ReLU(), dropout()])
    assert set(np.unique(answer(made_of(layers)))) == {0, 2}


def test_layers_that_learn_from_what_they_see_do_not():
    import keras

    normalise = keras.layers.BatchNormalization(momentum=0.1)
    answer(made_of(normalise, dropout()))
    assert np.asarray(normalise.moving_mean).tolist() == [0] * SHAPE[-1]


@pytest.mark.parametrize("layers", [0, 1])
def test_a_model_that_drops_nothing_is_refused(layers: int):
    import keras

    with pytest.raises(AutoLabelerError) as error:
        made_of(keras.layers.ReLU(), *[keras.layers.Dropout(0.0)] * layers)
    assert str(error.value) == (
        f"{WHERE}: auto-labeler 'vehicle:v1' cannot leave dropout on: the model has no dropout layer\n"
        "  expected: a layer Dropout or SpatialDropout with a rate over 0\n"
        "  fix:      take another look: mirror or noise"
    )


def test_an_auto_labeler_is_asked_with_dropout_on(tmp_path: Path):
    import keras

    finder = keras_finder()
    scores = keras.layers.Dropout(RATE)(finder.output["scores"] / 2)
    path = tmp_path / "drops.keras"
    keras.Model(finder.input, {**finder.output, "scores": scores}).save(path)
    picture = picture_with((3, 4, 10, 12), (24, 32))
    found = []
    for number in range(8):
        options = {"second_look": {"dropout": number}} if number else {}
        labeler = load_autolabeler(make_version("keras", path=path, score_floor=0.0, **options), tmp_path)
        (prediction,) = labeler.predict([picture])
        found.append(prediction.scores.tolist())
    assert found[0] == [0.375]
    assert {score for scores in found[1:] for score in scores} == {0.0, 0.75}
