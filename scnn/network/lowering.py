"""Lowering: from a network to the plan of its inference.

Every layer's roles become buffers with names of their own, its kernel calls follow one another, and loops over
samples are put around them. `scnn.training.lowering` adds what a training needs.
"""

from math import prod

from scnn import kernels
from scnn.errors import ConfigError
from scnn.layers.layer import Layer, Shape, call
from scnn.layers.loss import SoftmaxCrossEntropy
from scnn.network.architecture import Architecture
from scnn.network.backward import backward_of, derived_buffers, listed
from scnn.plan import ALIGNMENT, Argument, Buffer, Call, Loop, Plan, Procedure, allocate

__all__ = [
    "LOGITS",
    "PROBABILITIES",
    "Layout",
    "activation",
    "activation_buffers",
    "allocate_buffers",
    "backward_calls",
    "resolve_roles",
    "evaluation_calls",
    "forward_calls",
    "gradient",
    "gradient_buffers",
    "load_calls",
    "lower",
    "parameter_buffers",
    "sample_buffers",
]

LOGITS = "logits"
PROBABILITIES = "probabilities"
SHARED = ("label", "loss", "random")  # buffers of the network that layers' calls may name as they are
MAX_MEMORY = 1 << 30  # bytes; WebAssembly has four times as much

Layout = dict[str, tuple[str, Shape]]  # buffers by name: element type and shape


def lower(network: Architecture, images: int = 0, inspect: bool = False) -> Plan:
    """The plan of a network's inference; its memory holds up to `images` images with their labels.

    Procedures (positions count the images in `pixels`):
    - `infer()` makes `probabilities` from `input`;
    - `evaluate(first, count)`, if there are images, adds those samples to `confusion` and `loss_sum`;
    - `saliency()`, only with `inspect`, makes `d_input` from `d_logits`, after `infer`.

    Raises ConfigError where memory does not suffice, or layers cannot stand together.
    """
    require_outputs_unmodified(network)
    layout = parameter_buffers(network) | sample_buffers(network, images) | activation_buffers(network)
    if inspect:
        layout |= gradient_buffers(network) | {gradient("input"): ("float32", network.input_shape)}
    procedures = [Procedure("infer", (), tuple(forward_calls(network)))]
    if inspect:
        procedures.append(Procedure("saliency", (), tuple(saliency_calls(network))))
    if images:
        body = (*load_calls(network), *forward_calls(network), *evaluation_calls(network))
        procedures.append(Procedure("evaluate", ("first", "count"), (Loop("position", "first", "count", 1, body),)))
    return Plan(allocate_buffers(network, layout), {procedure.name: procedure for procedure in procedures})


# ------------------------------------------------------------------------------------------------ calls


def forward_calls(network: Architecture, training: bool = False) -> list[Call]:
    """The forward pass of one sample, from `input` to `probabilities`, layer by layer."""
    calls: list[Call] = []
    for place, (layer, shape) in enumerate(zip(network.layers, network.shapes, strict=False)):
        calls += resolve_roles(layer.forward_training(shape) if training else layer.forward(shape), network, place)
    return calls


def backward_calls(network: Architecture) -> list[Call]:
    """The backward pass of one sample, in reverse; no layer makes a gradient that no parameter needs."""
    calls: list[Call] = []
    for place, (layer, shape) in enumerate(zip(network.layers, network.shapes, strict=False)):
        backward = backward_of(layer, shape, input_gradient=has_parameters_before(network, place))
        calls[:0] = resolve_roles(backward, network, place)
    return calls


def saliency_calls(network: Architecture) -> list[Call]:
    """The way back from the logits to the image."""
    calls: list[Call] = []
    for place, layer in enumerate(network.layers[:-1]):
        calls[:0] = resolve_roles(backward_of(layer, network.shapes[place]), network, place)
    return [step for step in calls if step.kernel is not kernels.dropout_backward]  # inference has no mask


def load_calls(network: Architecture) -> list[Call]:
    """The calls that make `input` and `label` from the image at `position`."""
    return [
        call(kernels.load_image, image="input", size=prod(network.input_shape)),
        call(kernels.load_label),
    ]


def evaluation_calls(network: Architecture) -> list[Call]:
    """The calls that add one sample's loss and prediction to `loss_sum` and `confusion`."""
    last = network.layers[-1]
    assert isinstance(last, SoftmaxCrossEntropy)
    loss = resolve_roles(last.loss(network.shapes[-1]), network, len(network.layers) - 1)
    return [*loss, call(kernels.tally, classes=network.classes)]


# ---------------------------------------------------------------------------------------------- buffers


def parameter_buffers(network: Architecture) -> Layout:
    return {name: ("float32", entry.shape) for name, entry in network.specifications().items()}


def sample_buffers(network: Architecture, images: int) -> Layout:
    """The images with their labels, and what is counted of them."""
    return {
        "label": ("int32", (1,)),
        "loss": ("float32", (1,)),
        "loss_sum": ("float32", (1,)),
        "confusion": ("int32", (network.classes, network.classes)),
        "labels": ("uint8", (images,)),
        "pixels": ("uint8", (images, *network.input_shape)),
        "input": ("float32", network.input_shape),
    }


def activation_buffers(network: Architecture) -> Layout:
    """Each layer's output, and what else it keeps."""
    layout: Layout = {}
    for place, layer in enumerate(network.layers):
        if not layer.shares_memory:
            layout[activation(network, place + 1)] = ("float32", network.shapes[place + 1])
        for role, entry in buffers_of(layer, network.shapes[place]).items():
            layout[f"{network.names[place]}.{role}"] = entry
    return layout


def gradient_buffers(network: Architecture) -> Layout:
    """The gradients of the parameters, and of each layer's output but the last."""
    layout: Layout = {gradient(name): entry for name, entry in parameter_buffers(network).items()}
    for place, layer in enumerate(network.layers[:-1]):
        if not layer.shares_memory:
            layout[gradient(activation(network, place + 1))] = ("float32", network.shapes[place + 1])
    return layout


def allocate_buffers(network: Architecture, layout: Layout) -> dict[str, Buffer]:
    """The buffers of a layout. The parameters are neighbours, and so are their gradients, so that one call can
    update them all: `parameters` and `gradients` span them. Raises ConfigError where memory does not suffice."""
    buffers = allocate(layout)
    names = list(parameter_buffers(network))
    buffers["parameters"] = span("parameters", [buffers[name] for name in names])
    if all(gradient(name) in buffers for name in names):
        buffers["gradients"] = span("gradients", [buffers[gradient(name)] for name in names])
    if (memory := Plan(buffers, {}).memory) > MAX_MEMORY:
        raise ConfigError(f"the network needs {memory >> 20} MiB; expected at most {MAX_MEMORY >> 20}")
    return buffers


def span(name: str, parts: list[Buffer]) -> Buffer:
    """One buffer over neighbouring ones, with the few zeros that align them."""
    if not parts:
        return Buffer(name, "float32", (0,), 0)
    size = -(-(parts[-1].offset + parts[-1].size - parts[0].offset) // ALIGNMENT) * ALIGNMENT
    return Buffer(name, "float32", (size // 4,), parts[0].offset)


def activation(network: Architecture, place: int) -> str:
    """The buffer of what goes into the layer at `place`, or comes out of the last one."""
    if place == len(network.layers):
        return PROBABILITIES
    made = producer(network, place)
    if made == 0:
        return "input"
    return LOGITS if made == producer(network, len(network.layers) - 1) else f"{network.names[made - 1]}.output"


def producer(network: Architecture, place: int) -> int:
    """How many layers there are up to the one that made what goes into the layer at `place`: those that share memory
    make nothing of their own."""
    while place > 0 and network.layers[place - 1].shares_memory:
        place -= 1
    return place


def require_outputs_unmodified(network: Architecture) -> None:
    """Raises ConfigError where a layer's backward pass reads its output, and one behind it has written over that."""
    for place, (name, layer) in enumerate(zip(network.names, network.layers, strict=True)):
        for at in range(place + 1, len(network.layers)):
            if not network.layers[at].shares_memory:
                break
            if not network.layers[at].forward_training(network.shapes[at]):
                continue
            backward = listed(backward_of(layer, network.shapes[place]), name)
            if any("output" in step.arguments.values() for step in backward):
                raise ConfigError(
                    f"{network.names[at]} writes over the output of {name}, whose backward pass reads it: "
                    f"let it read its input instead, or put another layer between them"
                )


def gradient(buffer: str) -> str:
    """The buffer of the gradient with respect to another: `d_input`, `conv2d_1.d_weights`."""
    owner, dot, role = buffer.rpartition(".")
    return f"{owner}{dot}d_{role}"


def resolve_roles(calls: list[Call], network: Architecture, place: int) -> list[Call]:
    """The calls of the layer at `place`, their roles turned into the names of buffers. Raises ConfigError for what is
    no role, and for what is no list of calls."""
    layer, name, shape = network.layers[place], network.names[place], network.shapes[place]
    roles = {
        "input": activation(network, place),
        "output": activation(network, place + 1),
        "d_input": gradient(activation(network, place)),
        "d_output": gradient(activation(network, place + 1)),
    }
    roles |= {role: f"{name}.{role}" for role in buffers_of(layer, shape)}
    for role in layer.parameters(shape):
        roles |= {role: f"{name}.{role}", f"d_{role}": f"{name}.d_{role}"}

    def bound(kernel: str, parameter: str, argument: Argument) -> Argument:
        if not isinstance(argument, str) or argument in SHARED:
            return argument
        if argument not in roles:
            raise ConfigError(
                f"{name}: {parameter} of {kernel} is to be {argument!r}, which is no role of the layer; "
                f"it has {', '.join(roles)}, and constants"
            )
        return roles[argument]

    return [
        Call(step.kernel, {key: bound(step.kernel.__name__, key, value) for key, value in step.arguments.items()})
        for step in listed(calls, name)
    ]


def buffers_of(layer: Layer, shape: Shape) -> Layout:
    """What a layer keeps, with what its derived backward pass needs beside it."""
    return {**layer.buffers(shape), **derived_buffers(layer, shape)}


def has_parameters_before(network: Architecture, place: int) -> bool:
    """Whether any layer before `place` has parameters: if none has, no gradient is needed there."""
    earlier: list[tuple[Layer, Shape]] = list(zip(network.layers[:place], network.shapes[:place], strict=True))
    return any(layer.parameters(shape) for layer, shape in earlier)
