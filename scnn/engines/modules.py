"""Compiled plans that are kept: the page, a sweep over seeds or a notebook often trains the same network again, and
compiling takes longer than a short training."""

from collections import OrderedDict
from types import FunctionType
from typing import TYPE_CHECKING, Any

from scnn.plan import Call, Loop, Plan

if TYPE_CHECKING:
    from scnn.compiler import Module, Options

__all__ = ["module_of"]

MOST = 16  # of a few ten kilobytes each; the one that was not used for the longest time is dropped
OWN = ("scnn.kernels", "derived")  # modules whose functions stay as they are
KEPT: OrderedDict[tuple[Any, ...], "Module"] = OrderedDict()


def module_of(plan: Plan, options: "Options | None" = None) -> "Module":
    """The plan's compiled module. Equal plans share one if all their kernels are scnn's own, or texts that never
    change; a user's kernel is compiled each time, since what it calls may have been defined anew."""
    from scnn.compiler import compile_plan

    kernels: set[Any] = set()
    key = (tuple(plan.buffers.values()), options, frozen(tuple(plan.procedures.values()), kernels))
    if not all(map(never_changes, kernels)):
        return compile_plan(plan, options)
    if key not in KEPT:
        KEPT[key] = compile_plan(plan, options)
    KEPT.move_to_end(key)
    while len(KEPT) > MOST:
        KEPT.popitem(last=False)
    return KEPT[key]


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
