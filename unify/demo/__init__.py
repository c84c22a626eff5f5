"""Demo: the whole story on drawn driving scenes, from batches that each know a part to one dataset that says so.

In: a new folder. Out: a workspace, a compiled dataset and a picture of what is known on its pictures. Read ``run.py``
first; ``cut.py`` makes the teams' batches, ``gallery.py`` draws boxes onto a picture, ``panel.py`` the states beside.
"""
