"""The architecture of a network: its layers in order, what each of them reads, and the shapes of their outputs. It
has no weights."""

from collections.abc import Iterable, Sequence
from math import prod

from scnn.checks import MAX_CLASSES, MAX_LAYERS, MAX_PARAMETERS, MAX_SIDE, require_type
from scnn.errors import ConfigError, ShapeError
from scnn.layers.branches import Join
from scnn.layers.layer import Layer, Parameter, Shape
from scnn.layers.loss import Loss, SoftmaxCrossEntropy
from scnn.network.edits import NO_EDITS, Edits
from scnn.network.graph import Sources, last_readers, memory_of, require_sound, sources_of

__all__ = ["Architecture"]


class Architecture:
    """Layers from an input of `input_shape` (channels, rows, columns) to logits, and a loss; SoftmaxCrossEntropy is
    appended if there is none. `edits` are kernels that replace scnn's. Raises ShapeError if a layer does not fit the
    outputs that it reads, or if there are too many classes or parameters; ConfigError for anything that is not a
    layer, and for a graph that cannot run (`scnn.network.graph`).
    """

    def __init__(self, input_shape: Sequence[int], layers: Iterable[Layer], *, edits: Edits = NO_EDITS) -> None:
        if not isinstance(input_shape, Sequence) or [type(size) for size in input_shape] != [int] * 3:
            raise ShapeError(
                f"the input shape must be (channels, rows, columns), three integers, got {input_shape!r}"
            )
        self.input_shape: Shape = tuple(input_shape)
        if not 1 <= min(self.input_shape) <= max(self.input_shape) <= MAX_SIDE:
            raise ShapeError(
                f"the input shape must be (channels, rows, columns), each from 1 to {MAX_SIDE}, got {input_shape!r}"
            )
        self.edits = edits
        self.layers: tuple[Layer, ...] = edits.with_kernels(with_loss(require_layers(layers)))
        self.names: tuple[str, ...] = layer_names(self.layers)
        self.sources: tuple[Sources, ...] = sources_of(self.layers, self.names)
        self.shapes: tuple[Shape, ...] = self.infer_shapes()
        require_sound(self.layers, self.names, self.shapes, self.sources)
        self.memory = memory_of(self.layers, self.sources)
        self.last_readers = last_readers(self.layers, self.sources, self.memory)
        if self.classes > MAX_CLASSES:
            raise ShapeError(f"the network has {self.classes} outputs; expected at most {MAX_CLASSES} classes")
        if self.parameter_count > MAX_PARAMETERS:
            raise ShapeError(f"the network has {self.parameter_count} parameters; expected at most {MAX_PARAMETERS}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.input_shape}, {list(self.layers)})"

    def __str__(self) -> str:
        """One line per layer, with the shape of its output, and its name if another layer uses that."""
        sizes = [" × ".join(map(str, shape)) for shape in self.shapes]
        used = {layer.layer for layer in self.layers if isinstance(layer, Join)}
        ends = [
            f"{size}  ({name})" if name in used else size for size, name in zip(sizes[1:], self.names, strict=True)
        ]
        lines = [f"  {layer!r:60} → {end}" for layer, end in zip(self.layers, ends, strict=True)]
        return "\n".join([f"input: {sizes[0]}", *lines, f"{self.parameter_count} parameters"])

    def infer_shapes(self) -> tuple[Shape, ...]:
        """The input's shape, followed by each layer's output shape. Layers that read two outputs get to know the
        shape of the other one."""
        shapes, layers = [self.input_shape], []
        for name, layer, sources in zip(self.names, self.layers, self.sources, strict=True):
            if isinstance(layer, Join):
                layer = layer.bound(shapes[sources["other"]])
            layers.append(layer)
            try:
                shapes.append(layer.output_shape(shapes[-1]))
            except ShapeError as error:
                raise ShapeError(f"{name} cannot follow an output of {shapes[-1]}: {error}") from None
            if not isinstance(shapes[-1], tuple) or not all(type(size) is int and size > 0 for size in shapes[-1]):
                raise ShapeError(
                    f"the output shape of {name} must be a tuple of positive integers, got {shapes[-1]!r:.80}"
                )
        self.layers = tuple(layers)
        if len(shapes[-1]) != 1:
            raise ShapeError(
                f"a network must end with a vector of logits, got {shapes[-1]}: put Flatten() and Dense(…) at its end"
            )
        return tuple(shapes)

    def specifications(self) -> dict[str, Parameter]:
        """Every parameter's shape and fan-in by its full name, such as `conv2d_1.weights`, in order."""
        return {
            f"{name}.{role}": parameter
            for name, layer, shape in zip(self.names, self.layers, self.shapes, strict=False)
            for role, parameter in layer.parameters(shape).items()
        }

    @property
    def loss(self) -> Loss:
        """The last layer."""
        last = self.layers[-1]
        assert isinstance(last, Loss)
        return last

    @property
    def classes(self) -> int:
        """The number of classes."""
        return self.shapes[-1][0]

    @property
    def parameter_count(self) -> int:
        """The number of values that are learned."""
        return sum(prod(one.shape) for one in self.specifications().values() if one.learned)


def require_layers(layers: object) -> tuple[Layer, ...]:
    """The layers as a tuple; raises ConfigError unless all of them are instances of Layer."""
    require_type("a network's layers", layers, Iterable, "[Flatten(), Dense(10)]")
    assert isinstance(layers, Iterable)
    found = tuple(layers)
    if not 1 <= len(found) <= MAX_LAYERS:
        raise ConfigError(f"a network must have 1 to {MAX_LAYERS} layers, got {len(found)}")
    for number, layer in enumerate(found, 1):
        require_type(f"layer {number} of {len(found)}", layer, Layer, "Dense(10)")
    return found


def with_loss(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """The layers with a loss as the last one, SoftmaxCrossEntropy if there is none; raises ShapeError if a loss is
    anywhere else."""
    for layer in layers[:-1]:
        if isinstance(layer, Loss):
            raise ShapeError(f"{type(layer).__name__} must be at the end of a network")
    if layers and isinstance(layers[-1], Loss):
        return layers
    return (*layers, SoftmaxCrossEntropy())


def layer_names(layers: tuple[Layer, ...]) -> tuple[str, ...]:
    """A name for each layer: its class in lower case, and its number among those of its class, from 1."""
    kinds = [type(layer).__name__.lower() for layer in layers]
    return tuple(f"{kind}_{kinds[: index + 1].count(kind)}" for index, kind in enumerate(kinds))
