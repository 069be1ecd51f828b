"""Explains single elements of the layers' outputs and of their gradients, with the numbers that the engine computed.

The answers' forms are those of scnn.page.explanations. Indices are [channel, row, column], [unit], or those of a
weight.
"""

from collections.abc import Callable

from scnn.errors import ConfigError
from scnn.layers import Shape
from scnn.network.lowering import activation, gradient
from scnn.network.network import Network
from scnn.network.trace import ElementTrace, NetworkTracer, unravel
from scnn.page.explanations import explain, explain_gradient, flat_of, trace_gradient
from scnn.page.messages import Answer, Message, read_index
from scnn.page.sums import describe_steps

__all__ = [
    "Elements",
    "NetworkOf",
    "SubjectOf",
    "Traces",
    "UnknownClassError",
    "class_of",
    "element_of",
    "layer_in",
    "steps_in",
]

MAX_STEPS = 100  # in one answer

NetworkOf = Callable[[Message], Network]
SubjectOf = Callable[[Message], tuple[bytes, int | None]]


class UnknownClassError(ConfigError):
    """Nobody has said which class the image is, or the network does not know it."""


class Traces:
    """The tracer of one network and image; it runs again only if one of them has changed."""

    def __init__(self) -> None:
        self.tracer: NetworkTracer | None = None
        self.traced: tuple[object, ...] = ()  # what the tracer has run

    def run(self, network: Network, image: bytes, label: int) -> NetworkTracer:
        """The tracer of this network, after this image with the index of its true class."""
        architecture = (network.input_shape, network.layers)
        if self.tracer is None or (self.tracer.network.input_shape, self.tracer.network.layers) != architecture:
            self.tracer, self.traced = NetworkTracer(network), ()
        self.tracer.network = network
        parameters = b"".join(values.tobytes() for values in network.parameters.values())
        if self.traced != (parameters, image, label):
            self.traced = ()
            self.tracer.run([level / 255.0 for level in image], label)
            self.traced = (parameters, image, label)
        return self.tracer


class Elements:
    """Handles the messages about elements. `network_of` and `subject_of` give a message's network, and its image with
    the index of the true class, if that is known."""

    def __init__(self, network_of: NetworkOf, subject_of: SubjectOf) -> None:
        self.network_of, self.subject_of = network_of, subject_of
        self.traces = Traces()
        self.handlers = (self.element, self.element_steps)

    def element(self, message: Message) -> Answer:
        """How an `element` of a `layer`'s output was computed, for the image in the message; "image" is a layer, too.
        With `backward` it is the gradient of the `role` (`output`, the default, `weights` or `bias`). The first
        layer and its element of largest magnitude are the defaults. `everything` asks for all products of a long sum,
        `channel` for the window in one channel of a convolution's input."""
        tracer = self.run(message)
        message = chosen(tracer, message)
        network, layer = tracer.network, layer_in(tracer.network, message)
        if message.get("backward"):
            return explain_gradient(tracer, *self.wanted_gradient(tracer, layer, message), message)
        shape = network.input_shape if layer < 0 else network.shapes[layer + 1]
        return explain(tracer, layer, element_of(message, shape), message)

    def element_steps(self, message: Message) -> Answer:
        """`count` steps of the kernel that computed an element, from step `first`, with the kernel's source text. The
        other fields are those of `element`."""
        tracer = self.run(message)
        layer = layer_in(tracer.network, message)
        if message.get("backward"):
            trace = trace_gradient(tracer, *self.wanted_gradient(tracer, layer, message))
        elif layer < 0 or tracer.network.layers[layer].shares_memory:
            raise ConfigError(f"no kernel computes {message.get('layer')}: its numbers are those before it")
        else:
            trace = tracer.trace(tracer.network.names[layer], element_of(message, tracer.network.shapes[layer + 1]))
        return steps_in(message, tracer, trace)

    def run(self, message: Message) -> NetworkTracer:
        """A tracer that has run the message's network on its image, forward and backward."""
        network = self.network_of(message)
        image, label = self.subject_of(message)
        if message.get("backward") or message.get("truth") is not None:
            label = class_of(network, message, label)
        elif label is None or label >= network.classes:
            label = 0  # the forward pass does not depend on it
        return self.traces.run(network, image, label)

    def wanted_gradient(
        self, tracer: NetworkTracer, layer: int, message: Message
    ) -> tuple[int, tuple[int, ...], str]:
        """The layer whose backward pass completes the wanted gradient, the element, and the gradient's role there."""
        network = tracer.network
        role = message.get("role") or "output"
        if role == "output":
            shape = network.input_shape if layer < 0 else network.shapes[layer + 1]
            if layer == len(network.layers) - 1:  # the gradient of the loss is that of the logits
                layer -= 1
            element = element_of(message, shape)
            buffer = activation(network, layer + 1)
            reader, role = next(
                (at, role)
                for at, sources in enumerate(network.sources)
                for role, number in sources.items()
                if activation(network, number) == buffer and not network.layers[at].shares_memory
            )
            return reader, unravel(flat_of(element, shape), tracer.plan.buffers[gradient(buffer)].shape), role
        return layer, element_of(message, parameter_shape(network, layer, role)), role


# ------------------------------------------------------------------------------------------------ messages


def steps_in(message: Message, tracer: NetworkTracer, trace: ElementTrace) -> Answer:
    """The `count` steps of a trace from step `first`; those of what computed it if it is only a copy."""
    first = read_index(message, "first", 1 << 30)
    return describe_steps(tracer, trace.source or trace, first, read_index(message, "count", MAX_STEPS + 1))


def layer_in(network: Network, message: Message) -> int:
    """The index of the message's layer; -1 is the image."""
    name = message.get("layer")
    if name == "image":
        return -1
    if name not in network.names:
        raise ConfigError(f"expected a layer of the network, image, {', '.join(network.names)}, got {name!r}")
    return network.names.index(name)


def chosen(tracer: NetworkTracer, message: Message) -> Message:
    """The message with the default layer and element, where it has none."""
    network = tracer.network
    message = {"layer": network.names[0], **{name: value for name, value in message.items() if value is not None}}
    layer, role = layer_in(network, message), message.get("role", "output")
    if "element" in message or (role != "output" and layer < 0):
        return message
    backward = bool(message.get("backward"))
    shape = network.input_shape if layer < 0 else network.shapes[layer + 1]
    buffer = activation(network, min(layer + 1, len(network.layers) - backward))
    if role != "output":
        shape, buffer = parameter_shape(network, layer, role), f"{network.names[layer]}.{role}"
    values = tracer.engine.read(gradient(buffer) if backward else buffer)
    largest = max(range(len(values)), key=lambda at: abs(values[at]))
    return {**message, "element": list(unravel(largest, shape))}


def parameter_shape(network: Network, layer: int, role: object) -> Shape:
    """The shape of the weights or the bias of a layer."""
    parameters = network.layers[layer].parameters(network.shapes[layer]) if layer >= 0 else {}
    if not isinstance(role, str) or role not in parameters:
        expected = " or ".join(("output", *parameters))
        name = network.names[layer] if layer >= 0 else "image"
        raise ConfigError(f"expected {expected} as the role of a gradient of {name}, got {role!r}")
    return parameters[role].shape


def element_of(message: Message, shape: Shape) -> tuple[int, ...]:
    """The message's `element`, an index for each axis."""
    element = message.get("element")
    fits = isinstance(element, list) and len(element) == len(shape)
    if not fits or not all(type(at) is int and 0 <= at < size for at, size in zip(element, shape, strict=True)):  # type: ignore[arg-type]
        sizes = " × ".join(map(str, shape))
        raise ConfigError(f"expected an element of {sizes} numbers, counted from 0 on each axis, got {element!r}")
    return tuple(element)  # type: ignore[arg-type]


def class_of(network: Network, message: Message, label: int | None) -> int:
    """The index of the true class: the message's `truth`, the name of a class, or that of the test image."""
    names, given = network.class_names, message.get("truth")
    if given is not None:
        if given not in names:
            raise ConfigError(f"expected the true class, one of {', '.join(names)}, got {given!r}")
        return names.index(given)
    if label is None:
        raise UnknownClassError("choose the true class of the image first: the loss depends on it")
    if label >= network.classes:
        raise UnknownClassError(f"the network does not know the class of this image; it knows {', '.join(names)}")
    return label
