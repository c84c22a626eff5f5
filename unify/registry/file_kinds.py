"""The kinds of YAML files that editors can check. Import it inside functions, for the reason given in ``schema.py``."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from unify.registry.loop_schema import LoopFile
from unify.registry.schema import AutoLabelerFile, ConfigFile, DatasetsFile, TaxonomyFile
from unify.registry.simulation_schema import SimulationFile
from unify.registry.trial_schema import TrialFile

FILE_KINDS: dict[str, type[BaseModel]] = {
    "taxonomy": TaxonomyFile,
    "datasets": DatasetsFile,
    "autolabeler": AutoLabelerFile,
    "config": ConfigFile,
    "trial": TrialFile,
    "loop": LoopFile,
    "simulation": SimulationFile,
}


def json_schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema (draft 2020-12) of each file kind."""
    return {kind: json_schema(model) for kind, model in FILE_KINDS.items()}


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """JSON Schema of one model."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
