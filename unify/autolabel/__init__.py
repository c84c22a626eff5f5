"""Specialist models that look at pictures: the one interface to all of them, and the checks of what they answer.

    from unify.autolabel.load import load_autolabeler, read_spec

    labeler = load_autolabeler(version, workspace)   # seconds; `read_spec` tells what it is without loading it
    labeler.predict([picture, ...])                  # a Prediction or a Failure each

In: a version from the registry, and pictures as uint8 [H, W, 3] RGB in stored pixels. Out: `unify.core.predictions`,
raw scores over a low floor, boxes in pixels of the picture, clipped, best first. Never: thresholds, calibration, human
labels.

Read first: ``contract.py``, what an answer must be; then ``labeler.py``, which asks and checks. A model that is a
network and nothing else needs no code: ``options.py`` says what can be declared, ``preprocess.py`` is the way in,
``heads.py`` and ``postprocess.py`` the way out. ``adapters/`` has one file for each way a model can be had.
"""
