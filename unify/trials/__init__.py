"""Trials: which method suits this data? The same components by each method, trained, evaluated and compared.

In: a trial's config. Out: ``trial.json``, a table and a plot. Read ``trial.py`` first: it is the story. ``claim.py``
says whose folder an output is, ``datasets.py`` has specialists trained (``unify/specialists``) and compiles, ``run.py``
is one training, made in a worker, ``requirements.py`` what must be installed; the rest is pure: ``scores.py`` what a
run scored, ``statistics.py`` intervals and tests, ``contrasts.py`` which method should beat which, ``summary.py`` all
numbers, ``table.py`` and ``plot.py`` how they are shown.
"""

from unify.trials.trial import TrialReport, trial

__all__ = ["TrialReport", "trial"]
