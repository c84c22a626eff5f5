"""`load`: a unified dataset as a ``tf.data.Dataset`` of dicts. TensorFlow is imported when it is called."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from unify.core.types import JsonObject
from unify.errors import DatasetError, Problem, UnifyError, did_you_mean
from unify.records.manifest import read_manifest, shard_paths, taxonomy_of

if TYPE_CHECKING:
    import tensorflow as tf

RESIZES = ("stretch", "letterbox")

_OPEN_SHARDS = 16  # a fixed number: one that follows the processor's cores would change the order between machines
_WHERE = "unify.load"


def load(
    path: str | os.PathLike[str],
    split: str = "train",
    *,
    batch_size: int | None = None,
    image_hw: tuple[int, int] | None = None,
    resize: str = "stretch",
    max_boxes: int | None = None,
    decode: bool = True,
    shuffle: bool = False,
    seed: int | None = None,
    shuffle_buffer: int = 1024,
    drop_remainder: bool = False,
) -> tf.data.Dataset:
    """One split of a unified dataset, ready to train on.

    N boxes of a picture, C class columns: column c is the class with id c + 1. Each element is a dict:

    ==================  =======  ===========  ==========================================================================
    key                 dtype    shape        meaning
    ==================  =======  ===========  ==========================================================================
    `image`             uint8    [H, W, 3]    RGB; with ``decode=False`` there is `encoded` (string []) in its place
    `image_hw`          int32    [2]          height and width of the stored picture, pixels, whatever the resize
    `content_hw`        int32    [2]          only with ``letterbox``: `image[:h, :w]` is the picture, the rest padding
    `picture`           string   []           hex sha256 of the registered picture file: the example's identity
    `source_id`         string   []           63-bit decimal content id
    `filename`          string   []           name in the images folder of the example's first batch
    `boxes`             float32  [N, 4]       ymin, xmin, ymax, xmax as fractions of `image`, in 0..1
    `classes`           int32    [N]          class ids, from 1
    `weights`           float32  [N]          of the classification term, 0..1; 0 = ignore this region
    `box_weights`       float32  [N]          of the box regression, 0..1
    `scores`            float32  [N]          raw model score in 0..1, 1 for a human's box
    `sources`           string   [N]          ``human`` or an auto-labeler's reference
    `is_crowd`          bool     [N]          the box surrounds a group
    `difficult`         bool     [N]          VOC's flag
    `labeled`           bool     [C]          the class was searched exhaustively: where no box is, it is absent
    `incomplete`        bool     [C]          boxes are real, others may be missing; neither flag: nobody looked
    `absence_weights`   float32  [C]          how far the absence may be trusted, 0..1; 0 where not `labeled`
    `num_boxes`         int32    []           only with ``max_boxes``: the boxes that are not padding
    `dropped_boxes`     int32    []           only with ``max_boxes``: the boxes that did not fit
    ==================  =======  ===========  ==========================================================================

    With ``batch_size`` every shape gets a leading [B], and what has an N is a ``tf.RaggedTensor`` [B, (N), ...]. With
    ``max_boxes`` N is ``max_boxes`` everywhere, filled up with 0, False and "": a class of 0 is padding. Where a
    picture has more, those of the highest weight stay (the first ones among equals) and the class of each dropped box
    turns from labeled to incomplete on that picture: a detection of the dropped object is then never called wrong.

    Args:
        path: folder of the unified dataset.
        split: name of the split.
        batch_size: examples an element; None gives single examples.
        image_hw: height and width of `image`, pixels; None keeps the stored sizes, which do not batch.
        resize: ``stretch`` to exactly ``image_hw``, or ``letterbox``: keep the aspect ratio, picture at the top left,
            gray (114) at the bottom or right. Bilinear, antialiased when shrinking, which costs about twice the decode.
        max_boxes: pad to this many boxes; see above.
        decode: False leaves the pictures as JPEG or PNG bytes.
        shuffle: False gives the order of the records, which a compile has shuffled once already. True mixes shards and
            records anew each time the dataset is iterated.
        seed: with ``shuffle``, makes the order repeatable: the first, second, ... iteration of every dataset loaded
            with this seed are alike, on any machine, unless ``tf.random.set_seed`` differs, which enters too. None is
            random. Without ``shuffle`` it has no effect.
        shuffle_buffer: encoded records held in memory for shuffling.
        drop_remainder: leave out a last batch that is not full, so that B is static.

    Returns:
        A dataset of known cardinality; one pass is one epoch.

    Raises:
        DatasetError: there is no unified dataset, no such split, or a shard is missing or not as long as when written.
        UnifyError: an argument makes no sense, or TensorFlow is not installed.
    """
    folder = Path(path)
    _check_arguments(batch_size, image_hw, resize, max_boxes, decode, shuffle_buffer)
    manifest = read_manifest(folder)
    paths = shard_paths(folder, manifest, split)
    _check_sizes(folder, manifest, split)
    _check_tensorflow()

    import tensorflow as tf

    from unify.records.reader_pipeline import Pipeline

    pipeline = Pipeline(
        num_columns=taxonomy_of(manifest).num_columns,
        image_hw=image_hw,
        letterbox=resize == "letterbox" and image_hw is not None,
        max_boxes=max_boxes,
        decode=decode,
    )
    records = _records(paths, shuffle, seed, shuffle_buffer)
    examples = manifest["splits"][split]["examples"]
    if batch_size is None:
        elements, count = pipeline.singles(records), examples
    else:
        elements = pipeline.batches(records, batch_size, drop_remainder)
        count = examples // batch_size if drop_remainder else -(-examples // batch_size)
    return elements.apply(tf.data.experimental.assert_cardinality(count)).prefetch(tf.data.AUTOTUNE)


def _records(paths: list[Path], shuffle: bool, seed: int | None, shuffle_buffer: int) -> tf.data.Dataset:
    import tensorflow as tf

    names = tf.constant([str(path) for path in paths], tf.string)
    if not shuffle:
        return tf.data.TFRecordDataset(names)
    shards = tf.data.Dataset.from_tensor_slices(names).shuffle(max(len(paths), 1), seed)
    mixed = shards.interleave(
        tf.data.TFRecordDataset,
        cycle_length=_OPEN_SHARDS,
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=True,
    )
    return mixed.shuffle(shuffle_buffer, seed)


def _check_arguments(
    batch_size: int | None,
    image_hw: tuple[int, int] | None,
    resize: str,
    max_boxes: int | None,
    decode: bool,
    shuffle_buffer: int,
) -> None:
    problems = []
    if resize not in RESIZES:
        fix = did_you_mean(resize, RESIZES)
        problems.append(Problem(_WHERE, "unknown resize", got=repr(resize), expected=" or ".join(RESIZES), fix=fix))
    for name, value in (("batch_size", batch_size), ("max_boxes", max_boxes), ("shuffle_buffer", shuffle_buffer)):
        if value is not None and value < 1:
            problems.append(Problem(_WHERE, f"{name} is too small", got=str(value), expected="1 or more"))
    if image_hw is not None and (len(image_hw) != 2 or min(image_hw) < 1):
        expected = "height and width in pixels, both 1 or more"
        problems.append(Problem(_WHERE, "image_hw is not a size", got=str(image_hw), expected=expected))
    if image_hw is not None and not decode:
        fix = "leave out image_hw, or decode"
        problems.append(
            Problem(_WHERE, "encoded pictures cannot be resized", got="image_hw with decode=False", fix=fix)
        )
    if batch_size is not None and decode and image_hw is None:
        what = "pictures of different sizes do not fit into one batch"
        fix = "pass image_hw=(height, width), or decode=False, or batch_size=None"
        problems.append(Problem(_WHERE, what, got=f"batch_size={batch_size} without image_hw", fix=fix))
    if problems:
        raise UnifyError(problems)


def _check_sizes(folder: Path, manifest: JsonObject, split: str) -> None:
    """Every shard's size, so that a half-copied dataset is found now and not hours into the training."""
    problems = []
    for shard in manifest["shards"]:
        path = folder / shard["file"]
        size = path.stat().st_size if path.is_file() else None
        if shard["split"] == split and size != shard["bytes"]:
            what = "the shard is missing" if size is None else "the shard is not as long as it was written"
            got = "" if size is None else f"{size:,} bytes"
            fix = "copy the shard again from where it is whole, or compile again"
            problems.append(Problem(str(path), what, got=got, expected=f"{shard['bytes']:,} bytes", fix=fix))
    if problems:
        raise DatasetError(problems)


def _check_tensorflow() -> None:
    try:
        import tensorflow  # noqa: F401 (unused-import): only whether it is there
    except ModuleNotFoundError as error:
        fix = "pip install 'unify-detection[train]'"
        raise UnifyError(Problem(_WHERE, "TensorFlow is not installed", got=str(error), fix=fix)) from error
