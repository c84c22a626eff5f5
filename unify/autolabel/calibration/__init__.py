"""Calibration: how often an auto-labeler is right, measured on pictures that people searched.

In: human boxes and raw predictions of the same pictures, none of which the auto-labeler was trained on (its caller
checks that). Out: a `Calibration`: per class a threshold, calibrators, recall and the trust in absence, and its file.
Fitting needs scikit-learn and SciPy, plotting matplotlib; reading a file and applying it need NumPy alone.

Read ``fit.py`` first (the story), then ``values.py`` (what comes out). ``match.py`` tells right from wrong,
``calibrators.py`` fits probabilities, ``thresholds.py`` chooses thresholds, ``quality.py`` measures what calibration
gained, ``file.py`` writes and reads, ``plot.py`` draws, ``policy.py`` hands the numbers to the compiler.
"""
