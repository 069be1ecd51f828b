"""The layers that files, the page and exports know by name, and their form as plain data."""

from collections.abc import Iterable

from scnn.checks import MAX_LAYERS
from scnn.errors import ConfigError
from scnn.layers.activation import GELU, Dropout, LeakyReLU, PReLU, ReLU, Sigmoid, SiLU, Tanh
from scnn.layers.batch_normalisation import BatchNorm2D
from scnn.layers.branches import Add, Branch, Concatenate
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.layers.layer import Layer
from scnn.layers.loss import Loss, MeanSquaredError, SoftmaxCrossEntropy, SquaredHinge
from scnn.layers.normalisation import GroupNorm, LayerNorm, Standardise
from scnn.layers.pooling import AveragePool2D, GlobalAveragePool, MaxPool2D
from scnn.layers.transposed_convolution import ConvTranspose2D
from scnn.settings import from_dict

__all__ = ["LAYERS", "LOSSES", "layers_from_list"]

LAYERS: tuple[type[Layer], ...] = (
    *(Conv2D, ReLU, MaxPool2D, Flatten, Dense, Dropout, SoftmaxCrossEntropy),
    *(LeakyReLU, Sigmoid, Tanh, SiLU, AveragePool2D, GlobalAveragePool, SquaredHinge, MeanSquaredError),
    *(Add, Concatenate, Branch),
    *(GELU, PReLU, GroupNorm, LayerNorm, Standardise, ConvTranspose2D, BatchNorm2D),
)
LOSSES = tuple(kind.__name__ for kind in LAYERS if issubclass(kind, Loss))  # the kinds of a network's last layer


def layers_from_list(data: object, more: Iterable[type[Layer]] = ()) -> list[Layer]:
    """The layers of a list of dicts; `more` are the user's own layer classes. Raises ConfigError."""
    if not isinstance(data, list) or not 1 <= len(data) <= MAX_LAYERS:
        raise ConfigError(f"the layers must be a list of 1 to {MAX_LAYERS} dicts")
    return [from_dict(one, (*LAYERS, *more)) for one in data]
