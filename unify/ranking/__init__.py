"""What to label next: pairs of picture and task, best first, from what the prediction cache already holds.

In: a config or a unified dataset, and the answers of auto-labelers in the cache. Out: a queue of questions for people,
each with its score, its cost and how difficult the picture is. No model is run.

Read ``rank.py`` first (the story). ``formulas.py``, ``committee.py`` and ``consistency.py`` hold how uncertain one box
is, ``measures.py`` names these measures and says what each needs, ``scoring.py`` takes them over all pictures,
``difficulty.py`` sorts pictures and boxes, ``selection.py`` and ``diversity.py`` spend the budget, ``queue.py`` writes
the queue down. ``pictures.py`` rates whole pictures for whoever shows them, ``stream.py`` judges pictures that come in
batches, ``mining.py`` finds where auto-labelers err on pictures that people have labeled. ``second_look.py`` (with
``looks.py``) alone runs models, before a ranking: the same auto-labeler on changed pictures, to be compared.
"""
