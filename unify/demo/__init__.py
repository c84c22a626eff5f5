"""Demo: a small driving-scene data set, drawn by program, on which everything unify does can be watched.

In: a seed. Out: pictures with every object known, and pictures of pictures for people to look at. Pillow and NumPy
only; nothing is downloaded. The drawings are scenery for showing unify, never a benchmark of detectors.

Read ``scene.py`` first: it tells how a scene comes about. ``geometry.py`` is the camera and the shapes, ``light.py``
time of day and weather; ``sky.py``, ``road.py`` and ``roadside.py`` are what stands still; ``cars.py``, ``trucks.py``
and ``buses.py`` (all made of ``solid.py``), ``people.py``, ``cyclists.py`` and ``furniture.py`` the objects;
``traffic.py`` says who stands where, ``layers.py`` who hides whom, ``effects.py`` what the lens and the air add.
``gallery.py`` draws boxes onto a picture, ``panel.py`` the states beside it.
"""
