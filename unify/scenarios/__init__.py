"""Scenarios: pictures whose full truth is known, cut into batches that each know a part.

In: what a trial's config declares. Out: a workspace of its own that can be compiled like any other: batches of what
every task labeled, of what was withheld from it, and of fully labeled pictures, some to calibrate specialists on and
others to evaluate on. Nothing is downloaded, and a registered file of the user's is never touched.

Read ``make.py`` first. ``digits.py``, ``driving.py`` and ``cut.py`` say where pictures and their truth come from,
``assign.py`` who labels what; ``batches.py``, ``workspace.py`` and ``coco_file.py`` write it down. ``drawing.py`` has
pictures drawn by many workers, ``truth.py`` is what is known of each, ``whole_folder.py`` keeps half a scenario from
ever being seen.
"""

from unify.scenarios.make import ScenarioBatches, make_scenario

__all__ = ["ScenarioBatches", "make_scenario"]
