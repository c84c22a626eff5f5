"""Driving scenes, drawn by program, with every object known.

In: a seed. Out: a picture, its boxes, and how much of each object is seen. Pillow and NumPy; nothing is downloaded.
The drawings are scenery for showing unify and for comparing its methods, never a benchmark of detectors.

Read ``scene.py`` first: it tells how a scene comes about. ``geometry.py`` is the camera and the shapes, ``light.py``
time of day and weather; ``sky.py``, ``road.py`` and ``roadside.py`` are what stands still; ``cars.py``, ``trucks.py``
and ``buses.py`` (all made of ``solid.py``), ``people.py``, ``cyclists.py`` and ``furniture.py`` the objects;
``traffic.py`` says who stands where, ``layers.py`` who hides whom, ``effects.py`` what the lens and the air add.
"""
