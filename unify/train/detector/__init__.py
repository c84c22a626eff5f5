"""The reference detector: small, anchor-free, trained by the partial losses, and the example of how to wire them.

In: batches of `unify.load`. Out: a Keras model, and its detections. Read ``train.py`` first: it wires everything up.
``network.py`` is the network, ``targets.py`` says what every cell should learn and how much it counts, ``augment.py``
changes pictures, ``step.py`` holds losses, optimizer and schedule, ``decode.py`` makes boxes of what the cells say,
``detect.py`` runs it over pictures, ``detector.py`` is the Keras model around it, ``checks.py`` what can be wrong
beforehand. ``trainer.py`` and ``watcher.py`` are for many small detectors, one after another, in one process.
"""
