"""Auto-labelers measured on pictures that people searched: thresholds, probabilities, and which version is best.

In: a registered auto-labeler and batches that it was not trained on. Out: its calibration file, a plot beside it, and
its thresholds and metrics in the registry. No picture is looked at twice: what the model says goes through the
prediction cache. The numbers themselves are made in ``unify/autolabel/calibration``, which knows no files.

Read ``bench.py`` first (the story of one version). ``truth.py`` gathers what people know of the pictures,
``unseen.py`` refuses those the model learned from, ``target.py`` says where results go, ``ranking.py`` measures whole
stacks and ``promotion.py`` reorders one.
"""
