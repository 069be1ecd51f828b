"""Operations: how many instructions a part of a kernel has, and an estimate of what running it takes.

How often an instruction runs follows from the loops, whose bounds are constant. Both sides of a branch are counted,
so that the estimate is an upper bound where there are branches.
"""

from collections.abc import Callable
from dataclasses import dataclass

from scnn.compiler.wasm.code import Code
from scnn.compiler.wasm.origins import Origin

__all__ = ["Operations", "count"]

ARITHMETIC = ("add", "sub", "mul", "div", "sqrt", "min", "max", "pmin", "pmax", "neg", "abs")
ONE_ELEMENT = ("load32_splat", "load32_lane", "store32_lane")


@dataclass(frozen=True)
class Operations:
    """`instructions` of WebAssembly, `executed` in one call; float32 operations, elements loaded and stored."""

    instructions: int
    executed: int
    flops: int
    loads: int
    stores: int

    def __str__(self) -> str:
        return (
            f"{self.instructions:,} instructions, {self.executed:,} executed: "
            f"{self.flops:,} flops, {self.loads:,} loads, {self.stores:,} stores"
        )


def count(code: Code, belongs: Callable[[Origin], bool] = lambda _: True) -> Operations:
    """The operations of a routine's instructions whose origin belongs."""
    instructions = executed = flops = loads = stores = 0
    for instruction, origin, times in zip(code.body, code.origins, code.times, strict=True):
        if belongs(origin):
            shape, _, action = str(instruction[0]).partition(".")
            instructions += 1
            executed += times
            flops += times * flops_of(shape, action)
            loads += times * elements(shape, action) * ("load" in action)
            stores += times * elements(shape, action) * ("store" in action)
    return Operations(instructions, executed, flops, loads, stores)


def flops_of(shape: str, action: str) -> int:
    return {"f32": 1, "f32x4": 4}.get(shape, 0) if action in ARITHMETIC else 0


def elements(shape: str, action: str) -> int:
    """How many elements one load or store moves."""
    return 4 if shape == "v128" and action not in ONE_ELEMENT else 1
