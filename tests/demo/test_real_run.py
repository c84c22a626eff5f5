"""The demo with specialists that are really trained. In a file of its own: the others replay what specialists say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import unify.demo.run as demo
from unify.demo import told_round
from unify.progress import Silent
from unify.registry.trial_objects import DetectorSettings


class _Noted(Silent):
    def __init__(self) -> None:
        self.stages: list[str] = []

    def stage(self, what: str, total: int | None = None, unit: str = "pictures") -> Callable[[int], None]:
        self.stages.append(what)
        return super().stage(what, total, unit)


@pytest.mark.slow
@pytest.mark.tensorflow
def test_it_trains_specialists_once(tmp_path: Path):
    """Hardly trained, they are good for nothing, and nothing is filled."""
    settings = DetectorSettings(image_hw=(48, 80), width=8, steps=2, batch_size=2)
    lines, noted = [], _Noted()
    folder = tmp_path / "d"
    demo.run_demo(folder, num_pictures=40, detector=settings, progress=noted, say=lines.append)
    assert noted.stages[:2] == ["drawing", "training 3 specialists"]
    assert set(noted.stages[2:]) == {"auto-labeling"}
    assert "\n".join(lines).count("not surely precise enough: stays unknown") == 7
    assert told_round.UNABLE in lines
    again = _Noted()
    reports = demo.run_demo(folder, num_pictures=40, detector=settings, progress=again, say=lines.append)
    assert again.stages == [] and all(report.up_to_date for report in reports.values())
