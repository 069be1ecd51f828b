"""A cache of compiled plans. The page, a sweep over seeds or a notebook often trains the same network again, and
compiling it can take longer than a short training."""

from collections import OrderedDict
from types import FunctionType
from typing import TYPE_CHECKING, Any

from scnn.plan import Call, Loop, Plan

if TYPE_CHECKING:
    from scnn.compiler import Module, Options

__all__ = ["module_of"]

MOST = 16  # some 30 kB each; the least recently used one is dropped
OWN = ("scnn.kernels", "derived")  # modules whose functions are never redefined
KEPT: OrderedDict[tuple[Any, ...], "Module"] = OrderedDict()


def module_of(plan: Plan, options: "Options | None" = None) -> "Module":
    """The plan's compiled module. Equal plans share one if all their kernels are scnn's own or given as text. A
    user's kernel is compiled each time, because the functions that it calls may have been redefined."""
    from scnn.compiler import compile_plan

    kernels: set[Any] = set()
    key = (tuple(plan.buffers.values()), options, frozen(tuple(plan.procedures.values()), kernels))
    if not all(map(never_changes, kernels)):
        return compile_plan(plan, options)
    # Each step is atomic: other threads may use the cache at the same time, and a lock would not survive a fork.
    module = KEPT.pop(key, None) or compile_plan(plan, options)
    KEPT[key] = module
    while len(KEPT) > MOST:
        KEPT.popitem(last=False)
    return module


def frozen(steps: tuple[Any, ...], kernels: set[Any]) -> tuple[Any, ...]:
    """Procedures, loops and calls as a value that can be compared; their kernels are added to `kernels`."""
    found: list[Any] = []
    for step in steps:
        if isinstance(step, Call):
            kernels.add(step.kernel)
            found.append(
                (step.kernel, repr(sorted(step.arguments.items())))
            )  # repr tells -0.0 from 0.0, and 1 from 1.0
        else:
            head = (step.variable, step.start, step.count, step.step) if isinstance(step, Loop) else step.parameters
            found.append((getattr(step, "name", ""), head, frozen(step.body, kernels)))
    return tuple(found)


def never_changes(kernel: Any) -> bool:
    from scnn.compiler import TextKernel

    own = isinstance(kernel, FunctionType) and (kernel.__module__ or "").startswith(OWN)
    return own or isinstance(kernel, TextKernel)
