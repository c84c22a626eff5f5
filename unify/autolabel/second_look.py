"""Another look at the same pictures: mirrored, or with noise, and the boxes brought back to where they belong.

(Dropout left on, the third way, is the Keras adapter's: `adapters/dropout.py`.)

A version with such options is a version of its own, with a fingerprint and cached answers of its own, so that what it
finds can be held against what the plain one finds (`unify rank --measure consistency`).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from unify.autolabel.interface import Model
from unify.core.predictions import PictureKey

if TYPE_CHECKING:
    from unify.autolabel.options import Options

_LEFT, _RIGHT = "proposal_x1", "proposal_x2"  # columns that are places


def with_second_look(model: Model, options: Options) -> Model:
    """The model, which sees pictures as the option ``second_look`` says."""
    look = options.second_look
    return SecondLook(model, look.mirror, look.noise) if look else model


class SecondLook:
    """A model that sees changed pictures; see `Model`."""

    def __init__(self, model: Model, mirror: bool, noise: float) -> None:
        self._model, self._mirror, self._noise = model, mirror, noise
        self.advice: Mapping[str, str] = model.advice
        self.preparation: Hashable = (model.preparation, mirror, noise)

    def prepare(self, picture: np.ndarray) -> tuple[Any, int]:
        """The picture as it is seen, prepared, and its width."""
        return self._model.prepare(self._seen(picture)), picture.shape[1]

    def assemble(self, pictures: Sequence[tuple[Any, int]]) -> tuple[Any, list[int]]:
        return self._model.assemble([each for each, _ in pictures]), [width for _, width in pictures]

    def __call__(self, batch: tuple[Any, list[int]], keys: Sequence[PictureKey] | None) -> Sequence[Any]:
        seen, widths = batch
        answers = self._model(seen, keys)
        if not self._mirror or not isinstance(answers, Sequence) or len(answers) != len(widths):
            return answers
        return [mirror_answer(answer, width) for answer, width in zip(answers, widths)]

    def _seen(self, picture: np.ndarray) -> np.ndarray:
        """uint8 [H, W, 3]; the same whenever the picture is looked at."""
        seen = picture[:, ::-1] if self._mirror else picture
        if self._noise:
            rng = np.random.default_rng(crc32(np.ascontiguousarray(picture)))
            seen = np.clip(np.rint(seen + rng.normal(0, 255 * self._noise, seen.shape)), 0, 255)
        return np.ascontiguousarray(seen, np.uint8)


def mirror_answer(answer: Any, width: int) -> Any:
    """An answer whose boxes, xyxy in pixels, are mirrored; what keeps no contract is left to whoever reads it."""
    if not isinstance(answer, Mapping):
        return answer
    mirrored = dict(answer)
    with suppress(KeyError, TypeError, ValueError, RuntimeError):
        x1, y1, x2, y2 = np.asarray(answer["boxes"], np.float64).reshape(len(answer["boxes"]), 4).T
        mirrored["boxes"] = np.stack([width - x2, y1, width - x1, y2], axis=1)
    with suppress(KeyError, TypeError, ValueError, RuntimeError):
        left, right = (width - np.asarray(answer[name], np.float64) for name in (_RIGHT, _LEFT))
        mirrored |= {_LEFT: left, _RIGHT: right}
    return mirrored
