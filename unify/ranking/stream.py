"""Pictures that arrive in batches: each is judged at once, against a sample of all that came before it.

The sample keeps the pictures with the smallest digests, which are as good as drawn by lot: it does not depend on the
order of the batches, and a picture that comes twice changes nothing.
"""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unify.errors import OutputError, Problem, UnifyError
from unify.files import write_whole
from unify.inference.autolabeling import open_cache
from unify.progress import Progress, Silent
from unify.ranking.normalize import combine, fractions_in, largest
from unify.ranking.queue import Query, check_output, write_queue
from unify.ranking.ranking import Ranking, open_ranking
from unify.ranking.report import RankReport, make_report
from unify.ranking.scores import ScoredCandidates
from unify.ranking.scoring import sha256_of
from unify.ranking.settings import RankSettings
from unify.ranking.target import open_target

SAMPLE = 10_000  # pictures a task: the 0.9 quantile is known to 0.003
FORMAT, VERSION = "unify-stream", 1
_HEADER = "header"


@dataclass(frozen=True)
class Sample:
    """Raw measures of some pictures of one task.

    Attributes:
        sha256: S32 [n]; digests, ascending.
        values: float32 [n, V]; one column a measure and auto-labeler; NaN where it has nothing to say.
    """

    sha256: np.ndarray
    values: np.ndarray

    def with_more(self, sha256: np.ndarray, values: np.ndarray) -> Sample:
        """With more pictures, each once, cut to `SAMPLE`."""
        both = np.concatenate([self.sha256, sha256])
        _, first = np.unique(both, return_index=True)
        kept = first[:SAMPLE]
        return Sample(both[kept], np.concatenate([self.values, values])[kept])


def stream(
    target: str | os.PathLike,
    *,
    state: str | os.PathLike,
    share: float,
    settings: RankSettings | None = None,
    tasks: Sequence[str] | None = None,
    output: str | os.PathLike | None = None,
    workspace: str | os.PathLike | None = None,
    cache: str | os.PathLike | None = None,
    progress: Progress | None = None,
) -> RankReport:
    """The pictures of one batch that stand among the most uncertain ``share`` of all that were seen so far.

    Args:
        target: a config that selects the batch.
        state: file that remembers a sample of the earlier batches; made by the first.
        share: in (0, 1); part of the pictures that people can label.
        settings: measures, weights and costs; those of selection are not used.
        tasks: ask about these tasks only; all by default.
        output: also write the queue to this file, as `rank` does.
        workspace: folder that holds ``registry/``; the nearest parent by default.
        cache: folder or URL of the prediction cache.
        progress: told how the work goes.

    Raises:
        UnifyError: anything is wrong with the inputs, or the state was made with other measures or auto-labelers.
        OutputError: the state cannot be read or written.
    """
    if not 0 < share < 1:
        raise UnifyError(Problem("share", "is out of range", f"{share:g}", "a number over 0 and below 1"))
    began, settings, progress, path = time.perf_counter(), settings or RankSettings(), progress or Silent(), Path(state)
    if output is not None:
        check_output(Path(output))
    opened = open_target(target, workspace=workspace, progress=progress)
    settings.check([*opened.registry.taxonomy.tasks])
    ranking = open_ranking(opened, settings, tasks, open_cache(opened.registry.workspace, cache))
    columns = {panel.task: _columns(ranking, number) for number, panel in enumerate(ranking.panels)}
    samples = _read(path, columns)
    queries: list[Query] = []
    scored = ranking.score(progress)
    for number, each in enumerate(scored):
        task = each.candidates.panel.task
        samples[task], score = _judge(ranking, each, samples[task], columns[task])
        chosen = np.flatnonzero(score[0] > np.quantile(score[1], 1 - share)) if len(score[0]) else np.zeros(0, int)
        queries += ranking.questions(number, each, chosen)
    write_whole(path, _state_bytes(samples, columns))
    queries.sort(key=lambda each: (-each.score, each.picture, each.task))
    report = make_report(opened, ranking, scored, queries, seconds=time.perf_counter() - began)
    if output is not None:
        write_queue(Path(output), report.queries, report.summary(), dict(opened.registry.taxonomy.ids))
    return report


def _columns(ranking: Ranking, number: int) -> list[list[str]]:
    """[measure, voice, fingerprint] of every column of a task's sample."""
    return [[measure.name, *voice] for measure in ranking.measures for voice in ranking.panels[number].voices(measure)]


def _judge(
    ranking: Ranking, scored: ScoredCandidates, sample: Sample, columns: list[list[str]]
) -> tuple[Sample, tuple[np.ndarray, np.ndarray]]:
    """The sample with the batch in it; scores of the batch, float64 [n], and of the sample."""
    candidates = scored.candidates
    empty = np.full(len(candidates), np.nan, np.float32)
    values = [candidates.raw.get(measure, {}).get(voice, empty) for measure, voice, _ in columns]
    batch = np.stack(values, axis=1) if values else np.zeros((len(candidates), 0), np.float32)
    keys = sha256_of(ranking.plan, candidates.examples).reshape(-1).view("S32")
    sample = sample.with_more(keys, batch)
    weights = {measure.name: weight for measure, weight in ranking.measures.items()}

    def score_of(rows: np.ndarray) -> np.ndarray:
        fractions = [
            largest([fractions_in(rows[:, at], sample.values[:, at]) for at, c in enumerate(columns) if c[0] == name])
            for name in weights
        ]
        return combine(fractions, list(weights.values()))

    return sample, (score_of(batch), score_of(sample.values))


def _state_bytes(samples: Mapping[str, Sample], columns: Mapping[str, list]) -> bytes:
    header = json.dumps({"format": FORMAT, "version": VERSION, "columns": columns}, sort_keys=True)
    arrays = {_HEADER: np.frombuffer(header.encode(), np.uint8)}
    for number, (_, sample) in enumerate(sorted(samples.items())):
        arrays[f"sha256_{number}"] = sample.sha256.view(np.uint8).reshape(-1, 32)
        arrays[f"values_{number}"] = sample.values
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def _read(path: Path, columns: Mapping[str, list]) -> dict[str, Sample]:
    """The sample of every task; empty ones where there is no state yet."""
    if not path.exists():
        return {
            task: Sample(np.zeros(0, "S32"), np.zeros((0, len(each)), np.float32)) for task, each in columns.items()
        }
    try:
        with np.load(path, allow_pickle=False) as stored:
            header = json.loads(stored[_HEADER].tobytes())
            arrays = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise OutputError(
            Problem(str(path), "is no state of a stream", got=str(error), fix="name a new file")
        ) from error
    if (header.get("format"), header.get("version"), header.get("columns")) != (FORMAT, VERSION, dict(columns)):
        what = "was made with other tasks, measures or auto-labelers, whose scores do not compare"
        raise OutputError(Problem(str(path), what, fix="name a new file; it begins with this batch"))
    return {
        task: Sample(
            np.ascontiguousarray(arrays[f"sha256_{number}"]).reshape(-1).view("S32"), arrays[f"values_{number}"]
        )
        for number, task in enumerate(sorted(columns))
    }
