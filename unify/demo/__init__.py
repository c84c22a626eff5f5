"""Demo: the whole story on drawn driving scenes, from batches that each know a part to one dataset that knows more.

In: a new folder. Out: a workspace with unified datasets by three methods, its own specialists, and two pictures. Read
``run.py`` first. ``workspace.py`` draws and registers, ``cut.py`` is what each team labels; ``told.py`` is what a
person reads; ``judge.py`` holds machine labels against the truth. ``known.py`` (with ``gallery.py`` and ``panel.py``)
draws what is known of some pictures, ``methods.py`` (with ``beside.py``) what each method makes of one; ``marks.py``
are the outlines. ``round.py`` plays a round of labeling, which ``told_round.py`` tells.
"""
