"""The stages of one kernel call: its source, the IR as it is expanded, the IR after the optimiser, the code."""

from dataclasses import dataclass

from scnn.compiler.explain.subject import Subject
from scnn.compiler.frontend import Given, given
from scnn.compiler.options import Options
from scnn.compiler.tree import Function
from scnn.compiler.wasm.calls import Calls
from scnn.compiler.wasm.code import Code, code_of_routine
from scnn.compiler.wasm.ir import Routine
from scnn.compiler.wasm.optimise import optimise
from scnn.compiler.wasm.text import text_of_function

__all__ = ["STAGES", "Stages", "compile_stages"]

STAGES = ("source", "expanded", "optimised", "wasm")


@dataclass(frozen=True)
class Stages:
    """A call on its way through the compiler."""

    subject: Subject
    function: Function
    expanded: Routine
    optimised: Routine
    code: Code

    def text(self, stage: str) -> str:
        """One of STAGES, as a person reads it."""
        return {
            "source": lambda: source_text(given(self.subject.call.kernel)),
            "expanded": lambda: str(self.expanded),
            "optimised": lambda: str(self.optimised),
            "wasm": lambda: text_of_function(self.code),
        }[stage]()


def compile_stages(subject: Subject, function: Function | None = None, options: Options | None = None) -> Stages:
    """Compiles a call; `function` replaces the kernel's typed tree. Raises KernelError."""
    calls = Calls(subject.plan, options or Options())
    if function:
        calls.functions[subject.call.kernel] = function
    calls.routine_of(subject.call)
    (routine,) = calls.routines.values()
    optimised = optimise(routine, share=True, hoist=True)
    return Stages(subject, calls.functions[subject.call.kernel], routine, optimised, code_of_routine(optimised))


def source_text(kernel: Given) -> str:
    """The lines of the kernel itself; its source is the whole file if it was read from one."""
    first = min([kernel.definition.lineno, *(one.lineno for one in kernel.definition.decorator_list)])
    return "\n".join(kernel.source.lines[first - 1 : kernel.definition.end_lineno]).rstrip()
