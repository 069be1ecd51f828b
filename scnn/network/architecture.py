"""The architecture of a network: its layers in order, and the shapes between them. It holds no weights."""

from collections.abc import Iterable, Sequence
from math import prod

from scnn.checks import MAX_CLASSES, MAX_LAYERS, MAX_PARAMETERS, MAX_SIDE, require_type
from scnn.errors import ConfigError, ShapeError
from scnn.layers.layer import Layer, Parameter, Shape
from scnn.layers.loss import SoftmaxCrossEntropy

__all__ = ["Architecture"]


class Architecture:
    """Layers from an input of `input_shape` (channels, rows, columns) to logits; softmax with cross-entropy
    ends it, whether it is written or not. Raises ShapeError where a layer does not fit the one before it or there are
    too many classes or parameters, ConfigError for what is no layer.
    """

    def __init__(self, input_shape: Sequence[int], layers: Iterable[Layer]) -> None:
        if not isinstance(input_shape, Sequence) or [type(size) for size in input_shape] != [int] * 3:
            raise ShapeError(f"the input's shape is (channels, rows, columns), whole numbers, not {input_shape!r}")
        self.input_shape: Shape = tuple(input_shape)
        if not 1 <= min(self.input_shape) <= max(self.input_shape) <= MAX_SIDE:
            raise ShapeError(
                f"the input's shape is (channels, rows, columns), each from 1 to {MAX_SIDE}, not {input_shape!r}"
            )
        self.layers: tuple[Layer, ...] = ended(checked(layers))
        self.names: tuple[str, ...] = numbered(self.layers)
        self.shapes: tuple[Shape, ...] = self.infer_shapes()
        if self.classes > MAX_CLASSES:
            raise ShapeError(f"the network has {self.classes} outputs, and there are at most {MAX_CLASSES} classes")
        if self.parameter_count > MAX_PARAMETERS:
            raise ShapeError(f"the network has {self.parameter_count} parameters, and at most {MAX_PARAMETERS}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.input_shape}, {list(self.layers)})"

    def __str__(self) -> str:
        """A line for each layer, with the shape that leaves it."""
        sizes = [" × ".join(map(str, shape)) for shape in self.shapes]
        lines = [f"  {layer!r:60} → {size}" for layer, size in zip(self.layers, sizes[1:], strict=True)]
        return "\n".join([f"input: {sizes[0]}", *lines, f"{self.parameter_count} parameters"])

    def infer_shapes(self) -> tuple[Shape, ...]:
        """The input's shape, then each layer's output shape."""
        shapes = [self.input_shape]
        for name, layer in zip(self.names, self.layers, strict=True):
            try:
                shapes.append(layer.output_shape(shapes[-1]))
            except ShapeError as error:
                raise ShapeError(f"{name} cannot follow an output of {shapes[-1]}: {error}") from None
            if not isinstance(shapes[-1], tuple) or not all(type(size) is int and size > 0 for size in shapes[-1]):
                raise ShapeError(
                    f"the output's shape of {name} should be a tuple of sizes, and is {shapes[-1]!r:.80}"
                )
        if len(shapes[-1]) != 1:
            raise ShapeError(f"a network ends with a vector of logits, not with {shapes[-1]}")
        return tuple(shapes)

    def specifications(self) -> dict[str, Parameter]:
        """Each parameter's shape and fan-in, by its full name, such as `conv2d_1.weights`, in order."""
        return {
            f"{name}.{role}": parameter
            for name, layer, shape in zip(self.names, self.layers, self.shapes, strict=False)
            for role, parameter in layer.parameters(shape).items()
        }

    @property
    def classes(self) -> int:
        """How many classes it tells apart."""
        return self.shapes[-1][0]

    @property
    def parameter_count(self) -> int:
        """How many numbers it learns."""
        return sum(prod(parameter.shape) for parameter in self.specifications().values())


def checked(layers: object) -> tuple[Layer, ...]:
    """The layers, each of them one; raises ConfigError."""
    require_type("a network's layers", layers, Iterable, "the list [Flatten(), Dense(10)]")
    assert isinstance(layers, Iterable)
    found = tuple(layers)
    if not 1 <= len(found) <= MAX_LAYERS:
        raise ConfigError(f"a network has 1 to {MAX_LAYERS} layers, not {len(found)}")
    for place, layer in enumerate(found, 1):
        require_type(f"layer {place} of {len(found)}", layer, Layer, "Dense(10)")
    return found


def ended(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """The layers with SoftmaxCrossEntropy at their end, and there alone."""
    if any(isinstance(layer, SoftmaxCrossEntropy) for layer in layers[:-1]):
        raise ShapeError("SoftmaxCrossEntropy stands at the end of a network alone")
    if layers and isinstance(layers[-1], SoftmaxCrossEntropy):
        return layers
    return (*layers, SoftmaxCrossEntropy())


def numbered(layers: tuple[Layer, ...]) -> tuple[str, ...]:
    """A name for each layer: its class in lower case and how many of its kind there were, from 1."""
    kinds = [type(layer).__name__.lower() for layer in layers]
    return tuple(f"{kind}_{kinds[: place + 1].count(kind)}" for place, kind in enumerate(kinds))
