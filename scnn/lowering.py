"""Lowering: from a network to the plan of its inference and training.

Every layer's roles become buffers with names of their own, its kernel calls follow one another, and loops over
samples are put around them. The layers stand in one order forward, and in the other backward.
"""

from math import prod

from scnn import kernels
from scnn.architecture import Architecture
from scnn.augmentation import Augmentation
from scnn.errors import ConfigError
from scnn.layer import Layer, Shape, call
from scnn.layers import SoftmaxCrossEntropy
from scnn.optimisers import SETTINGS, SGD, Optimiser
from scnn.plan import ALIGNMENT, Argument, Buffer, Call, Loop, Plan, Procedure, allocate

__all__ = ["LOGITS", "PROBABILITIES", "activation", "gradient", "lower"]

LOGITS = "logits"
PROBABILITIES = "probabilities"
SHARED = ("label", "loss", "random")  # buffers of the network that layers' calls may name as they are
MOST_MEMORY = 1 << 30  # bytes; WebAssembly has four times as much


def lower(
    network: Architecture,
    images: int = 0,
    optimiser: Optimiser | None = None,
    augmentation: Augmentation | None = None,
    steps: int = 1,
    inspect: bool = False,
) -> Plan:
    """The plan of a network whose memory holds up to `images` images with their labels; with none, it only infers.

    Procedures (positions count the images in `pixels`):
    - `infer()` makes `probabilities` from `input`;
    - `evaluate(first, count)` adds the samples at these positions to `confusion` and `loss_sum`;
    - `gradients(first, count)` does so too, as in training, and adds their gradients up in `gradients`;
    - `update(samples)` takes one step of the optimiser by the mean over so many samples;
    - `train(first, steps, batch)` does `gradients` and `update` for `steps` batches in a row.

    - `saliency()`, only with `inspect`, makes `d_input` from `d_logits`, after `infer`.

    The optimiser (SGD unless given) reads row after row of `settings`, which has `steps` of them; `step` counts.
    Raises ConfigError where memory does not suffice, or layers cannot stand together.
    """
    optimiser = optimiser or SGD()
    require_outputs_kept(network)
    buffers = layout(network, images, optimiser, augmentation, steps, inspect)
    if (memory := Plan(buffers, {}).memory) > MOST_MEMORY:
        raise ConfigError(
            f"the network needs {memory >> 20} MiB of memory, and at most {MOST_MEMORY >> 20} are given"
        )
    forward: list[Call] = []
    learning: list[Call] = []
    backward: list[Call] = []
    for place, layer in enumerate(network.layers):
        shape = network.shapes[place]
        forward += bind(layer.forward(shape), network, place)
        learning += bind(layer.forward_training(shape), network, place)
        backward[:0] = bind(layer.backward(shape, input_gradient=learns_before(network, place)), network, place)
    infer = Procedure("infer", (), tuple(forward))
    if inspect:
        return Plan(buffers, {"infer": infer, "saliency": Procedure("saliency", (), tuple(saliency(network)))})
    if not images:  # nothing to judge by or learn from
        return Plan(buffers, {"infer": infer})
    label = call(kernels.load_label)
    load = [call(kernels.load_image, image="input", size=prod(network.input_shape)), label]
    load_changed = [*augmentation.load(network.input_shape), label] if augmentation else load
    last = network.layers[-1]
    assert isinstance(last, SoftmaxCrossEntropy)
    judge = [
        *bind(last.loss(network.shapes[-1]), network, len(network.layers) - 1),
        call(kernels.tally, classes=network.classes),
    ]
    evaluate = (Loop("position", "first", "count", 1, (*load, *forward, *judge)),)
    learn = (*load_changed, *learning, *judge, *backward)
    update = optimiser.update(buffers["parameters"].length)
    batches = (
        Loop("position", "start", "batch", 1, learn),
        Call(update.kernel, {**update.arguments, "samples": "batch"}),
    )
    procedures = [
        infer,
        Procedure("evaluate", ("first", "count"), evaluate),
        Procedure("gradients", ("first", "count"), (Loop("position", "first", "count", 1, learn),)),
        Procedure("update", ("samples",), (update,)),
        Procedure("train", ("first", "steps", "batch"), (Loop("start", "first", "steps", "batch", batches),)),
    ]
    return Plan(buffers, {procedure.name: procedure for procedure in procedures})


def saliency(network: Architecture) -> list[Call]:
    """The way back from the logits to the image."""
    calls: list[Call] = []
    for place, layer in enumerate(network.layers[:-1]):
        calls[:0] = bind(layer.backward(network.shapes[place], input_gradient=True), network, place)
    return [step for step in calls if step.kernel is not kernels.dropout_backward]  # inference has no mask


def layout(
    network: Architecture,
    images: int,
    optimiser: Optimiser,
    augmentation: Augmentation | None,
    steps: int,
    inspect: bool,
) -> dict[str, Buffer]:
    """Every buffer of the plan. The parameters lie side by side, so that one call can update them all."""
    classes = network.classes
    parameters = {name: ("float32", entry.shape) for name, entry in network.specifications().items()}
    wanted: dict[str, tuple[str, Shape]] = {
        **parameters,
        **{gradient(name): entry for name, entry in parameters.items()},
        "settings": ("float32", (steps, SETTINGS)),
        "step": ("int32", (1,)),
        "random": ("int32", (1,)),
        **(augmentation.buffers() if augmentation else {}),
        "label": ("int32", (1,)),
        "loss": ("float32", (1,)),
        "loss_sum": ("float32", (1,)),
        "confusion": ("int32", (classes, classes)),
        "labels": ("uint8", (images,)),
        "pixels": ("uint8", (images, *network.input_shape)),
        "input": ("float32", network.input_shape),
        **({"d_input": ("float32", network.input_shape)} if inspect else {}),
    }
    for place, layer in enumerate(network.layers):
        output, d_output = activation(network, place + 1), gradient(activation(network, place + 1))
        if not layer.shares_memory:
            wanted[output] = ("float32", network.shapes[place + 1])
            if place < len(network.layers) - 1:
                wanted[d_output] = ("float32", network.shapes[place + 1])
        for role, entry in layer.buffers(network.shapes[place]).items():
            wanted[f"{network.names[place]}.{role}"] = entry
    buffers = allocate(wanted)
    for state in optimiser.state if images else ():
        length = span("parameters", [buffers[name] for name in parameters]).length
        (buffers[state],) = allocate({state: ("float32", (length,))}, after=buffers).values()
    buffers["parameters"] = span("parameters", [buffers[name] for name in parameters])
    buffers["gradients"] = span("gradients", [buffers[gradient(name)] for name in parameters])
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
    made = maker(network, place)
    if made == 0:
        return "input"
    return LOGITS if made == maker(network, len(network.layers) - 1) else f"{network.names[made - 1]}.output"


def maker(network: Architecture, place: int) -> int:
    """How many layers there are up to the one that made what goes into the layer at `place`: those that share memory
    make nothing of their own."""
    while place > 0 and network.layers[place - 1].shares_memory:
        place -= 1
    return place


def require_outputs_kept(network: Architecture) -> None:
    """Raises ConfigError where a layer's backward pass reads its output, and one behind it has written over that."""
    for place, (name, layer) in enumerate(zip(network.names, network.layers, strict=True)):
        backward = listed(layer.backward(network.shapes[place]), name)
        reads = any("output" in step.arguments.values() for step in backward)
        for at in range(place + 1, len(network.layers)):
            if not reads or not network.layers[at].shares_memory:
                break
            if network.layers[at].forward_training(network.shapes[at]):
                raise ConfigError(
                    f"{network.names[at]} writes over the output of {name}, whose backward pass reads it: "
                    f"let it read its input instead, or put another layer between them"
                )


def gradient(buffer: str) -> str:
    """The buffer of the gradient with respect to another: `d_input`, `conv2d_1.d_weights`."""
    owner, dot, role = buffer.rpartition(".")
    return f"{owner}{dot}d_{role}"


def bind(calls: list[Call], network: Architecture, place: int) -> list[Call]:
    """The calls of the layer at `place`, their roles turned into the names of buffers. Raises ConfigError for what is
    no role, and for what is no list of calls."""
    layer, name, shape = network.layers[place], network.names[place], network.shapes[place]
    roles = {
        "input": activation(network, place),
        "output": activation(network, place + 1),
        "d_input": gradient(activation(network, place)),
        "d_output": gradient(activation(network, place + 1)),
    }
    roles |= {role: f"{name}.{role}" for role in layer.buffers(shape)}
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


def listed(calls: object, name: str) -> list[Call]:
    """What a layer's forward or backward gave, if it is what it should be."""
    if not isinstance(calls, list) or not all(isinstance(step, Call) for step in calls):
        raise ConfigError(f"{name}: forward and backward give lists of kernel calls, and not {calls!r:.80}")
    return calls


def learns_before(network: Architecture, place: int) -> bool:
    """Whether any layer before `place` has parameters: if none has, no gradient is needed there."""
    earlier: list[tuple[Layer, Shape]] = list(zip(network.layers[:place], network.shapes[:place], strict=True))
    return any(layer.parameters(shape) for layer, shape in earlier)
