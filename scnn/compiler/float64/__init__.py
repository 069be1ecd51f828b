"""Float64 programs: a kernel call as Python on lists of floats, where differences of a loss are accurate.

From a kernel's typed tree and the constants of its call a Python program is generated, as by the exact interpreter
(scnn.compiler.reference), but nothing is rounded to float32, and loops over `lanes` become list comprehensions. Sums
are therefore added in another order than the language prescribes, which float64 does not notice. Indices are not
checked: run the call in another engine first. The program is safe as the exact interpreter's are.
"""

from collections.abc import Callable, Mapping
from math import inf, nan, sqrt
from typing import Any

from scnn.compiler.errors import Source
from scnn.compiler.float64.statements import write_program
from scnn.compiler.frontend import parse
from scnn.compiler.reference.arithmetic import bits_of, float_of, quotient, saturated, wrapped
from scnn.compiler.tree import Function
from scnn.plan import Call, Kernel

__all__ = ["Float64Programs"]

WORDS = {
    "__builtins__": {"abs": abs, "range": range, "sum": sum, "zip": zip},
    "bits_of": bits_of,
    "float_of": float_of,
    "inf": inf,
    "nan": nan,
    "quotient": quotient,
    "saturated": saturated,
    "sqrt": sqrt,
    "wrapped": wrapped,
}

Constants = Mapping[str, float]


class Float64Programs:
    """The programs of calls, each made when it is first needed. `instead` has Python functions for kernels of one
    number that are made of the bits of a float32, as `exp` and `log` are."""

    def __init__(self, instead: Mapping[Kernel, Callable[[float], float]]) -> None:
        self.known: dict[str, Any] = dict(WORDS)
        self.names: dict[tuple[Source, tuple[tuple[str, float], ...]], str] = {}
        self.functions: dict[Kernel, Function] = {}
        for at, (kernel, function) in enumerate(instead.items()):
            self.known[f"F{at}"] = function
            self.names[self.function(kernel).source, ()] = f"F{at}"

    def function(self, kernel: Kernel) -> Function:
        if kernel not in self.functions:
            self.functions[kernel] = parse(kernel)
        return self.functions[kernel]

    def program(self, call: Call) -> tuple[Callable[..., object], list[str]]:
        """A function of lists, and the names of the buffers to give it. The call's numbers are all constants."""
        function = self.function(call.kernel)
        buffers, constants = [], {}
        for parameter in function.parameters:
            argument = call.arguments[parameter.name]
            if isinstance(argument, str):
                buffers.append(argument)
            else:
                constants[parameter.name] = argument
        return self.known[self.name(function, constants)], buffers

    def name(self, function: Function, constants: Constants) -> str:
        key = function.source, tuple(constants.items())
        if key not in self.names:
            name = self.names[key] = f"K{len(self.names)}"
            text = write_program(name, function, constants, self.known, self.name)
            exec(compile(text, f"<the float64 program of {function.name}>", "exec"), self.known)
        return self.names[key]
