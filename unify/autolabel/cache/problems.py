"""What goes wrong with a cache."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from unify.errors import CacheError, Problem, did_you_mean

if TYPE_CHECKING:
    from unify.autolabel.cache.marker import Marker


def lacking_columns(where: str, lacking: Sequence[str], known: Sequence[str], segments: Sequence[Marker]) -> CacheError:
    """The error for optional columns that some predictions do not have.

    Args:
        where: the cache and the fingerprint.
        lacking: what was asked for in vain.
        known: what all predictions have.
        segments: where they lie.
    """
    if not segments:
        fix = "compile with method soft or hard first, which asks the auto-labeler"
        return CacheError(Problem(where, "there are no predictions of this auto-labeler", fix=fix))
    names = ", ".join(sorted({name for each in segments for name in each.autolabelers})) or "this auto-labeler"
    got = ", ".join(known) or "boxes, scores and classes only"
    return CacheError([Problem(where, **_lacking(name, names, got, known, segments)) for name in lacking])


def _lacking(name: str, autolabelers: str, got: str, known: Sequence[str], segments: Sequence[Marker]) -> dict:
    having = sum(name in [spec.name for spec in each.columns] for each in segments)
    some = f" in {len(segments) - having} of {len(segments)} segments, or not of one kind in all" if having else ""
    near = did_you_mean(name, known)
    fix = near or "let the auto-labeler return it; as another version of it, so that its pictures are asked again"
    return {"what": f"predictions of {autolabelers} have no '{name}'{some}", "got": got, "fix": fix}
