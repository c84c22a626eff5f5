"""What a trial's config declares, as frozen values. Built and checked by ``trial_file.py``; nobody re-checks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

TRIAL_METHODS = ("naive", "partial", "hard", "soft", "full")
AUTO_LABELING = ("hard", "soft")
"""Those that need specialists."""
OTHER_CONFIGS = ("everything", "evaluation")
"""What a trial compiles beside its methods, so that no mixture can be called so."""
DIGITS = ("zero", "one", "two", "three", "four", "five")


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
    """Handwritten digits on noisy canvases (scikit-learn's ``load_digits``, classes `DIGITS`).

    Attributes:
        tasks: how many disjoint tasks the six classes are split into; 1, 2, 3 or 6.
        fully_labeled: share of the training pictures that every task labeled; the others are labeled for one task.
        train: training pictures.
        validation: fully labeled pictures of the training pictures' glyphs, to calibrate specialists on.
        test: fully labeled pictures, of glyphs that no other picture shows.
        noise: standard deviation of the Gaussian noise, of 1.
        seed: makes other pictures.
    """

    tasks: int = 3
    fully_labeled: float = 0.0
    train: int = 1200
    validation: int = 300
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
        validation: fully labeled pictures to calibrate specialists on.
        test: fully labeled pictures.
        image_hw: height and width they are drawn at, pixels.
        seed: makes other pictures.
        rare: class -> share of the training pictures with it that are kept; others are drawn in place of the rest.
    """

    tasks: Mapping[str, tuple[str, ...]]
    fully_labeled: float = 0.0
    train: int = 600
    validation: int = 150
    test: int = 200
    image_hw: tuple[int, int] = (192, 320)
    seed: int = 0
    rare: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """A fully labeled COCO dataset, of which each training picture keeps the labels of one task.

    Attributes:
        train: annotation files and images folders, absolute: pictures to cut.
        validation: the same: fully labeled pictures to calibrate specialists on; there may be none.
        test: the same: fully labeled pictures.
        tasks: task -> categories of the files; categories that no task names are left out.
        fully_labeled: as in `Digits`.
        seed: makes another assignment of pictures to tasks.
    """

    train: tuple[tuple[Path, Path], ...]
    validation: tuple[tuple[Path, Path], ...]
    test: tuple[tuple[Path, Path], ...]
    tasks: Mapping[str, tuple[str, ...]]
    fully_labeled: float = 0.0
    seed: int = 0


Scenario = Digits | Driving | Cut


def digit_tasks(num_tasks: int) -> dict[str, tuple[str, ...]]:
    """The six digits in 1, 2, 3 or 6 tasks, each named by its first and last class: ``zero_to_one``, ..."""
    size = len(DIGITS) // num_tasks
    groups = [DIGITS[start : start + size] for start in range(0, len(DIGITS), size)]
    return {"_to_".join(dict.fromkeys((group[0], group[-1]))): group for group in groups}


@dataclass(frozen=True)
class TrialConfig:
    """A trial: the same components by each method, trained and compared.

    Either ``scenario`` says what pictures to make, or ``datasets`` and ``evaluation`` select registered batches.

    Attributes:
        name: the trial's name.
        methods: of `TRIAL_METHODS` and ``mixtures``, in the order they are shown.
        seeds: initialisation and batch order of each run; every method is trained with each.
        detector: settings of the detector, the same for every run.
        output: absolute folder of the trial.
        scenario: pictures made for the trial, or None.
        datasets: batch selections that are compiled, as in a compile config.
        withheld: batch selections that label the rest of the same pictures; what ``full`` adds.
        evaluation: batch selections over fully labeled pictures, of which none is trained on.
        mixtures: method of one's own -> a compile config's ``method``.
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
    mixtures: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    where: str = ""

    def method_in(self, method: str) -> str | Mapping[str, str]:
        """What a compile config says for a method of the trial; ``full`` is ``partial`` with nothing withheld."""
        return self.mixtures.get(method, "partial" if method == "full" else method)

    @property
    def auto_labeling(self) -> tuple[str, ...]:
        """The methods that need specialists."""
        return tuple(method for method in self.methods if needs_specialists(self.method_in(method)))


def needs_specialists(written: str | Mapping[str, str]) -> bool:
    """Whether a compile config's ``method`` auto-labels anything."""
    methods = [written] if isinstance(written, str) else written.values()
    return any(method in AUTO_LABELING for method in methods)
