"""Inspection: what a network computes for one image: each layer's output, the filters, and the pixels that matter.

A kernel draws the numbers as contact sheets, all maps of a layer in one picture, many times a second.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, prod, sqrt

from scnn import kernels
from scnn.engines.engine import Engine, EngineFactory
from scnn.kernels.images import draw_sheet
from scnn.layers.layer import Shape, call
from scnn.network.architecture import Architecture
from scnn.network.backward import require_outputs_unmodified
from scnn.network.lowering import (
    PROBABILITIES,
    activation,
    activation_buffers,
    allocate_buffers,
    forward_calls,
    gradient,
    gradient_buffers,
    layer_backward_calls,
    parameter_buffers,
    sample_buffers,
)
from scnn.network.metrics import argmax
from scnn.network.network import Network
from scnn.plan import Call, Plan, Procedure

__all__ = ["Inspection", "Inspector", "Layout", "Sheet", "drawing", "layout_of", "read_sheet"]

MAX_MAPS = 64  # in one sheet
COLUMN = 32  # a vector of at most this many numbers is one column


@dataclass(frozen=True)
class Layout:
    """Where the maps of a buffer are in its sheet: `maps` of them, each `height` × `width` pixels, in `columns`, with
    a pixel between them."""

    maps: int
    height: int
    width: int
    columns: int

    @property
    def picture_width(self) -> int:
        return self.columns * (self.width + 1) - 1

    @property
    def picture_height(self) -> int:
        return -(-self.maps // self.columns) * (self.height + 1) - 1


@dataclass(frozen=True)
class Sheet:
    """The numbers of a buffer of this shape, drawn: `rows` are the bytes of a PNG file's rows (see
    `scnn.kernels.images.draw_sheet`), and `largest` is the largest magnitude."""

    shape: Shape
    layout: Layout
    rows: bytes
    largest: float


@dataclass(frozen=True)
class Inspection:
    """What a network computes for an image. `outputs` has the sheet of each layer but the softmax."""

    probabilities: list[float]
    outputs: list[Sheet]

    @property
    def best(self) -> int:
        """The index of the predicted class."""
        return argmax(self.probabilities)


class Inspector:
    """Runs a network on one image at a time, on an engine of its own."""

    def __init__(self, network: Network, make_engine: EngineFactory) -> None:
        self.network = network
        self.plan = lower_inspection(network)
        self.engine: Engine = make_engine(self.plan)

    def look(self, image: Sequence[float]) -> Inspection:
        """What the network, with its current weights, computes for an image (numbers from 0 to 1)."""
        network, engine = self.network, self.engine
        for name, values in network.parameters.items():
            engine.write(name, values)
        engine.write("input", image)
        engine.run("infer")
        engine.run("draw outputs")
        outputs = [
            read_sheet(engine, name, shape) for name, shape in zip(network.names, network.shapes[1:-1], strict=False)
        ]
        return Inspection([float(value) for value in engine.read(PROBABILITIES)], outputs)

    def filters(self) -> dict[str, Sheet]:
        """The weights of each convolution after `look`, by the layer's name."""
        self.engine.run("draw filters")
        filters = filter_shapes(self.network)
        return {name.partition(".")[0]: read_sheet(self.engine, name, shape) for name, shape in filters.items()}

    def saliency(self) -> Sheet:
        """After `look`: how much the largest logit changes with each pixel, |∂logits[class]/∂input|
        (arXiv:1312.6034)."""
        network, engine = self.network, self.engine
        best = argmax(engine.read(PROBABILITIES))
        logits = gradient(activation(network, len(network.layers) - 1))
        engine.write(logits, [1.0 if k == best else 0.0 for k in range(network.classes)])
        engine.run("saliency")
        sensitivity = array("f", map(abs, engine.read(gradient("input"))))
        engine.write(gradient("input"), sensitivity)
        engine.run("draw saliency")
        return read_sheet(engine, gradient("input"), network.input_shape)

    def value(self, index: int, position: int) -> float:
        """After `look`: the number at a position of the flat input of the layer with this index; the number of layers
        means the probabilities."""
        return float(self.engine.read(activation(self.network, index))[position])


def lower_inspection(network: Architecture) -> Plan:
    """The plan: `infer()`, then `saliency()` after the caller has written the gradient of the logits, and what draws
    the outputs, the filters and the saliency: for each, the buffers `… sheet` and `… largest`."""
    require_outputs_unmodified(network)
    layout = parameter_buffers(network) | sample_buffers(network, 0) | activation_buffers(network)
    layout |= gradient_buffers(network) | {gradient("input"): ("float32", network.input_shape)}
    drawn = {
        "draw outputs": [(network.names[at - 1], *output(network, at)) for at in range(1, len(network.layers))],
        "draw filters": [(name, name, shape) for name, shape in filter_shapes(network).items()],
        "draw saliency": [(gradient("input"), gradient("input"), network.input_shape)],
    }
    procedures = [
        Procedure("infer", (), tuple(forward_calls(network))),
        Procedure("saliency", (), tuple(saliency_calls(network))),
    ]
    for procedure, group in drawn.items():
        buffers, calls = drawing(group)
        layout |= buffers
        procedures.append(Procedure(procedure, (), tuple(calls)))
    return Plan(allocate_buffers(network, layout), {one.name: one for one in procedures})


def saliency_calls(network: Architecture) -> list[Call]:
    """The backward pass from the logits to the input."""
    calls: list[Call] = []
    for index in reversed(range(len(network.layers) - 1)):
        calls += layer_backward_calls(network, index, to_input=True)
    # inference does not write dropout's mask
    return [step for step in calls if step.kernel.__name__ != kernels.dropout_backward.__name__]


def drawing(group: Iterable[tuple[str, str, Shape]]) -> tuple[dict[str, tuple[str, Shape]], list[Call]]:
    """What draws sheets: for each (its name, the buffer of its values, their shape) the buffers `… sheet` and
    `… largest`, and a call."""
    layout: dict[str, tuple[str, Shape]] = {}
    calls = []
    for name, values, shape in group:
        drawn_as = layout_of(shape)
        size = (drawn_as.picture_width + 1) * drawn_as.picture_height
        layout |= {f"{name} sheet": ("int32", (size,)), f"{name} largest": ("float32", (1,))}
        buffers = {"sheet": f"{name} sheet", "largest": f"{name} largest", "values": values}
        sizes = {"maps": drawn_as.maps, "height": drawn_as.height, "width": drawn_as.width}
        length = min(prod(shape), drawn_as.maps * drawn_as.height * drawn_as.width)
        calls.append(call(draw_sheet, **buffers, **sizes, columns=drawn_as.columns, length=length))
    return layout, calls


def read_sheet(engine: Engine, name: str, shape: Shape) -> Sheet:
    """The sheet of this name, after its call."""
    (largest,) = engine.read(f"{name} largest")
    rows = engine.read(f"{name} sheet").tobytes()[::4]  # the low byte of each int32
    return Sheet(shape, layout_of(shape), rows, float(largest))


def output(network: Architecture, index: int) -> tuple[str, Shape]:
    """The buffer that is the input of the layer at `index`, and its shape; layers may share one in other shapes."""
    return activation(network, index), network.shapes[index]


def filter_shapes(network: Architecture) -> dict[str, Shape]:
    """The shapes of the convolutions' weights, by the names of their buffers."""
    shapes = {name: entry.shape for name, entry in network.specifications().items()}
    return {name: shape for name, shape in shapes.items() if name.endswith(".weights") and len(shape) == 4}


def layout_of(shape: Shape) -> Layout:
    """The layout of a buffer of this shape: maps in a square, filters in a row for each with a column for each
    channel, a vector as a column, or a square if it is long."""
    if len(shape) == 1:
        width = 1 if shape[0] <= COLUMN else ceil(sqrt(shape[0]))
        return Layout(1, -(-shape[0] // width), width, 1)
    maps = prod(shape[:-2])
    columns = min(shape[1], MAX_MAPS) if len(shape) == 4 else ceil(sqrt(min(maps, MAX_MAPS)))
    return Layout(min(maps, MAX_MAPS // columns * columns), shape[-2], shape[-1], columns)
