"""The backward pass of one layer: its own, or derived from its forward kernels.

A derived pass goes through the calls of `forward_training` from the last to the first. Each becomes a call of the
kernel that the compiler derives for the parameters, whose gradients are added to, and one for each other input.
"""

from collections import Counter
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING

from scnn import kernels
from scnn.errors import ConfigError
from scnn.layers.layer import Layer, Shape, call
from scnn.plan import Argument, Call, Kernel

if TYPE_CHECKING:
    from scnn.compiler.derive import Derived

__all__ = ["backward_of", "derived_buffers", "listed"]

Sizes = tuple[tuple[str, Argument], ...]


def backward_of(layer: Layer, shape: Shape, input_gradient: bool = True) -> list[Call]:
    """The calls of a layer's backward pass, in roles. Raises KernelError where a layer leaves it to be derived, and a
    forward kernel has no derivative."""
    if layer.has_backward:
        return layer.backward(shape, input_gradient)
    forward = listed(layer.forward_training(shape), type(layer).__name__)
    active = active_roles(layer, shape, forward, input_gradient)
    lengths = {"input": prod(shape), "output": prod(layer.output_shape(shape))}
    lengths |= {role: prod(extent) for role, (_, extent) in layer.buffers(shape).items()}
    readers = Counter(role for step in forward for role in set(input_roles(step, active)))
    begun: set[str] = set()  # the gradients that have something to add to
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


def derived_buffers(layer: Layer, shape: Shape) -> dict[str, tuple[str, Shape]]:
    """The gradients of what a layer's forward calls hand to one another in buffers of the layer."""
    if layer.has_backward:
        return {}
    buffers = layer.buffers(shape)
    forward = listed(layer.forward_training(shape), type(layer).__name__)
    active = active_roles(layer, shape, forward, input_gradient=True)
    wanted = {f"d_{role}": buffers[role] for role in buffers if role in active and buffers[role][0] == "float32"}
    return {role: entry for role, entry in wanted.items() if role not in buffers}


def active_roles(layer: Layer, shape: Shape, forward: list[Call], input_gradient: bool) -> set[str]:
    """The roles that have a gradient: parameters, the input if it is asked for, and what is made of these."""
    active = {*layer.parameters(shape), *(["input"] if input_gradient else [])}
    for step in forward:
        if input_roles(step, active):
            active |= {str(step.arguments[one]) for one in differentiated(step.kernel)[1]}
    return active


def input_roles(step: Call, active: set[str]) -> list[str]:
    """The roles with a gradient that a call reads."""
    roles = [str(step.arguments[one]) for one in differentiated(step.kernel)[0]]
    return [role for role in roles if role in active]


def groups(layer: Layer, shape: Shape, step: Call, active: set[str], outputs: set[str]) -> list[list[str]]:
    """The roles whose gradients one kernel makes: the parameters together, each other one alone, and last what is
    changed in place, since its kernel writes over the gradient that the others read."""
    roles = list(dict.fromkeys(input_roles(step, active)))
    learned = [role for role in roles if role in layer.parameters(shape)]
    others = sorted((role for role in roles if role not in learned), key=outputs.__contains__)
    return [*([learned] if learned else []), *([role] for role in others)]


def argument_of(name: str, step: Call) -> Argument:
    """What a parameter of a derived kernel is given: that of the forward kernel, or the gradient of it."""
    if name in step.arguments:
        return step.arguments[name]
    return f"d_{step.arguments[name.removeprefix('d_')]}"


def sizes_of(step: Call) -> Sizes:
    return tuple((name, value) for name, value in step.arguments.items() if not isinstance(value, str))


def listed(calls: object, name: str) -> list[Call]:
    """What a layer's forward or backward gave, if it is what it should be."""
    if not isinstance(calls, list) or not all(isinstance(step, Call) for step in calls):
        raise ConfigError(f"{name}: forward and backward give lists of kernel calls, and not {calls!r:.80}")
    return calls


@lru_cache(maxsize=256)
def differentiated(kernel: Kernel) -> tuple[list[str], list[str]]:
    """The parameters of a kernel that have gradients: its inputs, and its outputs."""
    from scnn.compiler.derive import inputs_and_outputs  # read when it is first needed: a page starts sooner

    return inputs_and_outputs(kernel)


@lru_cache(maxsize=256)
def derived_kernel(kernel: Kernel, wanted: tuple[str, ...], made: bool, sizes: Sizes) -> "Derived":
    from scnn.compiler.derive import derive

    return derive(kernel, wanted, made=wanted if made else (), sizes=dict(sizes))
