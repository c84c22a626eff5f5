"""The ways in which an auto-labeler can look again, and the versions that do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from unify.autolabel.load import read_spec
from unify.autolabel.problems import problem_of
from unify.errors import Problem, RegistryError, UnifyError
from unify.registry.edit import register_autolabeler
from unify.registry.objects import AutoLabelerRef, AutoLabelerVersion, Registry

_OPTION = "second_look"


@dataclass(frozen=True)
class WayToLook:
    """One way to look again.

    Attributes:
        suffix: of the version's name.
        option: what ``second_look`` says of it.
        meaning: in words.
    """

    suffix: str
    option: Mapping[str, Any]
    meaning: str


def looks_of(mirror: bool, noise: float, dropout: int) -> tuple[WayToLook, ...]:
    """The looks that a person asks for; of ``dropout`` one a pass. Raises UnifyError where there is none."""
    found = tuple(_looks(mirror, noise, dropout))
    if not found:
        fix = "give --mirror, --noise 0.05 or --dropout 5; together they are looks beside each other"
        raise UnifyError(Problem("look-again", "nothing says how to look", fix=fix))
    return found


def _looks(mirror: bool, noise: float, dropout: int) -> Iterator[WayToLook]:
    if mirror:
        yield WayToLook("mirror", {"mirror": True}, "mirrored pictures")
    if noise:
        yield WayToLook(f"noise{noise!r}", {"noise": noise}, f"noise of {noise!r} on every pixel")
    for number in range(1, dropout + 1):
        yield WayToLook(f"dropout{number}", {"dropout": number}, f"dropout left on, pass {number}")


def version_that(look: WayToLook, plain: AutoLabelerVersion, registry: Registry) -> AutoLabelerVersion:
    """The version beside ``plain`` that looks so, registered or not yet.

    Raises:
        RegistryError: ``plain`` looks again itself or cannot look so, or another version has the name.
    """
    if plain.options.get(_OPTION):
        what, fix = "is a second look already", "name the version that it looks again for"
        raise RegistryError(problem_of(plain, what, fix=fix))
    ref = AutoLabelerRef(plain.ref.name, f"{plain.ref.version}-{look.suffix}")
    options = {**plain.options, _OPTION: dict(look.option)}
    wanted = replace(plain, ref=ref, options=options, calibration=None, metrics={})
    recipe = read_spec(wanted, registry.workspace).recipe
    for known in registry.autolabelers[ref.name]:
        if known.ref == ref:
            if read_spec(known, registry.workspace).recipe != recipe or known.path != plain.path:
                fix = "register that one under another name"
                raise RegistryError(problem_of(known, f"is registered already, and not as {look.meaning}", fix=fix))
            return known
    return wanted


def looks_for(version: AutoLabelerVersion, registry: Registry) -> AutoLabelerVersion:
    """The plain version that ``version`` looks again for; itself where it is no second look, or that one is gone."""
    if not version.options.get(_OPTION):
        return version
    plain = {key: value for key, value in version.options.items() if key != _OPTION}
    for known in registry.autolabelers[version.ref.name]:
        if (known.adapter, known.path, known.options) == (version.adapter, version.path, plain):
            return known
    return version


def register_look(version: AutoLabelerVersion, registry: Registry) -> bool:
    """Put a version at the bottom of its stack, unless it is registered; returns whether it was new."""
    if any(known.ref == version.ref for known in registry.autolabelers[version.ref.name]):
        return False
    register_autolabeler(
        registry.workspace,
        str(version.ref),
        version.adapter,
        _as_written(version, registry),
        on_top=False,
        options=dict(version.options),
        thresholds=dict(version.thresholds) or None,
        trained_on=version.trained_on or None,
    )
    return True


def _as_written(version: AutoLabelerVersion, registry: Registry) -> str | None:
    path = version.path
    inside = path is not None and path.is_relative_to(registry.workspace)
    return path.relative_to(registry.workspace).as_posix() if inside else path and str(path)
