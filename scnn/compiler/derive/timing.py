"""The speed of derived kernels beside those written by hand, for the sizes of a kernel's first call in a preset.

Both run in alternation, every gradient that comes in being nonzero; each one's best round counts.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from random import Random
from time import perf_counter
from typing import Any

from scnn import kernels
from scnn.compiler.derive import Derived, derive_all, whole
from scnn.compiler.derive.expressions import expressions_of, walk
from scnn.compiler.frontend import parse
from scnn.compiler.tree import Binary, Branch, Repeat, Statement
from scnn.plan import Argument, Buffer, Call, Plan, Procedure, allocate

__all__ = ["FORWARD", "HEAD", "Comparison", "compare"]

BY_HAND: dict[str, Callable[..., Any]] = {
    "conv2d_backward_weights": kernels.conv2d_backward_weights,
    "conv2d_backward_padded": kernels.conv2d_backward_input,
    "dense_backward_weights": kernels.dense_backward_weights,
    "dense_backward_input": kernels.dense_backward_input,
    "relu_backward": kernels.relu_backward,
    "gelu_backward": kernels.gelu_backward,
    "maxpool2d_backward": kernels.maxpool2d_backward,
    "pad2d_backward": kernels.pad2d_backward,
    "dropout_backward": kernels.dropout_backward,
}
FORWARD = [
    *["pad2d_forward", "conv2d_forward", "relu_forward", "maxpool2d_forward", "dense_forward", "dropout_forward"],
]
ROUNDS = 25
LEAST = 0.02  # seconds of one round
TOGETHER = 64  # calls of the kernel in one call of the engine, which takes some microseconds itself

MakeEngine = Callable[[Plan], Any]  # as scnn.engines.wasm.compiled


@dataclass(frozen=True)
class Comparison:
    """Seconds of one call of the kernel written by hand and of the derived one. `operations` are the additions,
    multiplications and divisions of the former."""

    name: str
    by_hand: float
    derived: float
    operations: int

    def __str__(self) -> str:
        columns = [f"{self.name:24}", *(self.column(seconds) for seconds in (self.by_hand, self.derived))]
        return "".join([*columns, f"{self.derived / self.by_hand:9.2f}"])

    def column(self, seconds: float) -> str:
        speed = f"{self.operations / seconds / 1e9:8.1f} GFLOP/s" if self.operations else " " * 16
        return f"{seconds * 1e9:9,.0f} ns{speed}"


HEAD = f"{'kernel':24}{'written by hand':>28}{'derived':>28}{'ratio':>9}"


def compare(call: Call, plan: Plan, make_engine: MakeEngine, rounds: int = ROUNDS) -> list[Comparison]:
    """A comparison for each kernel that is derived from this call's, if there is one written by hand."""
    sizes = {name: value for name, value in call.arguments.items() if not isinstance(value, str)}
    found = []
    for derived in derive_all(call.kernel, sizes=sizes):
        by_hand = BY_HAND.get(derived.name)
        if by_hand:
            hand, own = times(derived, by_hand, call, plan, make_engine, rounds)
            given = sizes
            if by_hand is kernels.maxpool2d_backward:
                given = {"size": plan.buffers[str(call.arguments["output"])].length}
            found.append(Comparison(derived.name, hand, own, operations(parse(by_hand).body, given)))
    return found


def operations(statements: Sequence[Statement], sizes: Mapping[str, Argument]) -> int:
    """How many operations on float32 they do, for these sizes, where every `if` holds."""
    total = 0
    for statement in statements:
        parts = [part for one in expressions_of(statement) for part in walk(one)]
        if isinstance(statement, Repeat):
            bounds = [whole(bound, sizes) for bound in statement.bounds]
            total += len(range(*bounds)) * operations(statement.body, sizes)
            continue
        total += sum(isinstance(part, Binary) and part.type == "float32" for part in parts)
        if isinstance(statement, Branch):
            total += operations(statement.yes, sizes)
    return total


def times(
    derived: Derived, by_hand: Callable[..., Any], call: Call, plan: Plan, make_engine: MakeEngine, rounds: int
) -> tuple[float, float]:
    """Seconds of one call of the kernel written by hand, and of the derived one."""
    lengths = {name: plan.buffers[value] for name, value in call.arguments.items() if isinstance(value, str)}
    wanted = {name: (entry.kind, (entry.length,)) for name, entry in lengths.items()}
    wanted |= {f"d_{name}": ("float32", shape) for name, (kind, shape) in wanted.items() if kind == "float32"}
    renamed = {"d_input": "d_padded"} if derived.name.startswith("conv2d") else {}
    buffers = allocate(wanted)
    pooled = {"size": prod(buffers["output"].shape)} if by_hand is kernels.maxpool2d_backward else {}

    def bound(kernel: Callable[..., Any], names: list[str], given: dict[str, Any]) -> Call:
        arguments: dict[str, Argument] = {}
        for name in names:
            name_ = renamed.get(name, name)
            arguments[name] = name_ if name_ in buffers else {**call.arguments, **given}[name]
        return Call(kernel, arguments)

    hand = bound(by_hand, [name for name in by_hand.__annotations__ if name != "return"], pooled)
    own = bound(derived.kernel, list(derived.parameters), {})
    procedures = {name: Procedure(name, (), (step,) * TOGETHER) for name, step in (("hand", hand), ("own", own))}
    engine = make_engine(Plan(buffers, procedures))
    fill(engine.write, buffers)
    best = dict.fromkeys(procedures, float("inf"))
    for _ in range(rounds):
        for name in procedures:
            count, begin = 0, perf_counter()
            while perf_counter() - begin < LEAST:
                engine.run(name)
                count += TOGETHER
            best[name] = min(best[name], (perf_counter() - begin) / count)
            fill(engine.write, buffers)
    return best["hand"], best["own"]


def fill(write: Callable[[str, Any], None], buffers: dict[str, Buffer]) -> None:
    random = Random(1)
    for name, buffer in buffers.items():
        if name == "mask":  # changed in place: other numbers would soon be denormal
            write(name, [1.0] * buffer.length)
        elif buffer.kind == "float32":
            write(name, array("f", (random.uniform(0.5, 1.0) for _ in range(buffer.length))))
        elif name == "winners":
            write(name, [random.randrange(buffers["input"].length) for _ in range(buffer.length)])
