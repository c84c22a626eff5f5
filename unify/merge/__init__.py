"""Merge: human boxes, predictions and a method become boxes with class, weight and source, and a state per class. Pure.

In: a `CompilePlan` and the example numbers of a shard, then predictions and a `FillPolicy`. Out: an `ExampleTable` for
the record writer. ``human.py`` gathers what people drew; ``methods.py`` does what the method says with the classes
nobody labeled; ``machine.py`` fills them with ``candidates.py``'s boxes, fused by ``fusion.py`` where several
auto-labelers look for one class.
"""

from __future__ import annotations

RULES = 1  # raised whenever the same labels, answers and config give other boxes, weights or states
