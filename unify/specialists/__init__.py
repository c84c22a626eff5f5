"""Specialists: for every task an auto-labeler of our own, trained on what the task labeled itself.

In: who learns from which batches (``task.py``). Out: registered and calibrated auto-labelers. ``make.py`` tells the
story: one dataset a task → one detector each → the registry → calibrated on pictures it has not seen. ``train.py`` is
one training, made in a worker; ``measure.py`` is the calibration, done once.
"""

from __future__ import annotations

from unify.specialists.make import make_specialists
from unify.specialists.task import SpecialistTask

__all__ = ["SpecialistTask", "make_specialists"]
