from __future__ import annotations

import numpy as np
import pytest

losses = pytest.importorskip("unify.losses", exc_type=ImportError)


def manifest(labeled: dict[str, int], examples: int = 100) -> dict:
    ids = {name: number for number, name in enumerate(labeled, start=1)}
    classes = {name: {"labeled": count} for name, count in labeled.items()}
    return {
        "taxonomy": {"ids": ids, "exclusive": [["car", "person"]]},
        "splits": {"train": {"examples": examples, "classes": classes}, "val": {"examples": 0, "classes": classes}},
    }


def test_balance_worked_out_by_hand():
    # pi 1 and 1/4: weights 1 and 2, scaled by (1 + 1/4) / (1 + 2/4)
    weights = losses.class_balance(manifest({"car": 100, "person": 25}))
    np.testing.assert_allclose(weights, np.array([1, 2]) * 1.25 / 1.5)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0])
def test_the_scale_of_the_loss_is_kept(gamma: float):
    counts = {"car": 100, "person": 7, "dog": 50}
    share, weights = np.array(list(counts.values())) / 100, losses.class_balance(manifest(counts), gamma=gamma)
    np.testing.assert_allclose((share * weights).sum(), share.sum())


def test_rare_classes_are_capped():
    weights = losses.class_balance(manifest({"car": 100, "person": 1}), gamma=1.0, cap=10.0)
    np.testing.assert_allclose(weights[1] / weights[0], 10)


def test_equal_coverage_needs_no_balance():
    np.testing.assert_allclose(losses.class_balance(manifest({"car": 40, "person": 40})), 1.0)


def test_a_class_labeled_nowhere_and_a_skipped_id_are_harmless():
    content = manifest({"car": 100, "person": 0})
    content["taxonomy"]["ids"] = {"car": 1, "person": 4}
    np.testing.assert_allclose(losses.class_balance(content), [1, 1, 1, 1])
    assert losses.class_balance(manifest({"car": 0})) == (1.0,)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"split": "test"}, "no such split"),
        ({"split": "val"}, "split 'val' is empty"),
        ({"gamma": -1.0}, "out of range"),
        ({"cap": 0.5}, "out of range"),
    ],
)
def test_wrong_requests_say_what_is_wrong(options: dict, text: str):
    with pytest.raises(ValueError, match=text):
        losses.class_balance(manifest({"car": 1}), **options)


def test_exclusive_groups_become_columns():
    assert losses.exclusive_columns(manifest({"car": 1, "dog": 1, "person": 1})) == ((0, 2),)
