"""Writes a trial's page."""

from __future__ import annotations

import os
from pathlib import Path

from unify.files import write_whole
from unify.reporting.trial import read_trial, trial_content

PAGE_NAME = "trial.html"


def report_trial(folder: str | os.PathLike[str], *, output: str | os.PathLike[str] | None = None) -> Path:
    """Write ``trial.html`` from a trial's ``trial.json``.

    Args:
        folder: the trial's folder.
        output: the page; ``trial.html`` in the folder by default. Replaced where it exists.

    Returns:
        The page's path.

    Raises:
        UnifyError: there is no trial, it is damaged, or a library for the page is not installed.
        OutputError: the page cannot be written.
    """
    content = trial_content(read_trial(Path(folder)))
    from unify.reporting.page import render_trial

    page = Path(output) if output is not None else Path(folder) / PAGE_NAME
    write_whole(page, render_trial(content).encode())
    return page
