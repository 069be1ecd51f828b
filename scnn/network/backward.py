"""The backward pass of a layer: its own, or one derived from its forward kernels.

A derived pass processes the calls of `forward_training` from last to first. For each it calls one derived kernel that
adds to the gradients of the parameters, and one for each other input.
"""

from collections import Counter
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING

from scnn import kernels
from scnn.errors import ConfigError
from scnn.layers.layer import Layer, Shape, call
from scnn.layers.loss import Loss
from scnn.network.architecture import Architecture
from scnn.network.edits import NO_EDITS, Edits
from scnn.network.graph import same_memory
from scnn.plan import Argument, Call, Kernel

if TYPE_CHECKING:
    from scnn.compiler.derive import Derived

__all__ = ["backward_of", "derived_buffers", "is_derived", "listed", "require_outputs_unmodified"]

Sizes = tuple[tuple[str, Argument], ...]


def backward_of(layer: Layer, shape: Shape, input_gradient: bool = True, edits: Edits = NO_EDITS) -> list[Call]:
    """The calls of a layer's backward pass, in roles. Raises KernelError if it has to be derived, and a forward
    kernel has no derivative."""
    if not is_derived(layer, shape, edits):
        return edits.calls(listed(layer.backward(shape, input_gradient), type(layer).__name__))
    forward = forward_of(layer, shape, edits)
    active = active_roles(layer, shape, forward, input_gradient)
    lengths = {role: prod(extent) for role, extent in layer.input_shapes(shape).items()}
    lengths["output"] = prod(layer.output_shape(shape))
    lengths |= {role: prod(extent) for role, (_, extent) in layer.buffers(shape).items()}
    readers = Counter(role for step in forward for role in set(input_roles(step, active)))
    begun: set[str] = set()  # the gradients that already have a value to add to
    calls: list[Call] = []
    for step in reversed(forward):
        outputs = {str(step.arguments[one]) for one in differentiated(step.kernel)[1]}
        if not outputs & active:
            continue
        for roles in groups(layer, shape, step, active, outputs):
            (role, *_) = roles
            wanted = tuple(one for one in differentiated(step.kernel)[0] if step.arguments[one] in roles)
            learned = role in layer.parameters(shape)
            made = not learned and readers[role] == 1 and len(wanted) == 1 and role not in outputs
            derived = derived_kernel(step.kernel, wanted, made, sizes_of(step))
            if not learned and role not in outputs and role not in begun:
                if derived.elements_made(wanted[0], dict(sizes_of(step))) != lengths[role]:
                    calls.append(call(kernels.zero, buffer=f"d_{role}", size=lengths[role]))
                begun.add(role)
            calls.append(Call(derived.kernel, {name: argument_of(name, step) for name in derived.parameters}))
    return calls


def require_outputs_unmodified(network: Architecture) -> None:
    """Raises ConfigError if a layer's backward pass reads an output that a later layer overwrites."""
    for later, layer in enumerate(network.layers):
        if not layer.shares_memory or not layer.forward_training(network.shapes[later]):
            continue
        _, *overwritten = same_memory(network.layers, network.sources, later + 1)
        for number in filter(None, overwritten):
            name, shape = network.names[number - 1], network.shapes[number - 1]
            backward = listed(backward_of(network.layers[number - 1], shape, edits=network.edits), name)
            if any("output" in step.arguments.values() for step in backward):
                raise ConfigError(
                    f"{network.names[later]} overwrites the output of {name}, whose backward pass reads it: "
                    f"write a backward pass that reads the input, or put a layer between them"
                )


def is_derived(layer: Layer, shape: Shape, edits: Edits = NO_EDITS) -> bool:
    """Whether the layer's backward pass is derived from its forward kernels."""
    if isinstance(layer, Loss):  # whose gradient is that of the loss, which is no output of forward
        return False
    return not layer.has_backward or edits.derives(layer.forward_training(shape), lambda: layer.backward(shape))


def forward_of(layer: Layer, shape: Shape, edits: Edits) -> list[Call]:
    """The calls of the layer's forward pass in training, in roles."""
    return edits.calls(listed(layer.forward_training(shape), type(layer).__name__))


def derived_buffers(layer: Layer, shape: Shape, edits: Edits = NO_EDITS) -> dict[str, tuple[str, Shape]]:
    """The gradients of the layer's own buffers, by which its forward calls pass values to one another."""
    if not is_derived(layer, shape, edits):
        return {}
    buffers = layer.buffers(shape)
    forward = forward_of(layer, shape, edits)
    active = active_roles(layer, shape, forward, input_gradient=True)
    wanted = {f"d_{role}": buffers[role] for role in buffers if role in active and buffers[role][0] == "float32"}
    return {role: entry for role, entry in wanted.items() if role not in buffers}


def active_roles(layer: Layer, shape: Shape, forward: list[Call], input_gradient: bool) -> set[str]:
    """The roles that have a gradient: parameters, the inputs if `input_gradient`, and everything computed from
    these."""
    learned = {role for role, parameter in layer.parameters(shape).items() if parameter.learned}
    active = {*learned, *(layer.inputs if input_gradient else ())}
    for step in forward:
        if input_roles(step, active):
            active |= {str(step.arguments[one]) for one in differentiated(step.kernel)[1]}
    return active


def input_roles(step: Call, active: set[str]) -> list[str]:
    """The roles that a call reads and that have a gradient."""
    roles = [str(step.arguments[one]) for one in differentiated(step.kernel)[0]]
    return [role for role in roles if role in active]


def groups(layer: Layer, shape: Shape, step: Call, active: set[str], outputs: set[str]) -> list[list[str]]:
    """The roles whose gradients one derived kernel computes: all parameters together, and each other role alone.
    Roles that the call changes in place come last, since their kernel overwrites the gradient that the others
    read."""
    roles = list(dict.fromkeys(input_roles(step, active)))
    learned = [role for role in roles if role in layer.parameters(shape)]
    others = sorted((role for role in roles if role not in learned), key=outputs.__contains__)
    return [*([learned] if learned else []), *([role] for role in others)]


def argument_of(name: str, step: Call) -> Argument:
    """The argument for a parameter of a derived kernel: that of the forward kernel, or its gradient."""
    if name in step.arguments:
        return step.arguments[name]
    return f"d_{step.arguments[name.removeprefix('d_')]}"


def sizes_of(step: Call) -> Sizes:
    return tuple((name, value) for name, value in step.arguments.items() if not isinstance(value, str))


def listed(calls: object, name: str) -> list[Call]:
    """The calls that a layer's forward or backward returned; raises ConfigError unless it is a list of calls."""
    if not isinstance(calls, list) or not all(isinstance(step, Call) for step in calls):
        raise ConfigError(f"{name}: expected a list of kernel calls from forward and backward, got {calls!r:.80}")
    return calls


@lru_cache(maxsize=256)
def differentiated(kernel: Kernel) -> tuple[list[str], list[str]]:
    """The inputs and the outputs of a kernel that have gradients."""
    from scnn.compiler.derive import inputs_and_outputs  # imported on first use, so that the page starts sooner

    return inputs_and_outputs(kernel)


@lru_cache(maxsize=256)
def derived_kernel(kernel: Kernel, wanted: tuple[str, ...], made: bool, sizes: Sizes) -> "Derived":
    from scnn.compiler.derive import derive

    return derive(kernel, wanted, made=wanted if made else (), sizes=dict(sizes))
