"""Specialisation: each different kernel call of a plan gets a routine of its own, made when it is first met."""

from itertools import pairwise

from scnn.compiler.analysis.affine import wrap
from scnn.compiler.errors import KernelError
from scnn.compiler.frontend import parse
from scnn.compiler.options import Options
from scnn.compiler.tree import Function
from scnn.compiler.wasm.expand import Site, expand
from scnn.compiler.wasm.ir import Routine
from scnn.plan import ELEMENT_TYPES, Argument, Buffer, Call, Kernel, Plan

__all__ = ["Calls"]


class Calls:
    """The routines of a plan. Kernels are read once, whatever the number of their calls."""

    def __init__(self, plan: Plan, options: Options) -> None:
        self.plan, self.options = plan, options
        self.functions: dict[Kernel, Function] = {}
        self.routines: dict[tuple[object, ...], Routine] = {}
        self.sites: list[Site] = []

    def routine_of(self, call: Call) -> tuple[str, tuple[str, ...]]:
        """The name of the routine for a call, and the parameters that it is passed when it runs."""
        if call.kernel not in self.functions:
            self.functions[call.kernel] = parse(call.kernel)
        function = self.functions[call.kernel]
        buffers: dict[str, Buffer] = {}
        numbers: dict[str, float] = {}
        passed: list[str] = []
        for parameter in function.parameters:
            argument = call.arguments[parameter.name]
            if parameter.is_buffer:
                buffers[parameter.name] = self.buffer(function, parameter.name, parameter.kind, argument)
            elif isinstance(argument, int) and parameter.kind != "Float32" and wrap(argument) != argument:
                raise KernelError(
                    f"{function.name}: {parameter.name} is of the type {parameter.kind}, and {argument} is no int32"
                )
            elif isinstance(argument, int) or (isinstance(argument, float) and parameter.kind == "Float32"):
                numbers[parameter.name] = argument
            elif isinstance(argument, str) and parameter.kind == "Int32":
                passed.append(parameter.name)
            else:
                wanted = "constant number" if parameter.kind == "Float32" else "whole number that is constant"
                raise KernelError(
                    f"{function.name}: {parameter.name} is of the type {parameter.kind}, "
                    f"and must be a {wanted}, not {argument!r}"
                )
        key = (call.kernel, tuple(buffers.values()), repr(numbers))  # repr tells -0.0 from 0.0
        if key not in self.routines:
            require_apart(function, buffers)
            name = f"{function.name}#{len(self.routines)}"
            self.routines[key] = expand(name, function, buffers, numbers, passed, self.sites, self.options)
        return self.routines[key].name, tuple(passed)

    def buffer(self, function: Function, parameter: str, kind: str, argument: Argument) -> Buffer:
        buffer = self.plan.buffers.get(str(argument))
        if buffer is None:
            raise KernelError(f"{function.name}: {parameter} is a {kind}, and there is no buffer {argument!r}")
        if ELEMENT_TYPES[buffer.kind].annotation != kind:
            raise KernelError(f"{function.name}: {parameter} is a {kind}, and {buffer.name} holds {buffer.kind}")
        return buffer


def require_apart(function: Function, buffers: dict[str, Buffer]) -> None:
    """The buffers of one call are the same one or do not overlap."""
    filled = {buffer for buffer in buffers.values() if buffer.size}
    for one, other in pairwise(sorted(filled, key=lambda buffer: buffer.offset)):
        if one.offset + one.size > other.offset:
            raise KernelError(f"{function.name}: the buffers {one.name} and {other.name} overlap")
