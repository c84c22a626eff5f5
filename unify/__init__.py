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
    from unify.checking import check
    from unify.compiler import compile, plan
    from unify.errors import UnifyError
    from unify.records.export import export_dataset as export
    from unify.records.reader import load
    from unify.records.verify import verify_dataset as verify
    from unify.registry.edit import register_autolabeler, register_dataset
    from unify.registry.workspace import init_workspace as init
    from unify.train.evaluate import evaluate
    from unify.trials import trial

_HOMES = {
    "UnifyError": ("unify.errors", "UnifyError"),
    "check": ("unify.checking", "check"),
    "compile": ("unify.compiler", "compile"),
    "evaluate": ("unify.train.evaluate", "evaluate"),
    "export": ("unify.records.export", "export_dataset"),
    "init": ("unify.registry.workspace", "init_workspace"),
    "load": ("unify.records.reader", "load"),
    "plan": ("unify.compiler", "plan"),
    "register_autolabeler": ("unify.registry.edit", "register_autolabeler"),
    "register_dataset": ("unify.registry.edit", "register_dataset"),
    "trial": ("unify.trials.trial", "trial"),
    "verify": ("unify.records.verify", "verify_dataset"),
}
_MODULES = ("detector", "losses")
__all__ = [
    "UnifyError",
    "check",
    "compile",
    "detector",
    "evaluate",
    "export",
    "init",
    "load",
    "losses",
    "plan",
    "register_autolabeler",
    "register_dataset",
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
