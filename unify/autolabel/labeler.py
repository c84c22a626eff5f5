"""A loaded auto-labeler: pictures in, predictions or failures out, one each."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from unify.autolabel.answers import finish, read_answer
from unify.autolabel.classes import make_class_table
from unify.autolabel.contract import Breach
from unify.autolabel.interface import AutoLabelerSpec, Model
from unify.autolabel.problems import breach_error, in_one_line
from unify.autolabel.suspicion import ALL_BOXES, ENOUGH_BOXES, suspicion
from unify.core.predictions import Failure, PictureKey, Prediction, ScoreKind
from unify.core.types import JsonObject
from unify.errors import AutoLabelerError, UnifyError


class ReadyPicture(NamedTuple):
    """A picture that a model can look at at once.

    Attributes:
        content: what the model made of it.
        image_hw: height and width of the picture itself.
    """

    content: Any
    image_hw: tuple[int, int]


class AutoLabeler:
    """A model whose answers are checked. For one thread at a time, but for `prepare` and `assemble`."""

    def __init__(self, spec: AutoLabelerSpec, model: Model) -> None:
        self.spec = spec
        self._model = model
        self._table = make_class_table(spec.classes, spec.options)
        self._first_boxes = np.empty((0, 4), np.float32)
        self._first_hw = np.empty((0, 2), np.int64)

    @property
    def classes(self) -> tuple[str, ...]:
        """The declared classes, whose indices predictions hold."""
        return self.spec.classes

    @property
    def score_kind(self) -> ScoreKind:
        return self.spec.score_kind

    @property
    def batch_size(self) -> int:
        """Pictures that are worth handing over at once."""
        return self.spec.batch_size

    @property
    def batch_timeout_s(self) -> float:
        """Seconds that a batch may take."""
        return self.spec.options.batch_timeout_s

    @property
    def files(self) -> tuple[Path, ...]:
        """Absolute paths of weights and code, files or folders: what the fingerprint must cover beside the recipe."""
        return self.spec.files

    @property
    def recipe(self) -> JsonObject:
        """All else that changes what is predicted."""
        return self.spec.recipe

    @property
    def preparation(self) -> Hashable:
        """Auto-labelers in which it is equal `prepare` a picture alike."""
        return self._model.preparation

    def prepare(self, picture: np.ndarray) -> ReadyPicture:
        """A picture brought to the model's size, which other threads can do while the model runs."""
        return ReadyPicture(self._model.prepare(picture), picture.shape[:2])

    def assemble(self, pictures: Sequence[ReadyPicture]) -> Any:
        """The batch that the model is called with, which other threads can put together while the model runs."""
        return self._model.assemble([picture.content for picture in pictures])

    def predict(
        self, pictures: Sequence[np.ndarray | ReadyPicture], keys: Sequence[PictureKey] | None = None
    ) -> list[Prediction | Failure]:
        """What the model says of each picture.

        A model that raises on a batch is asked again picture by picture, so that only the picture that it cannot
        bear fails. Pictures are never written to.

        Args:
            pictures: P arrays uint8 [H, W, 3], RGB, stored pixels, of any sizes; or what `prepare` made of them.
            keys: what the pictures are called; only recorded answers need it.

        Returns:
            P results, in the order of the pictures.

        Raises:
            AutoLabelerError: the answers break the contract in a way that no other picture would mend.
        """
        ready = [each if isinstance(each, ReadyPicture) else self.prepare(each) for each in pictures]
        starts = range(0, len(ready), self.batch_size)
        batches = (slice(start, start + self.batch_size) for start in starts)
        return [each for some in batches for each in self.predict_batch(ready[some], keys and keys[some])]

    def predict_batch(
        self,
        pictures: Sequence[ReadyPicture],
        keys: Sequence[PictureKey] | None,
        assembled: Callable[[], Any] | None = None,
    ) -> list[Prediction | Failure]:
        """The same for prepared pictures that are at most a batch.

        Args:
            pictures: what `prepare` made of them.
            keys: see `predict`.
            assembled: gives what `assemble` made of ``pictures``, or raises what it raised; it is called otherwise.
        """
        try:
            return self._ask(pictures, keys, assembled or partial(self.assemble, pictures))
        except Breach as breach:
            raise self._error(breach) from breach

    def check_look(self, least: int = 1) -> None:
        """Raises AutoLabelerError where the boxes so far, at least ``least``, look like anything but pixels."""
        if len(self._first_boxes) >= least:
            breach = suspicion(self._first_boxes, self._first_hw)
            if breach:
                raise self._error(breach)

    def _error(self, breach: Breach) -> AutoLabelerError:
        return breach_error(self.spec.version, breach, self._model.advice)

    def _ask(
        self, pictures: Sequence[ReadyPicture], keys: Sequence[PictureKey] | None, assembled: Callable[[], Any]
    ) -> list[Prediction | Failure]:
        try:
            answers = self._model(assembled(), keys)
        except (UnifyError, Breach):
            raise
        except (Exception, SystemExit) as error:  # an exit would take the worker with it, and hang whoever waits
            if len(pictures) == 1:
                return [Failure(in_one_line(error))]
            singly = ([each] for each in pictures)
            return [
                self._ask(each, keys and [keys[i]], partial(self.assemble, each))[0] for i, each in enumerate(singly)
            ]
        return self._read(answers, [picture.image_hw for picture in pictures])

    def _read(self, answers: Any, shapes: Sequence[tuple[int, int]]) -> list[Prediction | Failure]:
        if not isinstance(answers, Sequence) or isinstance(answers, str):
            expected = f"a list of {len(shapes)} answers, one a picture"
            raise Breach("did not answer a list", got=f"a {type(answers).__name__}", expected=expected)
        if len(answers) != len(shapes):
            raise Breach(f"answered {len(answers)} times for {len(shapes)} pictures", expected="one answer a picture")
        read = [each if isinstance(each, Failure) else self._read_one(each) for each in answers]
        self._look_at(read, shapes)
        return [each if isinstance(each, Failure) else self._finish(each, hw) for each, hw in zip(read, shapes)]

    def _read_one(self, answer: Any) -> Prediction | Failure:
        floor = self.spec.options.score_floor
        return read_answer(answer, self._table, score_kind=self.score_kind, score_floor=floor)

    def _finish(self, prediction: Prediction, image_hw: tuple[int, int]) -> Prediction:
        options = self.spec.options
        return finish(prediction, image_hw, nms_iou=options.nms_iou, most=options.max_detections)

    def _look_at(self, read: Sequence[Prediction | Failure], shapes: Sequence[tuple[int, int]]) -> None:
        if len(self._first_boxes) >= ALL_BOXES:
            return
        boxes = [(each.boxes_xyxy, hw) for each, hw in zip(read, shapes) if isinstance(each, Prediction)]
        self._first_boxes = np.concatenate([self._first_boxes, *(found for found, _ in boxes)])
        self._first_hw = np.concatenate([self._first_hw, *(np.tile(np.array(hw), (len(b), 1)) for b, hw in boxes)])
        self.check_look(ENOUGH_BOXES)
