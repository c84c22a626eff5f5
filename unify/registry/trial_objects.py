"""What a trial's config declares, as frozen values. Built and checked by ``trial_file.py``; nobody re-checks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TRIAL_METHODS = ("naive", "partial", "full")


@dataclass(frozen=True)
class DetectorSettings:
    """How the reference detector is built and trained.

    Attributes:
        image_hw: height and width it sees, pixels, multiples of 16.
        width: channels of its stride-4 features; every other layer follows.
        steps: gradient steps.
        batch_size: pictures a step.
        learning_rate: the peak; warm-up and cosine decay around it.
        flip: mirror half of the training pictures left to right.
        scale: pictures are zoomed by up to this factor, in or out; 1 is off.
        shift: pictures are moved by up to this fraction of their size.
        color: brightness and contrast change by up to this fraction.
    """

    image_hw: tuple[int, int] = (128, 224)
    width: int = 32
    steps: int = 600
    batch_size: int = 8
    learning_rate: float = 0.01
    flip: bool = True
    scale: float = 1.1
    shift: float = 0.05
    color: float = 0.1


@dataclass(frozen=True)
class Digits:
    """Handwritten digits on noisy canvases (scikit-learn's ``load_digits``, classes 0 to 5).

    Attributes:
        tasks: how many disjoint tasks the six classes are split into; 1, 2, 3 or 6.
        fully_labeled: share of the training pictures that every task labeled; the others are labeled for one task.
        train: training pictures.
        test: fully labeled pictures, of glyphs that no training picture shows.
        noise: standard deviation of the Gaussian noise, of 1.
        seed: makes other pictures.
    """

    tasks: int = 3
    fully_labeled: float = 0.0
    train: int = 1200
    test: int = 500
    noise: float = 0.18
    seed: int = 0


@dataclass(frozen=True)
class Driving:
    """Driving scenes, drawn by program.

    Attributes:
        tasks: task -> classes of ``unify.scenes``; classes that no task names are left out.
        fully_labeled: as in `Digits`.
        train: training pictures.
        test: fully labeled pictures.
        image_hw: height and width they are drawn at, pixels.
        seed: makes other pictures.
    """

    tasks: Mapping[str, tuple[str, ...]]
    fully_labeled: float = 0.0
    train: int = 600
    test: int = 200
    image_hw: tuple[int, int] = (192, 320)
    seed: int = 0


@dataclass(frozen=True)
class Cut:
    """A fully labeled COCO dataset, of which each training picture keeps the labels of one task.

    Attributes:
        train: annotation files and images folders, absolute: pictures to cut.
        test: the same: fully labeled pictures.
        tasks: task -> categories of the files; categories that no task names are left out.
        fully_labeled: as in `Digits`.
        seed: makes another assignment of pictures to tasks.
    """

    train: tuple[tuple[Path, Path], ...]
    test: tuple[tuple[Path, Path], ...]
    tasks: Mapping[str, tuple[str, ...]]
    fully_labeled: float = 0.0
    seed: int = 0


Scenario = Digits | Driving | Cut


@dataclass(frozen=True)
class TrialConfig:
    """A trial: the same components by each method, trained and compared.

    Either ``scenario`` says what pictures to make, or ``datasets`` and ``evaluation`` select registered batches.

    Attributes:
        name: the trial's name.
        methods: of `TRIAL_METHODS`, in the order they are shown.
        seeds: initialisation and batch order of each run; every method is trained with each.
        detector: settings of the detector, the same for every run.
        output: absolute folder of the trial.
        scenario: pictures made for the trial, or None.
        datasets: batch selections that are compiled, as in a compile config.
        withheld: batch selections that label the rest of the same pictures; what ``full`` adds.
        evaluation: batch selections over fully labeled pictures, of which none is trained on.
        where: ``file`` of the config.
    """

    name: str
    methods: tuple[str, ...]
    seeds: tuple[int, ...]
    detector: DetectorSettings
    output: Path
    scenario: Scenario | None = None
    datasets: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    evaluation: tuple[str, ...] = ()
    where: str = ""
