"""Models that map a tensor of pixels to tensors, whatever library runs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from unify.autolabel.classes import make_class_table
from unify.autolabel.contract import Breach, shape_text
from unify.autolabel.heads import Outputs
from unify.autolabel.interface import AutoLabelerSpec
from unify.autolabel.options import TensorOptions
from unify.autolabel.postprocess import ADVICE, read_outputs
from unify.autolabel.preprocess import FITTING, FittedPicture, Placement, changes_values, fit_picture, make_batch
from unify.autolabel.problems import breach_error, in_one_line, problem_of
from unify.core.predictions import PictureKey
from unify.errors import AutoLabelerError


@dataclass(frozen=True)
class InputShape:
    """What a network says of its input.

    Attributes:
        shape: four sizes, None where any will do; None where it does not say.
        dtype: of the tensor.
    """

    shape: tuple[int | None, ...] | None
    dtype: np.dtype


class Network(Protocol):
    """A loaded network."""

    input: InputShape

    def run(self, batch: np.ndarray) -> Outputs:
        """Name -> tensor of each output. Raises anything."""
        ...


class Tensor(NamedTuple):
    """A batch as a network takes it.

    Attributes:
        values: [B, H, W, 3] or [B, 3, H, W].
        placements: where the pictures lie in it, B or fewer; the rows behind them are blank.
    """

    values: np.ndarray
    placements: Sequence[Placement]


class TensorModel:
    """A network with its pictures prepared and its tensors read, as the options say.

    Raises:
        AutoLabelerError: the options do not fit the network's input, or a blank batch breaks it.
    """

    advice = ADVICE

    def __init__(self, spec: AutoLabelerSpec, network: Network, *, try_out: bool = True) -> None:
        self._version, self._options, self._network = spec.version, spec.options, network
        self._num_classes = len(make_class_table(spec.classes, spec.options).by_number)
        self._rows, self._input_hw = _fixed_sizes(spec, network.input)
        self.preparation = ("fitted", self._input_hw, *(getattr(spec.options, name) for name in FITTING))
        if try_out and self._input_hw:
            self._try_out(self._input_hw)

    def prepare(self, picture: np.ndarray) -> FittedPicture:
        """The picture in the size of the input; its own where the network takes any."""
        return fit_picture(picture, self._input_hw or picture.shape[:2], self._options)

    def assemble(self, pictures: Sequence[FittedPicture]) -> list[Tensor]:
        """As many tensors as the network's batch needs for them."""
        return [self._tensor(pictures[start : start + self._rows]) for start in range(0, len(pictures), self._rows)]

    def _tensor(self, pictures: Sequence[FittedPicture]) -> Tensor:
        pixels, placements = zip(*pictures)
        return Tensor(make_batch(pixels, self._rows, self._network.input.dtype, self._options), placements)

    def __call__(self, batch: Sequence[Tensor], keys: Sequence[PictureKey] | None) -> list[dict[str, Any]]:
        return [answer for tensor in batch for answer in self._ask(tensor)]

    def _ask(self, tensor: Tensor) -> list[dict[str, Any]]:
        outputs = {name: np.asarray(values) for name, values in self._network.run(tensor.values).items()}
        return read_outputs(outputs, tensor.placements, self._rows, self._num_classes, self._options)

    def _try_out(self, input_hw: tuple[int, int]) -> None:
        """A blank picture: what is wrong with every picture is found before the first, and compiling is over."""
        try:
            self._ask(self._tensor([self.prepare(np.full((*input_hw, 3), self._options.padding, np.uint8))]))
        except Breach as breach:
            raise breach_error(self._version, breach, self.advice) from breach
        except Exception as error:
            fix = "check 'input_hw', 'layout' and 'outputs' in its options"
            problem = problem_of(self._version, "cannot run on a blank picture", got=in_one_line(error), fix=fix)
            raise AutoLabelerError(problem) from error


def _fixed_sizes(spec: AutoLabelerSpec, network_input: InputShape) -> tuple[int, tuple[int, int] | None]:
    """Pictures in a batch, and height and width of the input; None where each picture keeps its own."""
    options: TensorOptions = spec.options
    asked = (options.input_hw[0], options.input_hw[1]) if options.input_hw else None
    if network_input.dtype.kind in "iu" and changes_values(options):
        raise _misfit(spec, "takes whole numbers", "divide_by, mean or std", "delete 'divide_by', 'mean' and 'std'")
    if network_input.shape is None:
        return (options.batch_size, asked) if asked else (1, None)
    batch, *sizes = network_input.shape
    height, width, channels = sizes if options.layout == "NHWC" else (*sizes[1:], sizes[0])
    takes = f"takes an input of shape {shape_text(network_input.shape)}"
    if channels not in (None, 3):
        raise _misfit(spec, takes, f"layout {options.layout}", "set 'layout'")
    if asked and (height not in (None, asked[0]) or width not in (None, asked[1])):
        raise _misfit(spec, takes, f"input_hw {list(asked)}", "delete 'input_hw', or correct it")
    if height is not None and width is not None:
        asked = (height, width)
    return (batch or options.batch_size, asked) if asked else (1, None)


def _misfit(spec: AutoLabelerSpec, what: str, got: str, fix: str) -> AutoLabelerError:
    return AutoLabelerError(problem_of(spec.version, what, got=f"{got} in its options", fix=fix))


def the_picture(inputs: Sequence[Any]) -> Any:
    """The one input of a network.

    Raises:
        ValueError: it has none, or several.
    """
    if len(inputs) != 1:
        raise ValueError(f"the model takes {len(inputs)} inputs; one, the picture, is expected")
    return inputs[0]
