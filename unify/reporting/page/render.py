"""From numbers to a page: lays out the figures, embeds the pictures, fills the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from unify.core.types import JsonObject
from unify.reporting.page.coverage import coverage_groups, states_present
from unify.reporting.page.environment import environment, script, security_policy, styles
from unify.reporting.page.flow import lay_out
from unify.reporting.page.gallery_data import picture_ids, script_data
from unify.reporting.page.picture_files import Shown, shown_pictures
from unify.reporting.page.plots import histogram, reliability
from unify.reporting.page.trial_plots import gain_plots, loss_plot, score_plots

Pictures = Callable[[str], bytes]


def render_report(content: JsonObject, pictures: Pictures) -> str:
    """``report.html``: one file that needs no other, no server and no network.

    Args:
        content: ``report.json``, see ``unify/reporting/README.md``.
        pictures: gives the stored file, JPEG or PNG, of a picture by its id.

    Raises:
        UnifyError: Jinja2 is not installed.
    """
    shown = shown_pictures(picture_ids(content), pictures)
    sizes = {name: (each.width, each.height) for name, each in shown.items()}
    return _report(content, script_data(content, sizes), shown, "data:")


def render_served(content: JsonObject) -> str:
    """The same page for a server that gives the picture ``id`` at ``picture/<id>``, as it is stored.

    Raises:
        UnifyError: Jinja2 is not installed.
    """
    return _report(content, script_data(content, None), {}, "'self'")


def render_trial(content: JsonObject) -> str:
    """``trial.html``: one file that needs no other.

    Args:
        content: of `unify.reporting.trial.trial_content`.

    Raises:
        UnifyError: Jinja2 is not installed.
    """
    plots = {"scores": score_plots(content), "gains": gain_plots(content["gains"]), "losses": loss_plot(content)}
    return _page("trial.html", "", "data:", report=content, **plots)


def _report(content: JsonObject, data: JsonObject, shown: Mapping[str, Shown], pictures_from: str) -> str:
    bins = content["bins"]
    figures = {
        "sizes": {each["class"]: histogram(bins["sizes"], each["sizes"]) for each in content["classes"]},
        "aspects": {each["class"]: histogram(bins["aspects"], each["aspects"]) for each in content["classes"]},
        "weights": {
            each["class"]: histogram(bins["weights"], {"machine": each["weights"]["bins"]})
            for each in content["classes"]
            if each["machine_boxes"]
        },
        "reliability": {
            each["autolabeler"]: reliability(
                each["calibration"]["reliability_before"], each["calibration"]["reliability_after"]
            )
            for each in content["autolabelers"]
            if each["calibration"]["status"] == "read"
        },
        "difficulty": histogram(
            bins["uncertainty"], {level: of["bins"] for level, of in content["difficulty"]["levels"].items()}, width=520
        ),
        "flow": lay_out(content["lineage"]["nodes"], content["lineage"]["edges"]),
    }
    coverage = {"groups": coverage_groups(content), "states": states_present(content)}
    return _page(
        "report.html", script(), pictures_from, report=content, data=data, shown=shown, figures=figures, **coverage
    )


def _page(template: str, script_text: str, pictures_from: str, **values: Any) -> str:
    policy = security_policy(script_text, pictures_from)
    made = environment().get_template(template)
    return made.render(styles=styles(), script=script_text, policy=policy, **values)
