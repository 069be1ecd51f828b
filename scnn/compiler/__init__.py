"""The compiler: a plan's kernels, plain Python, become one WebAssembly module with 128-bit SIMD.

It knows nothing of networks. A plan's every kernel call is a routine of its own, specialised on its sizes; its
procedures call the routines and are what the module exports.
"""

from dataclasses import dataclass

from scnn.compiler.errors import KernelError
from scnn.compiler.from_text import TextKernel, kernels_from
from scnn.compiler.options import Options
from scnn.compiler.wasm.binary import module
from scnn.compiler.wasm.calls import Calls
from scnn.compiler.wasm.code import code_of_procedure, code_of_routine
from scnn.compiler.wasm.expand import Site
from scnn.compiler.wasm.optimise import optimise
from scnn.plan import Plan

MAX_MEMORY = 2**31 - 2**16  # so that an address in it is an int32

__all__ = ["KernelError", "Module", "Options", "Site", "TextKernel", "compile_plan", "kernels_from"]


@dataclass(frozen=True)
class Module:
    """The bytes of a WebAssembly module, and the sites in the kernels where it checks an index."""

    code: bytes
    sites: tuple[Site, ...]


def compile_plan(plan: Plan, options: Options | None = None) -> Module:
    """The plan as a module that exports `memory`, every procedure by its name, and `site`, the number of the
    check that failed when a run is stopped. Raises KernelError for what is outside the kernel language."""
    options = options or Options()
    if plan.memory > MAX_MEMORY:
        raise KernelError(
            f"a plan's buffers take {plan.memory} bytes; expected at most {MAX_MEMORY}, a module's limit"
        )
    calls = Calls(plan, options)
    procedures = [code_of_procedure(procedure, calls.routine_of) for procedure in plan.procedures.values()]
    routines = [optimise(routine, options.share, options.hoist) for routine in calls.routines.values()]
    functions = [*procedures, *map(code_of_routine, routines)]
    code = module(functions, exported=list(plan.procedures), memory=plan.memory)
    return Module(code, tuple(calls.sites))
