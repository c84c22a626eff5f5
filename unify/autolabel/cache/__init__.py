"""The prediction cache.

What comes in: a fingerprint (which auto-labeler, exactly), the sha256 of a picture, and what the auto-labeler said of
it: a `Prediction`, possibly without boxes, or a `Failure`. What goes out: the same, to the last bit, in columns.
What it never does: run a model, apply a threshold, change a file that was committed, or lock anybody out.

Read ``cache.py`` first: `PredictionCache` is what others use. ``README.md`` says how the files are laid out, and why a
writer that is killed or a disk that is damaged never leads to a wrong answer.
"""

from unify.autolabel.cache.cache import PredictionCache
from unify.autolabel.cache.compaction import CompactReport, compact, compact_many
from unify.autolabel.cache.maintenance import CacheEntry, PruneReport, VerifyReport, contents, prune, verify
from unify.autolabel.cache.problems import CacheError
from unify.autolabel.cache.table import PictureState, RawPredictions
from unify.autolabel.cache.writer import SegmentWriter

DEFAULT_FOLDER = ".unify/cache"  # of a workspace

__all__ = [
    "DEFAULT_FOLDER",
    "CacheEntry",
    "CacheError",
    "CompactReport",
    "PictureState",
    "PredictionCache",
    "PruneReport",
    "RawPredictions",
    "SegmentWriter",
    "VerifyReport",
    "compact",
    "compact_many",
    "contents",
    "prune",
    "verify",
]
