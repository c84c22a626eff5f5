"""Where the results of a calibration go: a file, a plot beside it, and three keys of the registry."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from errno import EACCES, EISDIR, ENOTDIR
from pathlib import Path

from unify.autolabel.calibration.file import calibration_bytes
from unify.autolabel.calibration.plot import reliability_svg
from unify.autolabel.calibration.values import Calibration
from unify.files import cannot_write, write_whole
from unify.registry.edit import amend_version
from unify.registry.objects import AutoLabelerVersion, Registry


@dataclass(frozen=True)
class Target:
    """Where the results for one version go.

    Attributes:
        version: the registered version.
        workspace: absolute folder that holds ``registry/``.
        path: the calibration file, absolute.
    """

    version: AutoLabelerVersion
    workspace: Path
    path: Path

    @property
    def plot(self) -> Path:
        return self.path.with_suffix(".svg")

    def check_writable(self) -> None:
        """Before anything long begins: can the files be written?

        Raises:
            OutputError: they cannot.
        """
        folder = next(each for each in self.path.parents if each.exists())
        number = ENOTDIR if not folder.is_dir() else EACCES if not os.access(folder, os.W_OK | os.X_OK) else 0
        number = EISDIR if self.path.is_dir() else number
        if number:
            raise cannot_write(self.path, OSError(number, os.strerror(number)))

    def write(self, calibration: Calibration, metrics: Mapping[str, float], *, plot: bool = True) -> bool:
        """Write plot, file and registry, each whole or not at all; returns whether the registry was changed.

        The registry comes last: whoever is interrupted before has files that nothing names, or those of the same model.

        Raises:
            OutputError: a file cannot be written.
            RegistryError: the registry cannot be edited.
        """
        if plot:
            write_whole(self.plot, reliability_svg(calibration), durable=True)
        write_whole(self.path, calibration_bytes(calibration), durable=True)
        thresholds = {name: each.thresholds.threshold for name, each in calibration.classes.items()}
        values = {"calibration": self._shown(), "thresholds": thresholds, "metrics": dict(metrics)}
        return amend_version(self.workspace, self.version.ref, values)

    def _shown(self) -> str:
        """The file as the registry names it."""
        inside = self.path.is_relative_to(self.workspace)
        return (self.path.relative_to(self.workspace) if inside else self.path).as_posix()


def find_target(version: AutoLabelerVersion, registry: Registry) -> Target:
    """The file that the registry names for this version alone, else ``autolabelers/<name>/<version>/calibration.json``.

    A version whose entry was copied from another's still names the other's file, which stays the other's.
    """
    own = version.calibration
    named = [each.calibration for stack in registry.autolabelers.values() for each in stack]
    default = registry.workspace / "autolabelers" / version.ref.name / version.ref.version / "calibration.json"
    return Target(version, registry.workspace, own if own and named.count(own) == 1 else default)
