"""Normalisation of each sample by itself, and standardisation by given numbers. Their kernels:
`scnn.kernels.normalisation`."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from scnn import kernels
from scnn.checks import require
from scnn.errors import ConfigError, ShapeError
from scnn.layers.layer import Layer, Parameter, Shape, call
from scnn.layers.shapes import require_at_least
from scnn.plan import Call

__all__ = ["GroupNorm", "LayerNorm", "Standardise"]


@dataclass(frozen=True, repr=False)
class GroupNorm(Layer):
    """Subtracts from each group of channels its mean and divides by its standard deviation; then it multiplies each
    channel by a weight and adds a bias, both learned (Wu and He, arXiv:1803.08494). `epsilon` is added to the
    variance. Any shape: a vector's units are its channels. Raises ConfigError for settings out of range; a network
    raises ShapeError unless the number of channels is a multiple of `groups`.

    Kernels: `normalise_forward`, `scale_channels_forward` in `scnn.kernels.normalisation`; their backward kernels are
    derived.
    """

    groups: int = 4
    epsilon: float = 1e-5

    optional = ("epsilon",)

    def __post_init__(self) -> None:
        require_at_least(1, "GroupNorm", groups=self.groups)
        require_epsilon("GroupNorm", self.epsilon)

    def output_shape(self, shape: Shape) -> Shape:
        if shape[0] % self.groups:
            raise ShapeError(f"GroupNorm: {shape[0]} channels cannot be divided into {self.groups} equal groups")
        return shape

    def parameters(self, shape: Shape) -> Mapping[str, Parameter]:
        return {"weights": Parameter((shape[0],), start=1.0), "bias": Parameter((shape[0],))}

    def buffers(self, shape: Shape) -> Mapping[str, tuple[str, Shape]]:
        return {"normalised": ("float32", shape)}

    def forward(self, shape: Shape) -> list[Call]:
        """normalised = (input - mean[group]) / √(variance[group] + ε)
        output = weights[channel] · normalised + bias[channel]"""
        return [
            normalised(shape, self.groups, self.epsilon),
            call(
                kernels.scale_channels_forward,
                output="output",
                input="normalised",
                weights="weights",
                bias="bias",
                channels=shape[0],
                area=prod(shape[1:]),
            ),
        ]


@dataclass(frozen=True, repr=False)
class LayerNorm(Layer):
    """Subtracts from each sample its mean and divides by its standard deviation, over all channels, rows and columns;
    then it multiplies each number by a weight and adds a bias, both learned (Ba et al., arXiv:1607.06450). `epsilon`
    is added to the variance. Any shape. Raises ConfigError for an `epsilon` out of range.

    Kernels: `normalise_forward`, `scale_elements_forward` in `scnn.kernels.normalisation`; their backward kernels are
    derived.
    """

    epsilon: float = 1e-5

    optional = ("epsilon",)

    def __post_init__(self) -> None:
        require_epsilon("LayerNorm", self.epsilon)

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def parameters(self, shape: Shape) -> Mapping[str, Parameter]:
        return {"weights": Parameter(shape, start=1.0), "bias": Parameter(shape)}

    def buffers(self, shape: Shape) -> Mapping[str, tuple[str, Shape]]:
        return {"normalised": ("float32", shape)}

    def forward(self, shape: Shape) -> list[Call]:
        """normalised = (input - mean) / √(variance + ε)
        output = weights · normalised + bias"""
        roles = {"output": "output", "input": "normalised", "weights": "weights", "bias": "bias"}
        return [
            normalised(shape, 1, self.epsilon),
            call(kernels.scale_elements_forward, **roles, size=prod(shape)),
        ]


@dataclass(frozen=True)
class Standardise(Layer):
    """Subtracts `mean` and divides by `deviation`, the standard deviation: numbers of the data, such as those of
    `ImageDataset.statistics`, that are not learned. Each is one number for all channels, or a tuple of one for each.
    Any shape: a vector's units are its channels. Raises ConfigError for settings that are no such numbers; a network
    raises ShapeError for another number of channels.

    Kernel: `standardise_forward` in `scnn.kernels.normalisation`; its backward kernel is derived.
    """

    mean: float | tuple[float, ...] = 0.5
    deviation: float | tuple[float, ...] = 0.25

    def __post_init__(self) -> None:
        for name in ("mean", "deviation"):
            given = getattr(self, name)
            value = tuple(given) if isinstance(given, list | tuple) else given
            for number in value if isinstance(value, tuple) and value else (value,):
                least = 1e-6 if name == "deviation" else -1e6
                in_range = isinstance(number, int | float) and least <= number <= 1e6
                require(in_range, f"Standardise: the {name} must be from {least:g} to 1e+06, got {number!r:.80}")
            object.__setattr__(self, name, value)

    def output_shape(self, shape: Shape) -> Shape:
        for name in ("mean", "deviation"):
            value = getattr(self, name)
            if isinstance(value, tuple) and len(value) != shape[0]:
                raise ShapeError(f"Standardise: the {name} has {len(value)} numbers for {shape[0]} channels")
        return shape

    def forward(self, shape: Shape) -> list[Call]:
        """output = (input - mean[channel]) / deviation[channel]."""
        several = isinstance(self.mean, tuple) or isinstance(self.deviation, tuple)
        channels, area = (shape[0], prod(shape[1:])) if several else (1, prod(shape))
        means, deviations = (
            one if isinstance(one, tuple) else (one,) * channels for one in (self.mean, self.deviation)
        )
        return [
            call(
                kernels.standardise_forward,
                output="output",
                input="input",
                mean=float(mean),
                deviation=float(deviation),
                channel=channel,
                area=area,
            )
            for channel, (mean, deviation) in enumerate(zip(means, deviations, strict=True))
        ]


def normalised(shape: Shape, groups: int, epsilon: float) -> Call:
    sizes = {"groups": groups, "size": prod(shape) // groups}
    return call(kernels.normalise_forward, normalised="normalised", input="input", epsilon=float(epsilon), **sizes)


def require_epsilon(layer: str, epsilon: object) -> None:
    if not isinstance(epsilon, int | float) or not 1e-12 <= epsilon <= 1:
        raise ConfigError(f"{layer}: epsilon must be a number from 1e-12 to 1, got {epsilon!r:.80}")
