"""The examples of shards with their unknown classes filled: answers are read from the cache, many shards at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from unify.autolabel.cache import PredictionCache
from unify.core.fill_policy import FillPolicy
from unify.core.prediction_table import PredictionTable
from unify.core.types import ExampleTable
from unify.inference.known import KnownLabeler
from unify.inference.pictures import Pictures
from unify.merge.fill_counts import FillCounts
from unify.merge.human import merge_examples
from unify.merge.machine import fill_classes
from unify.planning.build import CompilePlan, ShardPlan

# Shards are well mixed, so each needs a few answers of every segment; read for many shards at once, a segment is
# decoded seldom. About 30 MB of answers at 30 boxes a picture.
READ_PICTURES = 32_768


@dataclass(frozen=True)
class Filling:
    """How the shards of a plan are filled.

    Attributes:
        plan: the plan.
        labelers: the auto-labelers of ``policy``.
        policy: what becomes of their boxes.
        cache: holds their answers.
    """

    plan: CompilePlan
    labelers: Sequence[KnownLabeler]
    policy: FillPolicy
    cache: PredictionCache

    def tables(self, shards: Sequence[ShardPlan]) -> Iterator[tuple[ShardPlan, ExampleTable, FillCounts | None]]:
        """Every shard with its examples, made as they are drawn, and what filling did; None where it has no place."""
        for group in _groups(shards):
            filled = [shard.examples for shard in group if self._fills(shard)]
            answers = self._read(np.concatenate(filled)) if filled else {}
            start = 0
            for shard in group:
                humans = merge_examples(self.plan, shard.examples)
                if not self._fills(shard):
                    yield shard, humans, None
                    continue
                stop = start + len(shard.examples)
                mine = {ref: cut_table(table, start, stop) for ref, table in answers.items()}
                yield shard, *fill_classes(humans, mine, self.policy, self.plan.taxonomy)
                start = stop

    def _fills(self, shard: ShardPlan) -> bool:
        return shard.split in self.plan.config.auto_label_splits and bool(self.policy.classes)

    def _read(self, examples: np.ndarray) -> dict[str, PredictionTable]:
        """Reference -> its answers on examples."""
        pictures = Pictures([batch.pictures for batch in self.plan.batches])
        sha256 = pictures.sha256(self.plan.rows.first_row[examples])
        ids = self.plan.taxonomy.ids
        return {
            each.ref: self.cache.read(each.fingerprint, sha256, columns=()).in_unified_ids(
                [ids[name] for name in each.version.classes]
            )
            for each in self.labelers
        }


def cut_table(table: PredictionTable, start: int, stop: int) -> PredictionTable:
    """The pictures from ``start`` to ``stop``, numbered from 0."""
    boxes = slice(*np.searchsorted(table.picture, [start, stop]))
    return PredictionTable(
        seen=table.seen[start:stop],
        failed=table.failed[start:stop],
        picture=table.picture[boxes] - start,
        boxes_xyxy=table.boxes_xyxy[boxes],
        scores=table.scores[boxes],
        class_ids=table.class_ids[boxes],
    )


def _groups(shards: Sequence[ShardPlan]) -> Iterator[list[ShardPlan]]:
    """Shards in runs of at most `READ_PICTURES` examples, or of one shard."""
    group: list[ShardPlan] = []
    for shard in shards:
        if group and sum(len(each.examples) for each in group) + len(shard.examples) > READ_PICTURES:
            yield group
            group = []
        group.append(shard)
    if group:
        yield group
