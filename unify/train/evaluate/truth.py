"""What people know of a split: the boxes that detections are held against, and a state per picture and class."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unify.core.taxonomy import Taxonomy
from unify.core.types import JsonObject, Method, State
from unify.errors import DatasetError, Problem
from unify.records.counts import HUMAN
from unify.records.decode import DecodedExample, iterate_examples
from unify.records.export_states import ExportedStates, box_fields
from unify.records.manifest import read_manifest, taxonomy_of


@dataclass(frozen=True)
class Truth:
    """P pictures with N boxes that people drew, in the order of the records.

    Attributes:
        taxonomy: all classes.
        sha256: P hex digests. Picture p has the image id p + 1, as in ``unify export --to coco --split``.
        state: uint8 [P, C]; `State` of every class by people's work alone.
        box_picture: int64 [N]; the box's picture, 0..P-1.
        box_class: int64 [N]; class id, from 1.
        boxes_xywh_px: float64 [N, 4]; left, top, width, height in stored pixels, to three decimals, as exported.
        box_area: float64 [N]; pixels², which decides between small, medium and large.
        box_crowd: bool [N]; the box is COCO's ``iscrowd``: detections in it are neither right nor wrong.
    """

    taxonomy: Taxonomy
    sha256: tuple[str, ...]
    state: np.ndarray
    box_picture: np.ndarray
    box_class: np.ndarray
    boxes_xywh_px: np.ndarray
    box_area: np.ndarray
    box_crowd: np.ndarray

    def __len__(self) -> int:
        return len(self.sha256)


def read_truth(folder: Path, split: str, *, progress: Callable[[int], None] | None = None) -> Truth:
    """The truth of one split.

    Only people's labels are truth, whatever method compiled the dataset:

    - A machine's boxes are left out.
    - A class is labeled where its absence is fully trusted, no machine put a box of it, and its task was compiled
      ``partial`` or a batch of the picture was searched for it (``naive`` and ``hard`` trust absences that nobody saw).
      The classes of a batch are those of its registration: inside a federated batch (LVIS) ``naive`` has destroyed
      what was known of single pictures, so compile data to evaluate on with ``partial``.
    - Other classes with a person's box, and incomplete ones, are incomplete. All else is unknown.

    Args:
        folder: the unified dataset.
        split: its split.
        progress: called with how many examples were read since its last call.

    Raises:
        DatasetError: the dataset is damaged or is not one, has no such split, or nothing is in it.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    rows = _Rows(manifest)
    for example in iterate_examples(folder, split):
        rows.add(example)
        if progress is not None:
            progress(1)
    if not rows.sha256:
        fix = "evaluate on another split, or register a batch with this split and compile again"
        raise DatasetError(Problem(str(folder), f"there are no pictures in the split '{split}'", fix=fix))
    return rows.columns()


def people_states(
    example: DecodedExample, partial_ids: frozenset[int], searched: Mapping[str, frozenset[int]]
) -> tuple[set[int], set[int]]:
    """Ids of the labeled and of the incomplete classes of one picture; see `read_truth` for the rule.

    Args:
        example: the picture's record.
        partial_ids: classes of tasks compiled ``partial``: their states are people's own.
        searched: batch -> classes that it was searched for.
    """
    is_human = np.array([source == HUMAN for source in example.source], bool)
    trusted = set(example.labeled_ids[example.labeled_weight == 1].tolist())
    by_batches = partial_ids.union(*(searched.get(batch, frozenset()) for batch in example.batches))
    labeled = (trusted & by_batches) - set(example.class_ids[~is_human].tolist())
    drawn = set(example.class_ids[is_human].tolist())
    return labeled, (set(example.incomplete_ids.tolist()) | drawn) - labeled


class _Rows:
    """The columns while they grow."""

    def __init__(self, manifest: JsonObject) -> None:
        self._taxonomy = taxonomy_of(manifest)
        tasks, methods = self._taxonomy.tasks, manifest["method"]
        partial = [name for task in tasks if methods.get(task) == Method.PARTIAL for name in tasks[task]]
        self._partial_ids = _ids(self._taxonomy, partial)
        self._searched = {
            entry["batch"]: _ids(self._taxonomy, entry["reading"]["labeled_classes"]) for entry in manifest["inputs"]
        }
        self.sha256: list[str] = []
        self._states: list[np.ndarray] = []
        self._boxes: list[tuple[int, JsonObject, bool]] = []  # picture, fields as exported, crowd

    def add(self, example: DecodedExample) -> None:
        labeled, incomplete = people_states(example, self._partial_ids, self._searched)
        state = np.full(self._taxonomy.num_columns + 1, State.UNKNOWN, np.uint8)
        state[list(incomplete)], state[list(labeled)] = State.INCOMPLETE, State.LABELED
        # One list of what a region is, the export's: else its users would get other numbers from pycocotools.
        regions = ExportedStates(example).is_region.tolist()
        self._boxes += [
            (len(self.sha256), box_fields(example, index), is_region)
            for index, is_region in enumerate(regions)
            if example.source[index] == HUMAN
        ]
        self._states.append(state[1:])
        self.sha256.append(example.sha256)

    def columns(self) -> Truth:
        fields = [each for _, each, _ in self._boxes]
        return Truth(
            taxonomy=self._taxonomy,
            sha256=tuple(self.sha256),
            state=np.stack(self._states),
            box_picture=np.array([picture for picture, _, _ in self._boxes], np.int64),
            box_class=np.array([each["category_id"] for each in fields], np.int64),
            boxes_xywh_px=np.array([each["bbox"] for each in fields], np.float64).reshape(-1, 4),
            box_area=np.array([each["area"] for each in fields], np.float64),
            box_crowd=np.array([crowd for _, _, crowd in self._boxes], bool),
        )


def _ids(taxonomy: Taxonomy, names: Iterable[str]) -> frozenset[int]:
    return frozenset(taxonomy.ids[name] for name in names)
