"""Traces a network: shows number by number how one element of a layer's output, or of a gradient, was computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from scnn import kernels
from scnn.compiler.terms import Total, total_of
from scnn.compiler.trace import Combination, Step, Tracer
from scnn.engines.engine import Engine, EngineFactory
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError
from scnn.layers.layer import Shape
from scnn.layers.loss import Loss
from scnn.network.architecture import Architecture
from scnn.network.lowering import (
    activation,
    activation_buffers,
    allocate_buffers,
    gradient,
    gradient_buffers,
    layer_backward_calls,
    parameter_buffers,
    resolve_roles,
    sample_buffers,
)
from scnn.network.network import Network
from scnn.plan import Call, Plan, Procedure

__all__ = ["ADD_GRADIENT", "ElementTrace", "NetworkTracer"]

ADD_GRADIENT = kernels.add_gradient.__name__  # completes the gradient of an output that several layers read


@dataclass(frozen=True)
class ElementTrace:
    """How one element was computed. `buffers` maps the kernel's parameters to the plan's buffers and their shapes.

    `total` is the sum that the element is, or is computed from, if there is one; `steps` are all steps that
    contributed to it. If the element is a copy of another one that the same layer computed, `source` is the trace of
    that one.
    """

    buffer: str
    index: tuple[int, ...]
    value: float
    kernel: str
    file: str
    total: Total | None
    steps: tuple[Step | Combination, ...]
    buffers: Mapping[str, tuple[str, Shape]]
    source: "ElementTrace | None"

    def index_in(self, parameter: str, position: int) -> tuple[int, ...]:
        """The index, one number for each axis, of the element at `position` of a parameter's flat buffer."""
        return unravel(position, self.buffers[parameter][1])


@dataclass(frozen=True)
class Ran:
    """A call that ran, with the contents of its buffers before and after it."""

    layer: int  # the index of its layer
    backward: bool
    call: Call
    before: Mapping[str, Any]
    after: Mapping[str, Any]


class NetworkTracer:
    """Runs the forward and backward pass of one image, and explains single elements of the results."""

    def __init__(self, network: Network, make_engine: EngineFactory = compiled) -> None:
        self.network, self.tracer = network, Tracer()
        self.calls = calls_of(network)
        layout = parameter_buffers(network) | sample_buffers(network, 0) | activation_buffers(network)
        layout |= gradient_buffers(network) | {gradient("input"): ("float32", network.input_shape)}
        procedures = [Procedure(f"call{at}", (), (call,)) for at, (_, _, call) in enumerate(self.calls)]
        plan = Plan(allocate_buffers(network, layout), {one.name: one for one in procedures})
        self.plan = network.edits.applied(plan)
        self.engine: Engine = make_engine(self.plan)
        self.ran: list[Ran] = []

    def run(self, image: Sequence[float], label: int) -> None:
        """Runs one image (numbers from 0 to 1) with its class, as in training, but without augmentation and
        dropout."""
        engine = self.engine
        if not 0 <= label < self.network.classes:
            raise ConfigError(f"expected a label from 0 to {self.network.classes - 1}, got {label}")
        for name, values in self.network.parameters.items():
            engine.write(name, values)
            engine.write(gradient(name), [0.0] * len(values))
        engine.write("input", image)
        engine.write("label", [label])
        current: dict[str, Any] = {}
        self.ran = []
        for at, (layer, backward, call) in enumerate(self.calls):
            used = {str(value) for value in call.arguments.values() if value in self.plan.buffers}
            before = {name: current.setdefault(name, engine.read(name)) for name in used}
            engine.run(f"call{at}")
            after = {name: engine.read(name) for name in self.stored(call)}
            current |= after
            self.ran.append(Ran(layer, backward, call, before, after))

    def trace(self, layer: str, element: Sequence[int], role: str = "", backward: bool = False) -> ElementTrace:
        """The trace of one element that `layer` computed for the image. `role` is `output` (the default) or another
        buffer of the layer (`padded`, `winners`, `loss`). With `backward` it is the gradient of `weights` (the
        default, if the layer has weights), `bias` or `input`. Raises ConfigError for an unknown layer, role or
        element."""
        at_layer, buffer = self.buffer_of(layer, role, backward)
        shape = self.plan.buffers[buffer].shape
        if len(element) != len(shape) or not all(0 <= at < size for at, size in zip(element, shape, strict=False)):
            raise ConfigError(f"expected an index inside {buffer}, whose shape is {shape}, got {tuple(element)}")
        flat = 0
        for at, size in zip(element, shape, strict=True):
            flat = flat * size + at
        ran = [one for one in self.ran if one.layer == at_layer and one.backward == backward and buffer in one.after]
        if not ran:
            remedy = "run an image first" if not self.ran else "trace the layer before it"
            raise ConfigError(f"no kernel of {layer} computed {buffer}: {remedy}")
        if backward:
            return self.explain(ran[-1], buffer, flat)
        traces = [
            self.explain(one, buffer, flat) for one in reversed(ran)
        ]  # each call may write a part of the output
        return next((trace for trace in traces if trace.steps), traces[0])

    def buffer_of(self, layer: str, role: str, backward: bool) -> tuple[int, str]:
        network = self.network
        if layer not in network.names:
            raise ConfigError(f"the network has no layer {layer!r}; it has {', '.join(network.names)}")
        index = network.names.index(layer)
        parameters = list(network.layers[index].parameters(network.shapes[index]))
        role = role or ("output" if not backward else "weights" if "weights" in parameters else "input")
        roles = {one: activation(network, number) for one, number in network.sources[index].items()}
        roles |= {"output": activation(network, index + 1), "loss": "loss"}
        roles |= {name: f"{layer}.{name}" for name in parameters}
        roles |= {name: f"{layer}.{name}" for name in network.layers[index].buffers(network.shapes[index])}
        found = roles.get(role, "")
        found = gradient(found) if backward and found else found
        if found not in self.plan.buffers:
            raise ConfigError(f"{layer} has no {'gradient of ' * backward}{role!r}; it has {', '.join(roles)}")
        return index, found

    def explain(self, ran: Ran, buffer: str, flat: int) -> ElementTrace:
        call = ran.call
        recording = self.tracer.record(call.kernel, call.arguments, ran.before, (buffer, flat))
        function = recording.function
        names = {p.name: str(call.arguments[p.name]) for p in function.parameters if p.is_buffer}
        parameter = next(p for p, name in names.items() if name == buffer and p in recording.results)
        value = recording.results[parameter][flat]
        engine_value = ran.after[buffer][flat]
        if value != engine_value and not (value != value and engine_value != engine_value):
            raise AssertionError(f"internal error: {buffer}[{flat}] is {engine_value}, and its trace gives {value}")
        shapes = {p: (name, self.plan.buffers[name].shape) for p, name in names.items()}
        stored = next(p for p, name in names.items() if name == buffer and p in self.stored_parameters(call))
        return ElementTrace(
            buffer,
            unravel(flat, self.plan.buffers[buffer].shape),
            value,
            function.name,
            function.source.file,
            total_of(recording, stored, flat),
            recording.steps,
            shapes,
            self.copied(ran, recording.steps, names),
        )

    def copied(self, ran: Ran, steps: Sequence[Step | Combination], names: Mapping[str, str]) -> ElementTrace | None:
        """The trace of the element that the last step only copied, if an earlier call of the layer computed it."""
        last = steps[-1] if steps else None
        if not isinstance(last, Step) or len(last.reads) != 1 or last.reads[0].value != last.value:
            return None
        read = last.reads[0]
        earlier = [
            one
            for one in self.ran[: self.ran.index(ran)]
            if one.layer == ran.layer and one.backward == ran.backward and names[read.buffer] in one.after
        ]
        return self.explain(earlier[-1], names[read.buffer], read.index) if earlier else None

    def stored_parameters(self, call: Call) -> set[str]:
        numbers = {name: value for name, value in call.arguments.items() if not isinstance(value, str)}
        return {access.buffer for access in self.tracer.slices(call.kernel, numbers).accesses}

    def stored(self, call: Call) -> set[str]:
        return {str(call.arguments[parameter]) for parameter in self.stored_parameters(call)}


def calls_of(network: Architecture) -> list[tuple[int, bool, Call]]:
    """Every call of one sample's forward and backward pass, as (index of the layer, whether it is backward, call).
    The backward pass goes back to the image itself; dropout does nothing, as in inference."""
    forward: list[tuple[int, bool, Call]] = []
    backward: list[tuple[int, bool, Call]] = []
    for index, (layer, shape) in enumerate(zip(network.layers, network.shapes, strict=False)):
        calls = layer.forward(shape)
        if isinstance(layer, Loss):
            calls = [*calls, *layer.loss(shape)]
        forward += [(index, False, call) for call in resolve_roles(calls, network, index)]
        if layer.shares_memory:
            continue
        backward[:0] = [(index, True, call) for call in layer_backward_calls(network, index, to_input=True)]
    return forward + backward


def unravel(flat: int, shape: Shape) -> tuple[int, ...]:
    """The index in a shape of the element at a position of a flat buffer in row order."""
    return tuple(flat // prod(shape[at + 1 :]) % size for at, size in enumerate(shape))
