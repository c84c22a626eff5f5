"""unify: partially labeled detection datasets, unified into one that a single detector can train on.

    import unify
    report = unify.compile("configs/adas_v7.yaml")
    dataset = unify.load("unified/adas-v7", split="train")

Names are imported when they are first used: ``import unify`` itself loads neither TensorFlow nor NumPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unify.checking import check
    from unify.compiler import compile, plan
    from unify.errors import UnifyError
    from unify.records.export import export_dataset
    from unify.records.reader import load
    from unify.records.verify import verify_dataset
    from unify.registry.edit import register_autolabeler, register_dataset
    from unify.registry.workspace import init_workspace

__all__ = [
    "UnifyError",
    "check",
    "compile",
    "export_dataset",
    "init_workspace",
    "load",
    "plan",
    "register_autolabeler",
    "register_dataset",
    "verify_dataset",
]

_HOMES = {
    "UnifyError": "unify.errors",
    "check": "unify.checking",
    "compile": "unify.compiler",
    "export_dataset": "unify.records.export",
    "init_workspace": "unify.registry.workspace",
    "load": "unify.records.reader",
    "plan": "unify.compiler",
    "register_autolabeler": "unify.registry.edit",
    "register_dataset": "unify.registry.edit",
    "verify_dataset": "unify.records.verify",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'unify' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
