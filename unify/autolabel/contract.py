"""The contract of an auto-labeler's answer, and what breaks it.

One answer a picture, a mapping. N boxes, K classes of a top-k list, M classes of the model, E numbers:

    boxes            float [N, 4]   left, top, right, bottom in pixels of that picture
    scores           float [N]      0..1
    classes          [N]            names, or numbers that count the declared classes (or `class_names`) from 0
    class_scores     float [N, M]   in place of scores and classes: one column a class; beside them: for the top-k list
    topk_classes     [N, K]         names or numbers of the likeliest classes
    topk_scores      float [N, K]   their scores
    embedding        float [E]      of the picture
    box_embeddings   float [N, E]
    score_kind       text           refused where the options say otherwise
    anything else    [N] or []      a column of numbers: one a box, or one for the picture

Only boxes, scores and classes must be there; None is as good as missing. A row of score and class -1 is padding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from unify.errors import did_you_mean

KNOWN_KEYS = (
    "boxes", "scores", "classes", "class_scores", "topk_classes", "topk_scores", "embedding", "box_embeddings",
    "score_kind",
)  # fmt: skip

# What is off -> how to mend it in code of one's own. An adapter with an option for it says which.
ADVICE = {
    "logits": "apply a sigmoid or softmax before answering",
    "numbers": "answer names, or numbers that count the declared classes from 0",
    "fractions": "multiply x by the picture's width and y by its height before answering",
    "beyond": "answer pixels of the picture as it was handed over, not of a resized one",
    "yxyx": "answer left, top, right, bottom",
    "sizes": "answer right and bottom edges in place of width and height",
}

_SLACK = 1e-4  # of a score: a sigmoid's rounding
_PADDING = -1
_KINDS = {"f": np.float32, "i": np.int64, "u": np.int64, "b": np.bool_}


class Breach(Exception):
    """An answer is not what the contract asks for, and no other picture would get a better one.

    Attributes:
        what, got, expected, fix: as in `unify.errors.Problem`.
        advice: key of `ADVICE`, in place of ``fix``.
    """

    def __init__(self, what: str, *, got: str = "", expected: str = "", fix: str = "", advice: str = "") -> None:
        super().__init__(what)
        self.what, self.got, self.expected, self.fix, self.advice = what, got, expected, fix, advice


class NotFinite(Exception):
    """An answer holds numbers that are not finite: this picture's failure, not the auto-labeler's."""


def read_numbers(answer: Mapping[str, Any], key: str, shape: tuple[int | None, ...]) -> np.ndarray:
    """float32 of ``shape``, in which None is any length. An empty list is no boxes.

    Raises:
        Breach: the answer holds something else there.
    """
    values = as_array(answer[key], key)
    if values.dtype.kind not in "iuf":
        raise Breach(f"answered '{key}' that are no numbers", got=str(values.dtype), expected=shape_text(shape))
    if values.shape == (0,) and len(shape) == 2:
        values = values.reshape(0, shape[1] or 0)
    if values.ndim != len(shape) or any(size not in (None, found) for size, found in zip(shape, values.shape)):
        raise wrong_shape(key, values.shape, shape)
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite, and found as such
        return values.astype(np.float32)


def read_scores(answer: Mapping[str, Any], key: str, shape: tuple[int | None, ...]) -> np.ndarray:
    """`read_numbers` in 0..1, padding made 0; what is no number stays, to be found."""
    scores = read_numbers(answer, key, shape)
    outside = scores[((scores < -_SLACK) & (scores != _PADDING)) | (scores > 1 + _SLACK)]
    if len(outside):
        raise Breach(f"answered '{key}' outside 0..1", got=f"{outside[0]:g}", expected="0 to 1", advice="logits")
    return np.clip(scores, 0, 1)


def read_column(answer: Mapping[str, Any], name: str, count: int) -> np.ndarray:
    """float32, int64 or bool, [count] or [], of a key that the contract does not know."""
    values = as_array(answer[name], name)
    if values.dtype.kind not in _KINDS or values.shape not in ((), (count,)):
        got = f"{values.dtype} of shape {values.shape}"
        expected = f"numbers of shape {shape_text((count,))}, one a box, or one number"
        what = f"answered '{name}', which is neither of the contract nor a column"
        raise Breach(what, got=got, expected=expected, fix=did_you_mean(str(name), KNOWN_KEYS))
    return values.astype(_KINDS[values.dtype.kind])


def as_array(values: Any, key: str) -> np.ndarray:
    """Whatever the answer holds there as an array, if it is one."""
    try:
        return np.asarray(values)
    except (TypeError, ValueError, RuntimeError) as error:  # lists of unequal length, a tensor on another device
        raise Breach(f"answered '{key}' that are no array", got=str(error).split("\n")[0]) from error


def wrong_shape(key: str, got: tuple[int, ...], expected: tuple[int | None, ...]) -> Breach:
    """The breach of an array that has another shape."""
    return Breach(f"answered '{key}' of the wrong shape", got=shape_text(got), expected=shape_text(expected))


def shape_text(shape: Sequence[int | None]) -> str:
    """``[N, 4]``: what may vary is a letter."""
    letters = iter("NKLM")
    return f"[{', '.join(next(letters) if size is None else str(size) for size in shape)}]"
