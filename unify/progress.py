"""How long work tells that it is getting somewhere, without knowing who listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Progress(Protocol):
    """Someone who listens."""

    def stage(self, what: str, total: int | None = None, unit: str = "pictures") -> Callable[[int], None]:
        """Begin a stage of ``total`` items (None: not known yet), many of which are called ``unit``.

        Call the result with each number of items done.
        """
        ...


class Silent:
    """Nobody listens: the default of the library."""

    def stage(self, what: str, total: int | None = None, unit: str = "pictures") -> Callable[[int], None]:
        return lambda count: None
