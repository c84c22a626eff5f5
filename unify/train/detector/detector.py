"""The reference detector: anchor-free, small, quick to train on a processor without a graphics card."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
from keras import ops

from unify.core.types import JsonObject
from unify.records.manifest import read_manifest, taxonomy_of
from unify.train.detector.checks import check_classes, check_shape
from unify.train.detector.decode import decode_peaks
from unify.train.detector.detect import detect
from unify.train.detector.network import build_layers
from unify.train.detector.normalization import of_stock_layers
from unify.train.detector.targets import assign_targets
from unify.train.evaluate.detections import Detections
from unify.train.losses.balance import exclusive_columns
from unify.train.losses.shapes import Tensor

SCORE_FLOOR = 0.02


@keras.saving.register_keras_serializable(package="unify")
class Detector(keras.Model):
    """A CenterNet-like detector that knows its classes. An ordinary Keras model: ``compile``, ``fit``, ``save``.

    Called with pictures float32 or uint8 [B, H, W, 3], 0 to 255, RGB, it gives `heatmap` float32 [B, H/4, W/4, C],
    class logits, and `boxes` float32 [B, H/4, W/4, 4], yxyx fractions. Column c is the class with id c + 1.

    Args:
        classes: class name -> id, from 1.
        image_hw: height and width of the pictures it is given, pixels, multiples of 16.
        width: channels of its finest features; 24 gives about 130,000 parameters, 32 about 240,000.
        exclusive: groups of class columns that one object cannot both be.

    Raises:
        UnifyError: ``classes``, ``image_hw`` or ``width`` make no sense.
    """

    def __init__(
        self,
        classes: Mapping[str, int],
        image_hw: Sequence[int],
        width: int = 32,
        exclusive: Sequence[Sequence[int]] = (),
        **options: Any,
    ) -> None:
        check_shape(classes, image_hw, width)
        inputs, outputs = build_layers(max(classes.values()), tuple(image_hw), width)
        super().__init__(inputs=inputs, outputs=outputs, **options)
        self.settings = {"classes": dict(classes), "image_hw": list(image_hw), "width": width}
        self.exclusive = tuple(tuple(group) for group in exclusive)

    @classmethod
    def for_dataset(cls, dataset: str | os.PathLike[str], image_hw: Sequence[int], width: int = 32) -> Detector:
        """A fresh detector of the classes of a unified dataset.

        Raises:
            DatasetError: there is no unified dataset.
            UnifyError: as above.
        """
        manifest = read_manifest(Path(dataset))
        return cls(taxonomy_of(manifest).ids, image_hw, width, exclusive_columns(manifest), name="detector")

    def targets(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, dict[str, Tensor], dict[str, Tensor]]:
        """(pictures, targets, weights) for ``fit``, of a padded batch of `unify.load`; see `assign_targets`."""
        return assign_targets(batch, max(self.settings["classes"].values()), self.exclusive)

    def detect(self, batches: Iterable[Mapping[str, Any]], floor: float = SCORE_FLOOR) -> Detections:
        """What it finds on batches of `unify.load` with its own ``image_hw``, for `unify.evaluate`; see `detect`."""
        return detect(self.with_peaks(), batches, floor)

    def with_peaks(self) -> keras.Model:
        """A copy as it is now that ends in detections: `boxes` [B, K, 4] yxyx, `scores`, `classes` [B, K] columns.

        Boxes are fractions. Of stock Keras layers alone: saved as ``.keras`` it loads in safe mode, without unify.
        """
        return of_stock_layers(self.sharing_peaks())

    def sharing_peaks(self) -> keras.Model:
        """As `with_peaks`, but of this detector's own layers: it follows its weights, and is not to be saved."""
        return self._peaks_of(self.get_layer("heatmap").output)

    def specialist(self, classes: Sequence[str]) -> keras.Model:
        """As `with_peaks`, for some of its classes alone, which the answers number from 0 in the order given.

        What a detector says of classes that it never saw labeled is noise, and would crowd out the others' peaks.

        Raises:
            KeyError: it has no such class.
        """
        columns = [self.settings["classes"][name] - 1 for name in classes]
        return of_stock_layers(self._peaks_of(ops.take(self.get_layer("heatmap").output, columns, axis=-1)))

    def _peaks_of(self, heatmap: Tensor) -> keras.Model:
        outputs = decode_peaks(heatmap, self.get_layer("boxes").output)
        return keras.Model(self.input, outputs, name=f"{self.name}_with_peaks")

    def check_classes(self, dataset: str | os.PathLike[str]) -> None:
        """Before training goes on or is measured: is this dataset labeled in the detector's classes?

        Raises:
            DatasetError: there is no unified dataset.
            UnifyError: classes or ids differ; says which, both ways.
        """
        ids = taxonomy_of(read_manifest(Path(dataset))).ids
        check_classes(self.name, dict(self.settings["classes"]), str(dataset), ids)

    def get_config(self) -> JsonObject:
        settings = {"classes": dict(self.settings["classes"]), "image_hw": list(self.settings["image_hw"])}
        exclusive = [list(group) for group in self.exclusive]
        return settings | {"width": self.settings["width"], "exclusive": exclusive, "name": self.name}

    @classmethod
    def from_config(cls, config: JsonObject, custom_objects: Any = None) -> Detector:
        return cls(**config)
