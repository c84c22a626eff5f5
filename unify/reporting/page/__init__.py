"""``report.html`` and ``trial.html``: one self-contained page each. Shows numbers that others worked out."""

from unify.reporting.page.render import render_report, render_served, render_trial

__all__ = ["render_report", "render_served", "render_trial"]
