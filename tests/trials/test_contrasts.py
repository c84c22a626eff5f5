"""Which methods are compared, how they are paired, and when a difference is called shown."""

from __future__ import annotations

import numpy as np
import pytest

from tests.trials.made_up import CLASSES, FIVE_SEEDS, make_runs
from unify.trials.contrasts import CONTRASTS, Contrast, compare, picture_interval, verdict
from unify.trials.statistics import Difference

STRICT, WEAK = Contrast("partial", "naive"), Contrast("full", "partial", strictly=False)


def pairs(entries: list) -> list[tuple[str, str]]:
    return [(each["better"], each["worse"]) for each in entries]


def test_a_contrast_needs_both_methods():
    assert pairs(compare(make_runs({"partial": [0.8], "naive": [0.7]}))["overall"]["f1"]) == [("partial", "naive")]
    assert compare(make_runs({"naive": [0.7], "full": [0.9]}))["overall"]["f1"] == []
    every = ("soft", "hard", "full", "partial", "naive")
    assert len(compare(make_runs({method: [0.5] for method in every}))["overall"]["f1"]) == len(CONTRASTS)


def test_naive_is_beaten_and_full_is_not_worse():
    """Differences 0.14, 0.15, 0.15, 0.13, 0.13: mean 0.14, s = 0.01, half 2.776 * 0.01 / sqrt(5) = 0.0124."""
    beaten, not_worse = compare(make_runs(FIVE_SEEDS))["overall"]["ap75"]
    assert [beaten[key] for key in ("mean", "low", "high")] == pytest.approx([0.14, 0.1276, 0.1524], abs=1e-4)
    assert (beaten["n"], beaten["shown"], beaten["verdict"]) == (5, True, "shown")
    assert beaten["p_holm"] == pytest.approx(2 * beaten["p"])
    assert not_worse["mean"] == pytest.approx(0.0, abs=1e-12)
    assert (not_worse["shown"], not_worse["verdict"]) == (False, "not worse")


@pytest.mark.parametrize(
    ("contrast", "mean", "p_holm", "said"),
    [
        (STRICT, 0.1, 0.049, "shown"),
        (STRICT, 0.1, 0.05, "not shown"),
        (STRICT, -0.1, 0.2, "not shown"),
        (STRICT, -0.1, 0.01, "opposite shown"),
        (STRICT, 0.1, None, "not tested"),
        (WEAK, 0.1, 0.01, "shown"),
        (WEAK, -0.1, 0.2, "not worse"),
        (WEAK, -0.1, 0.01, "worse"),
        (WEAK, None, None, "not tested"),
    ],
)
def test_verdicts(contrast: Contrast, mean: float | None, p_holm: float | None, said: str):
    assert verdict(contrast, Difference(mean, None, None, p_holm, 5), p_holm) == said


def test_only_seeds_that_both_methods_have_are_paired_in_whatever_order():
    runs = make_runs({"naive": [0.5, 0.6, 0.7], "partial": [0.6, 0.7, 0.9, 0.1]})
    assert compare(runs) == compare(runs[::-1])
    assert compare(runs)["overall"]["f1"][0]["n"] == 3
    assert compare(runs[1:])["overall"]["f1"][0]["mean"] == pytest.approx((0.1 + 0.2) / 2)


def test_no_common_seed_is_not_tested():
    naive, partial = make_runs({"naive": [0.5, 0.6]})[0], make_runs({"partial": [0.5, 0.6]})[1]
    (entry,) = compare([naive, partial])["overall"]["f1"]
    assert (entry["mean"], entry["p"], entry["n"], entry["verdict"]) == (None, None, 0, "not tested")


def test_classes_are_corrected_for_all_contrasts_of_all_classes():
    """Two contrasts times three classes, one of which has no boxes and counts: 6 times the smallest p."""
    classes = compare(make_runs(FIVE_SEEDS, CLASSES))["classes"]["ap50"]
    smallest = min(each["p"] for entries in classes.values() for each in entries if each["p"] is not None)
    assert list(classes) == ["car", "pedestrian", "tram"]
    assert min(classes["car"][0]["p_holm"], classes["pedestrian"][0]["p_holm"]) == pytest.approx(6 * smallest)
    assert pairs(classes["car"]) == pairs(classes["tram"]) == [("partial", "naive"), ("full", "partial")]
    assert [each["verdict"] for each in classes["tram"]] == ["not tested"] * 2


def test_what_resampling_does_to_both_methods_alike_is_no_difference():
    resampled = np.linspace(-0.1, 0.1, 1000)
    entry = compare(make_runs(FIVE_SEEDS, resampled=resampled))["overall"]["ap50"][0]
    assert entry["pictures"] == pytest.approx({"low": 0.14, "high": 0.14})
    assert compare(make_runs(FIVE_SEEDS, resampled=resampled))["overall"]["f1"][0]["pictures"] is None


def test_the_picture_interval_holds_95_of_100_resamples_of_the_mean_over_seeds():
    """Differences of seed 0 are 0 to 100, of seed 1 twice that: their mean is 0 to 150."""
    steps, nothing = np.arange(101.0), np.zeros(101)
    runs = {("soft", 0): steps, ("soft", 1): 2 * steps, ("hard", 0): nothing, ("hard", 1): nothing}
    assert picture_interval(runs, "soft", "hard") == pytest.approx({"low": 3.75, "high": 146.25})
    assert picture_interval({**runs, ("soft", 2): steps}, "soft", "hard") == picture_interval(runs, "soft", "hard")


def test_resamples_without_a_box_are_left_out():
    some, nothing = np.array([np.nan, 1.0, 1.0]), np.zeros(3)
    assert picture_interval({("soft", 0): some, ("hard", 0): nothing}, "soft", "hard") == {"low": 1.0, "high": 1.0}
    assert picture_interval({("soft", 0): some[:1], ("hard", 0): nothing[:1]}, "soft", "hard") is None
    assert picture_interval({}, "soft", "hard") is None
