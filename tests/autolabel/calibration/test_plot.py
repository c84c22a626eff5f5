"""The picture of a calibration."""

from __future__ import annotations

import re

from tests.autolabel.calibration.test_file import SMALL
from unify.autolabel.calibration.plot import reliability_svg


def test_the_same_calibration_is_the_same_picture():
    assert reliability_svg(SMALL) == reliability_svg(SMALL)


def test_it_is_an_svg_without_a_clock_that_names_what_it_shows():
    drawn = reliability_svg(SMALL).decode()
    assert drawn.startswith("<?xml") and "</svg>" in drawn
    assert not re.search(r"<dc:date>|Matplotlib v", drawn)
    for text in ("street:v1", "car: 35 right of 60", "before, D-ECE 0.125", "P(IoU ≥ 0.75)"):
        assert text in drawn


def test_it_leaves_the_callers_matplotlib_as_it_was():
    import matplotlib

    before = dict(matplotlib.rcParams)
    reliability_svg(SMALL)
    assert dict(matplotlib.rcParams) == before
