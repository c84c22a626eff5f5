"""What the parts of an auto-labeler promise each other: the description, the adapter, the loaded model."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from unify.core.predictions import PictureKey, ScoreKind
from unify.core.types import JsonObject
from unify.registry.objects import AutoLabelerRef, AutoLabelerVersion

if TYPE_CHECKING:
    from unify.autolabel.options import Options


@dataclass(frozen=True)
class AutoLabelerSpec:
    """What is known of an auto-labeler before its model is loaded: enough to tell whether a prediction is still good.

    Attributes:
        version: the registered version.
        workspace: absolute folder that holds ``registry/``.
        options: checked options of the adapter, defaults filled in.
        files: absolute paths of weights and code, files or folders: what the fingerprint must cover beside the recipe.
        recipe: all else that changes what is predicted, as plain JSON values; no thresholds, no batch size.
    """

    version: AutoLabelerVersion
    workspace: Path
    options: Options
    files: tuple[Path, ...]
    recipe: JsonObject

    @property
    def ref(self) -> AutoLabelerRef:
        return self.version.ref

    @property
    def classes(self) -> tuple[str, ...]:
        """The declared classes, whose indices predictions hold."""
        return self.version.classes

    @property
    def score_kind(self) -> ScoreKind:
        return ScoreKind(self.options.score_kind)

    @property
    def batch_size(self) -> int:
        """Pictures that are worth handing over at once."""
        return self.options.batch_size


class Model(Protocol):
    """A loaded model.

    Attributes:
        advice: what is off, a key of `contract.ADVICE` -> how to mend it with this adapter, where that differs.
        preparation: all that `prepare` depends on beside the picture: models in which it is equal make the same of it,
            and one of them does it for all.
    """

    advice: Mapping[str, str]
    preparation: Hashable

    def prepare(self, picture: np.ndarray) -> Any:
        """What of the work needs no model: called from any thread, its result handed to `assemble` as the picture."""
        ...

    def assemble(self, pictures: Sequence[Any]) -> Any:
        """Prepared pictures as the batch that the model is called with: called from any thread too."""
        ...

    def __call__(self, batch: Any, keys: Sequence[PictureKey] | None) -> Sequence[Any]:
        """One answer a picture, as `contract` describes it.

        Raises:
            AutoLabelerError: no picture would fare better.
            Exception: anything else is the fault of one of these pictures.
        """
        ...


class Adapter(Protocol):
    """A module in ``adapters/``."""

    Shape: type[Options]

    def files_of(self, version: AutoLabelerVersion, workspace: Path, options: Options) -> tuple[Path, ...]:
        """All files and folders whose content decides what is predicted. Raises RegistryError where one is missing."""
        ...

    def load(self, spec: AutoLabelerSpec) -> Model:
        """The model, ready to be asked. Raises anything."""
        ...
