"""Which measures are taken, and whether the cache has all they need: known before any work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from unify.errors import CacheError, Problem, did_you_mean, shorten
from unify.ranking.boxes import LabelerFacts
from unify.ranking.measures import Measure, find_measures
from unify.ranking.panels import Panel
from unify.ranking.settings import USUAL_MEASURES


def choose_measures(wanted: Mapping[str, float], panels: Sequence[Panel], cache_root: str) -> dict[Measure, float]:
    """Measure -> weight; of the usual ones, where nobody chose, those that the cache can give of all auto-labelers.

    Args:
        wanted: measure -> weight; empty for the usual ones.
        panels: whose answers are to be measured.
        cache_root: where they lie, for messages.

    Raises:
        UnifyError: there is no such measure.
        CacheError: a column or a second auto-labeler is missing; names all that is missing.
    """
    if not wanted:
        usual = find_measures(USUAL_MEASURES)
        able = [measure for measure in usual if not any(_problems(measure, panel, cache_root) for panel in panels)]
        return dict.fromkeys(able or usual, 1.0)
    measures = find_measures(wanted)
    problems = [
        problem for measure in measures for panel in panels for problem in _problems(measure, panel, cache_root)
    ]
    if problems:
        raise CacheError(dict.fromkeys(problems))
    return dict(zip(measures, wanted.values()))


def _problems(measure: Measure, panel: Panel, cache_root: str) -> list[Problem]:
    labelers = [each for each in (panel.own if measure.members == 1 else panel.members) if each.answers]
    missing = [problem for each in labelers for problem in _missing_columns(measure, each, cache_root)]
    if len(labelers) < measure.members and measure.members > 1:
        missing.append(_too_few(measure, panel, labelers))
    return missing


def _missing_columns(measure: Measure, labeler: LabelerFacts, cache_root: str) -> Iterator[Problem]:
    for column in measure.needs(labeler):
        if column not in labeler.cached:
            yield Problem(
                where=f"{cache_root}/{labeler.fingerprint}",
                what=f"measure '{measure.name}' needs '{column}', which predictions of {labeler.ref} do not have",
                got=", ".join(labeler.cached) or "boxes, scores and classes only",
                fix=did_you_mean(column, labeler.cached)
                or "take another measure, or let the auto-labeler return it; as another version of it",
            )


def _too_few(measure: Measure, panel: Panel, labelers: Sequence[LabelerFacts]) -> Problem:
    refs = [each.ref for each in labelers]
    names = shorten([each.ref for each in panel.own])
    return Problem(
        where=panel.task,
        what=f"measure '{measure.name}' compares auto-labelers of a task, and fewer than two left answers",
        got=shorten(refs) or "none",
        expected="two versions of an auto-labeler, or two auto-labelers, in the cache",
        fix=f"compile with 'autolabelers: {{{panel.task}: [{names}, ANOTHER]}}', or leave the measure or the task out",
    )
