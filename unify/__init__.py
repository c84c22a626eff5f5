"""unify: partially labeled detection datasets, unified into one that a single detector can train on.

    import unify
    report = unify.compile("configs/adas_v7.yaml")
    dataset = unify.load("unified/adas-v7", split="train")
    loss = unify.losses.PartialBinaryFocalCrossentropy()

Names are imported when they are first used: ``import unify`` itself loads neither TensorFlow nor NumPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unify import detector, losses
    from unify.autolabel.calibration.settings import CalibrationSettings
    from unify.calibrating.calibrate import calibrate
    from unify.calibrating.promotion import promote
    from unify.calibrating.ranking import calibrate_all
    from unify.checking import check
    from unify.compiler import compile, plan
    from unify.errors import UnifyError
    from unify.looping.loop import loop
    from unify.ranking.rank import rank
    from unify.ranking.second_look import look_again
    from unify.ranking.settings import RankSettings
    from unify.records.export import export_dataset as export
    from unify.records.reader import load
    from unify.records.verify import verify_dataset as verify
    from unify.registry.edit import register_autolabeler, register_dataset
    from unify.registry.workspace import init_workspace as init
    from unify.reporting.browse import browse
    from unify.reporting.lineage.ask import lineage
    from unify.reporting.report import report
    from unify.reporting.show import show
    from unify.reviewing.bring_back import review_import
    from unify.reviewing.export import review_export
    from unify.reviewing.find_errors import find_label_errors
    from unify.simulating.simulate import simulate
    from unify.train.evaluate import evaluate
    from unify.trials import trial

_HOMES = {
    "CalibrationSettings": ("unify.autolabel.calibration.settings", "CalibrationSettings"),
    "RankSettings": ("unify.ranking.settings", "RankSettings"),
    "UnifyError": ("unify.errors", "UnifyError"),
    "browse": ("unify.reporting.browse", "browse"),
    "calibrate": ("unify.calibrating.calibrate", "calibrate"),
    "calibrate_all": ("unify.calibrating.ranking", "calibrate_all"),
    "check": ("unify.checking", "check"),
    "compile": ("unify.compiler", "compile"),
    "evaluate": ("unify.train.evaluate", "evaluate"),
    "export": ("unify.records.export", "export_dataset"),
    "find_label_errors": ("unify.reviewing.find_errors", "find_label_errors"),
    "init": ("unify.registry.workspace", "init_workspace"),
    "lineage": ("unify.reporting.lineage.ask", "lineage"),
    "load": ("unify.records.reader", "load"),
    "look_again": ("unify.ranking.second_look", "look_again"),
    "loop": ("unify.looping.loop", "loop"),
    "plan": ("unify.compiler", "plan"),
    "promote": ("unify.calibrating.promotion", "promote"),
    "rank": ("unify.ranking.rank", "rank"),
    "register_autolabeler": ("unify.registry.edit", "register_autolabeler"),
    "register_dataset": ("unify.registry.edit", "register_dataset"),
    "report": ("unify.reporting.report", "report"),
    "review_export": ("unify.reviewing.export", "review_export"),
    "review_import": ("unify.reviewing.bring_back", "review_import"),
    "show": ("unify.reporting.show", "show"),
    "simulate": ("unify.simulating.simulate", "simulate"),
    "trial": ("unify.trials.trial", "trial"),
    "verify": ("unify.records.verify", "verify_dataset"),
}
_MODULES = ("detector", "losses")
__all__ = [
    "CalibrationSettings",
    "RankSettings",
    "UnifyError",
    "browse",
    "calibrate",
    "calibrate_all",
    "check",
    "compile",
    "detector",
    "evaluate",
    "export",
    "find_label_errors",
    "init",
    "lineage",
    "load",
    "look_again",
    "loop",
    "losses",
    "plan",
    "promote",
    "rank",
    "register_autolabeler",
    "register_dataset",
    "report",
    "review_export",
    "review_import",
    "show",
    "simulate",
    "trial",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"unify.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'unify' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return __all__
