from __future__ import annotations

import numpy as np
import pytest

from tests.train.backend import numpy_of

keras = pytest.importorskip("keras", reason="needs the [train] extra", exc_type=ImportError)
losses = pytest.importorskip("unify.losses", exc_type=ImportError)

Y_TRUE = np.array([[[1, 1, 0, -1], [1, 0, 0, -1]], [[0, -1, -1, -1], [0, -1, -1, -1]]], np.float32)
LOGITS = np.zeros_like(Y_TRUE)  # every known element costs log 2
PER_PICTURE = np.array([6, 2]) * np.log(2)


def loss_of(normalizer) -> float:
    return float(numpy_of(losses.PartialBinaryCrossentropy(normalizer=normalizer)(Y_TRUE, LOGITS)))


def test_positives():
    np.testing.assert_allclose(loss_of("positives"), PER_PICTURE.sum() / 3, rtol=1e-6)


def test_positives_count_at_least_one():
    loss = losses.PartialBinaryCrossentropy()
    np.testing.assert_allclose(numpy_of(loss(Y_TRUE * 0, LOGITS)), 16 * np.log(2), rtol=1e-6)


def test_positives_count_by_weight():
    weights = np.where(Y_TRUE == 1, 0.5, 1.0).astype(np.float32)
    loss = losses.PartialBinaryCrossentropy()
    np.testing.assert_allclose(numpy_of(loss(Y_TRUE, LOGITS, weights)), 6.5 * np.log(2) / 1.5, rtol=1e-6)


def test_labeled():
    np.testing.assert_allclose(loss_of("labeled"), np.log(2), rtol=1e-6)


def test_proportion_weighs_pictures_by_g_of_their_labeled_share():
    g = -4.45 * np.array([6 / 8, 2 / 8]) + 5.45
    np.testing.assert_allclose(loss_of("proportion"), (g * PER_PICTURE).sum() / 16, rtol=1e-6)
    squared = losses.Proportion(alpha=-1.0, beta=2.0, gamma=2.0)
    g = 2 - np.array([6 / 8, 2 / 8]) ** 2
    np.testing.assert_allclose(loss_of(squared), (g * PER_PICTURE).sum() / 16, rtol=1e-6)


def test_proportion_of_a_fully_labeled_batch_is_the_mean():
    loss = losses.PartialBinaryCrossentropy(normalizer="proportion")
    np.testing.assert_allclose(numpy_of(loss(Y_TRUE * 0, LOGITS)), np.log(2), rtol=1e-6)


def test_positives_ema_starts_at_the_first_batch_and_moves_a_tenth():
    loss = losses.PartialBinaryCrossentropy(normalizer="positives_ema")
    np.testing.assert_allclose(numpy_of(loss(Y_TRUE, LOGITS)), PER_PICTURE.sum() / 3, rtol=1e-6)
    more = np.ones_like(Y_TRUE)
    average = (0.9 * 0.1 * 3 + 0.1 * 16) / (0.9 * 0.1 + 0.1)
    np.testing.assert_allclose(numpy_of(loss(more, LOGITS)), 16 * np.log(2) / average, rtol=1e-6)
    np.testing.assert_allclose(numpy_of(loss.normalizer.result()), average, rtol=1e-6)


def test_positives_ema_outlives_epochs():
    average = losses.MovingPositives(state=(5.0, 0.5))
    average.reset_state()
    average.update_state(None, None)
    assert numpy_of(average.result()) == 10


@pytest.mark.parametrize("wrong", [{"momentum": 1.0}, {"momentum": -0.1}])
def test_momentum_is_checked(wrong: dict[str, float]):
    with pytest.raises(ValueError, match="momentum is out of range"):
        losses.MovingPositives(**wrong)


def test_g_must_be_positive():
    with pytest.raises(ValueError, match=r"g\(p\) is not positive"):
        losses.Proportion(alpha=-6.0)


def test_a_misspelt_normalizer_is_corrected():
    with pytest.raises(ValueError) as error:
        losses.PartialBinaryCrossentropy(normalizer="positive")
    assert str(error.value) == (
        "normalizer: there is no such normalizer\n"
        "  got:      'positive'\n"
        "  expected: one of labeled, positives, positives_ema, proportion, or an object with a method divisor(counts)\n"
        "  fix:      did you mean 'positives'?"
    )


def test_a_normalizer_of_ones_own():
    class Ten:
        def divisor(self, counts):
            return 10.0

    np.testing.assert_allclose(loss_of(Ten()), PER_PICTURE.sum() / 10, rtol=1e-6)


def test_a_stateless_step_that_would_forget_the_average_is_refused():
    loss = losses.PartialBinaryCrossentropy(normalizer="positives_ema")
    with keras.StatelessScope(), pytest.raises(ValueError) as error:
        loss(Y_TRUE, LOGITS)
    assert str(error.value) == (
        "positives_ema: the moving average would be lost after this step\n"
        "  got:      a stateless step without it\n"
        "  expected: a step that carries it\n"
        "  fix:      compile(..., metrics=[loss.normalizer])"
    )


def test_a_stateless_step_may_carry_the_average():
    loss = losses.PartialBinaryCrossentropy(normalizer="positives_ema")
    state = loss.normalizer.state
    with keras.StatelessScope([(state, keras.ops.convert_to_tensor([9.0, 0.5]))]) as scope:
        loss(Y_TRUE, LOGITS)
    np.testing.assert_allclose(numpy_of(scope.get_current_value(state)), [8.4, 0.55], rtol=1e-6)
    np.testing.assert_array_equal(numpy_of(state.value), [0, 0])
