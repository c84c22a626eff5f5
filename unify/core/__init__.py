"""Values and pure functions that every other part speaks in: states, tables of labels, boxes, digests.

NumPy only; no files, no network. Read ``types.py`` first.
"""
