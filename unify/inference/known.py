"""An auto-labeler known by its fingerprint: what may be asked of it, and where its answers are kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from unify.autolabel.fingerprint import fingerprint_of
from unify.autolabel.labeler import AutoLabeler
from unify.autolabel.load import load_autolabeler, read_spec
from unify.autolabel.problems import problem_of
from unify.errors import AutoLabelerError
from unify.intake import STATE_FOLDER
from unify.registry.objects import AutoLabelerVersion


@dataclass(frozen=True)
class KnownLabeler:
    """A registered auto-labeler whose files were looked at. Plain values, cheap to pickle.

    Attributes:
        version: the registered version.
        workspace: absolute folder that holds ``registry/``.
        fingerprint: 64 hexadecimal digits.
    """

    version: AutoLabelerVersion
    workspace: Path
    fingerprint: str

    @property
    def ref(self) -> str:
        return str(self.version.ref)

    def load(self) -> AutoLabeler:
        """The model, ready to be asked; takes seconds.

        Raises:
            RegistryError: a file is missing, or an option is wrong.
            AutoLabelerError: it cannot be loaded, or its files are not those of the fingerprint any more.
        """
        labeler = load_autolabeler(self.version, self.workspace)
        if _fingerprint(self.version, self.workspace) != self.fingerprint:
            what = "is not what it was when the work began: its files changed, or differ on this machine"
            raise AutoLabelerError(problem_of(self.version, what, fix="run the same command again"))
        return labeler


def know_labeler(version: AutoLabelerVersion, workspace: Path) -> KnownLabeler:
    """Fingerprint an auto-labeler without loading it.

    Raises:
        RegistryError: unknown adapter, wrong options, or a file is missing.
    """
    return KnownLabeler(version, workspace, _fingerprint(version, workspace))


def _fingerprint(version: AutoLabelerVersion, workspace: Path) -> str:
    spec = read_spec(version, workspace)
    return fingerprint_of(spec.files, spec.recipe, state_dir=workspace / STATE_FOLDER)
