"""Where auto-labelers run in these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from unify.executors import LocalExecutor
from unify.inference import work


@pytest.fixture
def one_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One worker is the test's own process, which starts at once and can be looked into; more are more, as ever."""
    run = LocalExecutor.run

    def run_here(self: LocalExecutor, *arguments: object, runs_models: bool = False) -> Iterator:
        return run(self, *arguments)

    monkeypatch.setattr(LocalExecutor, "run", run_here)
    yield
    work._loaded.clear()
