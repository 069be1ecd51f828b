"""Lowering: from a network's layers to kernel calls, forward and backward, and to an inference plan.

Each layer's roles (see `scnn.layers.layer`) become buffers with unique names, its kernel calls are put in order, and
loops over samples enclose them. `scnn.training.lowering` adds what training needs.
"""

from collections.abc import Callable, Mapping
from math import prod

from scnn import kernels
from scnn.errors import ConfigError
from scnn.layers.layer import Layer, Shape, call
from scnn.network.architecture import Architecture
from scnn.network.backward import backward_of, derived_buffers, listed, require_outputs_unmodified
from scnn.network.buffer_names import (
    LOGITS,
    PROBABILITIES,
    activation,
    gradient,
    input_gradient,
    output_gradient,
)
from scnn.network.edits import Edits
from scnn.network.forms import in_fastest_form
from scnn.network.graph import learned_outputs
from scnn.plan import ALIGNMENT, Argument, Buffer, Call, Loop, Plan, Procedure, allocate

__all__ = [
    "LOGITS",
    "PROBABILITIES",
    "SAMPLES",
    "Layout",
    "activation",
    "activation_buffers",
    "after_gradients",
    "allocate_buffers",
    "backward_calls",
    "before_gradients",
    "before_samples",
    "each_layer",
    "counting",
    "forward_calls",
    "gradient_additions",
    "gradient",
    "gradient_buffers",
    "layer_backward_calls",
    "learned_size",
    "load_calls",
    "needed_gradients",
    "lower",
    "parameter_buffers",
    "resolve_roles",
    "sample_buffers",
    "score_calls",
]

SAMPLES = ("first", "count")  # a procedure's parameters
SHARED = ("label", "loss", "random", "samples")  # what every layer's calls may use, besides its roles
MAX_MEMORY = 1 << 30  # bytes; WebAssembly's limit is four times as much

Layout = dict[str, tuple[str, Shape]]  # buffers by name: element type and shape


def lower(network: Architecture, images: int = 0) -> Plan:
    """The plan of a network's inference, with memory for up to `images` images and their labels.

    Procedures (positions are indices into `pixels`):
    - `infer()` computes `probabilities` from `input`;
    and, if there are images:
    - `score(first, count)` computes these samples' `outcomes`: each one's loss and predicted class;
    - `tally(first, count)` adds their outcomes to `confusion` and `loss_sum`, in order;
    - `evaluate(first, count)` does both.

    Raises ConfigError if the network needs too much memory, or if its layers cannot be combined.
    """
    require_outputs_unmodified(network)
    network = in_fastest_form(network)
    layout = parameter_buffers(network) | sample_buffers(network, images) | activation_buffers(network)
    before = before_samples(network)
    procedures = [Procedure("infer", (), (*before, *forward_calls(network)))]
    if images:
        body = (*load_calls(network), *forward_calls(network), *score_calls(network))
        score, tally = Loop("position", "first", "count", 1, body), counting(network, "first", "count")
        procedures += [
            Procedure("score", SAMPLES, (*before, score)),
            Procedure("tally", SAMPLES, (tally,)),
            Procedure("evaluate", SAMPLES, (*before, score, tally)),
        ]
    plan = Plan(allocate_buffers(network, layout), {procedure.name: procedure for procedure in procedures})
    return network.edits.applied(plan)


# ------------------------------------------------------------------------------------------------ calls


def forward_calls(network: Architecture, training: bool = False) -> list[Call]:
    """The forward pass of one sample, from `input` to `probabilities`, layer by layer."""
    return each_layer(network, lambda layer, shape, _: (layer.forward_training if training else layer.forward)(shape))


def backward_calls(network: Architecture) -> list[Call]:
    """The backward pass of one sample, in reverse; gradients that no parameter needs are not computed."""
    calls: list[Call] = []
    for index in reversed(range(len(network.layers))):
        calls += layer_backward_calls(network, index)
    return calls


def layer_backward_calls(network: Architecture, index: int, to_input: bool = False) -> list[Call]:
    """The backward pass of the layer at `index`; gradients that no parameter needs are computed only if `to_input`.

    Of several layers that read one output, the last one writes its gradient, and the others, which come later in the
    backward pass, add to it.
    """
    layer, shape = network.layers[index], network.shapes[index]
    needed = needed_gradients(network, index, to_input)
    calls = backward_of(layer, shape, input_gradient=any(needed.values()), edits=network.edits)
    if any(needed.values()):  # of a layer with two inputs perhaps for one alone
        unneeded = {f"d_{role}" for role in needed if not needed[role]}
        calls = [step for step in calls if not unneeded & {*step.arguments.values()}]
    return [*resolve_roles(calls, network, index), *gradient_additions(network, index, needed)]


def needed_gradients(network: Architecture, index: int, to_input: bool = False) -> dict[str, bool]:
    """By the roles of the layer's inputs, whether something needs the gradient of that input."""
    learned = learned_outputs(network.layers, network.shapes, network.sources)
    return {role: to_input or learned[number] for role, number in network.sources[index].items()}


def gradient_additions(network: Architecture, index: int, needed: Mapping[str, bool]) -> list[Call]:
    """The calls that add the gradients of the layer's inputs to those of outputs that later layers read as well."""
    sums = [
        call(kernels.add_gradient, d_output=total, d_input=part, size=prod(network.shapes[number]))
        for role, number in network.sources[index].items()
        if needed[role]
        and (part := input_gradient(network, index, role)) != (total := output_gradient(network, index, role))
    ]
    return network.edits.calls(sums)


def before_samples(network: Architecture, training: bool = False) -> list[Call]:
    """The calls that come once before the samples of a batch."""
    return each_layer(network, lambda layer, shape, learned: layer.before_samples(shape, training and learned))


def before_gradients(network: Architecture) -> list[Call]:
    """The calls that come before the samples of a shard, whose gradients are added up."""
    return each_layer(network, lambda layer, shape, _: layer.before_gradients(shape))


def after_gradients(network: Architecture) -> list[Call]:
    """The calls that come after the samples of a shard, and complete the gradients of the parameters."""
    return each_layer(network, lambda layer, shape, _: layer.after_gradients(shape))


def each_layer(network: Architecture, listed_by: Callable[[Layer, Shape, bool], list[Call]]) -> list[Call]:
    """The calls that each layer lists, given whether what it reads depends on parameters."""
    calls: list[Call] = []
    learned = learned_outputs(network.layers, network.shapes, network.sources)
    for index, (layer, shape) in enumerate(zip(network.layers, network.shapes, strict=False)):
        needed = any(learned[number] for number in network.sources[index].values())
        calls += resolve_roles(listed_by(layer, shape, needed), network, index)
    return calls


def load_calls(network: Architecture) -> list[Call]:
    """The calls that load `input` and `label` from the image at `position`."""
    return [
        call(kernels.load_image, image="input", size=prod(network.input_shape)),
        call(kernels.load_label),
    ]


def score_calls(network: Architecture) -> list[Call]:
    """The calls that write one sample's loss and prediction to `outcomes`."""
    loss = resolve_roles(network.loss.loss(network.shapes[-1]), network, len(network.layers) - 1)
    return [*loss, call(kernels.record_outcome, classes=network.classes)]


def counting(network: Architecture, first: str, count: str | int) -> Loop:
    """Adds the samples' outcomes to `confusion` and `loss_sum`, in order, whoever computed them."""
    return Loop("position", first, count, 1, (call(kernels.tally, classes=network.classes),))


# ---------------------------------------------------------------------------------------------- buffers


def parameter_buffers(network: Architecture) -> Layout:
    """The parameters that are learned, followed by the others."""
    entries = sorted(network.specifications().items(), key=lambda one: not one[1].learned)
    return {name: ("float32", entry.shape) for name, entry in entries}


def learned_size(network: Architecture, buffers: Mapping[str, Buffer]) -> int:
    """How many elements of the buffer `parameters` optimisers change: those before the parameters that are not
    learned."""
    learned = [buffers[name] for name, entry in network.specifications().items() if entry.learned]
    return span("learned", learned).length


def sample_buffers(network: Architecture, images: int) -> Layout:
    """The images with their labels, and the counts of an evaluation."""
    return {
        "label": ("int32", (1,)),
        "loss": ("float32", (1,)),
        "loss_sum": ("float32", (1,)),
        "confusion": ("int32", (network.classes, network.classes)),
        "outcomes": ("float32", (images, 2)),
        "labels": ("uint8", (images,)),
        "pixels": ("uint8", (images, *network.input_shape)),
        "input": ("float32", network.input_shape),
    }


def activation_buffers(network: Architecture) -> Layout:
    """Each layer's output, and its other buffers."""
    layout: Layout = {}
    for index, layer in enumerate(network.layers):
        if not layer.shares_memory:
            layout[activation(network, index + 1)] = ("float32", network.shapes[index + 1])
        for role, entry in buffers_of(layer, network.shapes[index], network.edits).items():
            layout[f"{network.names[index]}.{role}"] = entry
    return layout


def gradient_buffers(network: Architecture) -> Layout:
    """The gradients of the parameters, of every output but the last, and of inputs that are added to those."""
    layout: Layout = {gradient(name): entry for name, entry in parameter_buffers(network).items()}
    for index, layer in enumerate(network.layers[:-1]):
        if not layer.shares_memory:
            layout[gradient(activation(network, index + 1))] = ("float32", network.shapes[index + 1])
    for index, sources in enumerate(network.sources):
        for role, number in sources.items():
            if input_gradient(network, index, role) != output_gradient(network, index, role):
                layout[input_gradient(network, index, role)] = ("float32", network.shapes[number])
    return layout


def allocate_buffers(network: Architecture, layout: Layout) -> dict[str, Buffer]:
    """The buffers of a layout. Parameters are adjacent, and so are their gradients, so that one call updates those
    that are learned: the buffers `parameters` and `gradients` span them. Raises ConfigError if the network needs too
    much memory.
    """
    buffers = allocate(layout)
    names = list(parameter_buffers(network))
    buffers["parameters"] = span("parameters", [buffers[name] for name in names])
    if all(gradient(name) in buffers for name in names):
        buffers["gradients"] = span("gradients", [buffers[gradient(name)] for name in names])
    if (memory := Plan(buffers, {}).memory) > MAX_MEMORY:
        raise ConfigError(f"the network needs {memory >> 20} MiB; expected at most {MAX_MEMORY >> 20}")
    return buffers


def span(name: str, parts: list[Buffer]) -> Buffer:
    """One buffer that spans adjacent ones, with the padding that aligns them."""
    if not parts:
        return Buffer(name, "float32", (0,), 0)
    size = -(-(parts[-1].offset + parts[-1].size - parts[0].offset) // ALIGNMENT) * ALIGNMENT
    return Buffer(name, "float32", (size // 4,), parts[0].offset)


def resolve_roles(calls: list[Call], network: Architecture, index: int) -> list[Call]:
    """The calls of the layer at `index`, with its roles replaced by names of buffers. Raises ConfigError for an
    unknown role, and for anything that is not a list of calls.
    """
    layer, name, shape = network.layers[index], network.names[index], network.shapes[index]
    sources = network.sources[index]
    roles = {role: activation(network, number) for role, number in sources.items()}
    roles["output"] = activation(network, index + 1)
    roles |= {f"d_{role}": input_gradient(network, index, role) for role in sources}
    roles["d_output"] = gradient(activation(network, index + 1))
    roles |= {role: f"{name}.{role}" for role in buffers_of(layer, shape, network.edits)}
    for role in layer.parameters(shape):
        roles |= {role: f"{name}.{role}", f"d_{role}": f"{name}.d_{role}"}

    def resolved(kernel: str, parameter: str, argument: Argument) -> Argument:
        if not isinstance(argument, str) or argument in SHARED:
            return argument
        if argument not in roles:
            raise ConfigError(
                f"{name}: unknown role {argument!r} for the parameter {parameter} of {kernel}; "
                f"expected a number or one of: {', '.join(roles)}"
            )
        return roles[argument]

    return [
        Call(step.kernel, {key: resolved(step.kernel.__name__, key, value) for key, value in step.arguments.items()})
        for step in network.edits.calls(listed(calls, name))
    ]


def buffers_of(layer: Layer, shape: Shape, edits: Edits) -> Layout:
    """A layer's buffers, and those that its derived backward pass needs."""
    return {**layer.buffers(shape), **derived_buffers(layer, shape, edits)}
