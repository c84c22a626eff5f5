"""A file for each annotation tool: what it is given, and how its answers are read.

Each offers ``NAME``, ``write(project, image_url)``, which gives file name -> bytes, and ``read(project, files)``.
"""
