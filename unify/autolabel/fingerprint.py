"""The fingerprint of an auto-labeler: equal for two that say the same of every picture.

It covers code and weights by their bytes as they were published, for saving a model again changes the file, and all of
pre- and post-processing by a declared recipe. It leaves out what does not change a raw prediction: thresholds,
calibration, batch size, names and places of files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from unify.autolabel.file_digests import file_sha256
from unify.core.digest import canonical_json, json_digest
from unify.core.types import JsonObject
from unify.errors import Problem, RegistryError

_VERSION = 1
_BYPRODUCTS = ("__pycache__",)  # running the code makes them


def fingerprint_of(files: Sequence[Path], recipe: JsonObject, *, state_dir: Path | None = None) -> str:
    """The fingerprint of an auto-labeler.

    Args:
        files: code and weights, each a file or a folder taken with all that is below it but hidden files. Their order
            counts, for it tells weights from code; their own names do not; names below a folder do.
        recipe: all else that changes what is predicted, as plain JSON values: adapter, classes, size, colours, decoder,
            suppression of duplicates. No absolute path, and nothing that was measured.
        state_dir: where digests of large files are remembered.

    Returns:
        64 hexadecimal digits.

    Raises:
        RegistryError: files are missing or cannot be read, a folder is empty, or the recipe holds other than JSON.
    """
    problems: list[Problem] = [*_recipe_problems(recipe)]
    digests = []
    for path in files:
        try:
            digests.append(_digest_of(Path(path), state_dir))
        except OSError as error:
            what = f"cannot be read: {error.strerror or error}"
            problems.append(
                Problem(str(error.filename or path), what, fix="put the file back, or correct the registry")
            )
    if problems:
        raise RegistryError(problems)
    return json_digest({"version": _VERSION, "files": digests, "recipe": recipe})


def _recipe_problems(recipe: JsonObject) -> Iterator[Problem]:
    # Anything else would need a text form of our choice, and two recipes that differ might get the same one.
    try:
        if json.loads(canonical_json(recipe)) == recipe:
            return
        got = "something that JSON has no form of its own for"
    except (TypeError, ValueError) as error:
        got = str(error)
    fix = "use text, finite numbers, true, false, null, lists, and mappings with text as keys"
    yield Problem("", "the options of an auto-labeler are not plain JSON values", got=got, fix=fix)


def _digest_of(path: Path, state_dir: Path | None) -> str:
    if not path.is_dir():
        return file_sha256(path, state_dir)
    found = {name: file_sha256(path / name, state_dir) for name in _names_below(path)}
    if not found:
        raise FileNotFoundError(None, "the folder is empty", str(path))
    return json_digest(found)


def _names_below(folder: Path) -> list[str]:
    """Names of all files below a folder, with ``/``, sorted; linked folders are entered, each folder once."""
    names: list[str] = []
    entered: set[str] = set()
    for place, folders, files in os.walk(folder, followlinks=True, onerror=_raise):
        real = os.path.realpath(place)
        folders[:] = [] if real in entered else sorted(each for each in folders if _counts(each))
        if real not in entered:
            names += [Path(place, each).relative_to(folder).as_posix() for each in files if _counts(each)]
        entered.add(real)
    return sorted(names)


def _counts(name: str) -> bool:
    return not name.startswith(".") and name not in _BYPRODUCTS


def _raise(error: OSError) -> None:
    raise error
