"""GFLOP/s of each kernel call of a training step, and the best that the host does: the roof.

Used by tests.bench.kernels, here and in Pyodide. Every number that comes in is nonzero, so no kernel skips any.
"""

import time
from random import Random

from scnn.compiler.explain.operations import count
from scnn.compiler.explain.stages import compile_stages
from scnn.compiler.explain.subject import Subject
from scnn.engines.engine import Engine, EngineFactory
from scnn.experiments import presets
from scnn.language import Float32Buffer, Size, lanes
from scnn.layers import Conv2D, Dense, Flatten, Layer, MaxPool2D, ReLU
from scnn.layers.layer import Shape
from scnn.network.architecture import Architecture
from scnn.plan import Call, Loop, Plan, Procedure, allocate
from scnn.training.lowering import lower_training

__all__ = ["NETWORKS", "kernel_times", "roof"]

LEAST = 20_000  # operations of a call; what has fewer takes no time
ROUNDS = 7
SECONDS = 0.005  # of one round of one call


def colour(stride: int, pool: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """Four convolutions on 3 × 32 × 32 images; the second and the fourth halve the maps, or poolings do."""
    first = (Conv2D(32, 3, padding=1), ReLU(), Conv2D(32, 3, stride=stride, padding=1), ReLU(), *pool)
    second = (Conv2D(64, 3, padding=1), ReLU(), Conv2D(64, 3, stride=stride, padding=1), ReLU(), *pool)
    return (*first, *second, Flatten(), Dense(10))


NETWORKS: dict[str, tuple[Shape, tuple[Layer, ...]]] = {
    **{name: (preset.input_shape, preset.layers) for name, preset in presets.PRESETS.items() if name != "paper"},
    "colour, pooling": ((3, 32, 32), colour(1, (MaxPool2D(2),))),
    "colour, strides": ((3, 32, 32), colour(2, ())),
}


def multiply_and_add(output: Float32Buffer, input: Float32Buffer, times: Size) -> None:
    """Twelve vectors that stay in registers."""
    for i in lanes(48, 48):
        total = input[i]
        for _ in range(times):
            total = total * 0.5 + 0.25
        output[i] = total


def roof(make_engine: EngineFactory) -> float:
    """The most GFLOP/s: multiplications and additions alone, without memory."""
    buffers = allocate({"output": ("float32", (48,)), "input": ("float32", (48,))})
    call = Call(multiply_and_add, {"output": "output", "input": "input", "times": 1000})
    ((_, _, gflops),) = measured(Plan(buffers, {}), [call], make_engine)
    return gflops


def kernel_times(network: str, make_engine: EngineFactory) -> list[tuple[str, str, float]]:
    """For each call with at least LEAST operations: its kernel, its layer, and GFLOP/s."""
    plan = lower_training(Architecture(*NETWORKS[network]), 1)
    calls = [
        Call(one.kernel, {name: known(plan, value) for name, value in one.arguments.items()})
        for step in plan.procedures["learn"].body
        if isinstance(step, Loop)
        for one in step.body
        if isinstance(one, Call)
    ]
    return measured(plan, calls, make_engine)


def known(plan: Plan, argument: str | float) -> str | float:
    """The position of the sample, which is not known before a plan runs, is 0."""
    return argument if not isinstance(argument, str) or argument in plan.buffers else 0


def measured(plan: Plan, calls: list[Call], make_engine: EngineFactory) -> list[tuple[str, str, float]]:
    operations = [count(compile_stages(Subject(call, plan)).code).flops for call in calls]
    chosen = [(call, flops) for call, flops in zip(calls, operations, strict=True) if flops >= LEAST]
    procedures = [
        Procedure(f"run{number}", ("times",), (Loop("turn", 0, "times", 1, (call,)),))
        for number, (call, _) in enumerate(chosen)
    ]
    engine = make_engine(Plan(plan.buffers, {one.name: one for one in procedures}))
    fill(engine)
    times = [enough(engine, procedure.name) for procedure in procedures]
    best = [float("inf")] * len(chosen)
    for _ in range(ROUNDS):
        for number, (_, flops) in enumerate(chosen):
            fill(engine)
            taken = seconds(engine, f"run{number}", times[number])
            best[number] = min(best[number], taken / times[number] / flops)
    return [(call.kernel.__name__, layer_of(call), 1e-9 / one) for (call, _), one in zip(chosen, best, strict=True)]


def enough(engine: Engine, procedure: str) -> int:
    """How many calls take SECONDS, or up to four times as long: a browser's clock is coarse."""
    times = 1
    while seconds(engine, procedure, times) < SECONDS:
        times *= 4
    return times


def seconds(engine: Engine, procedure: str, times: int) -> float:
    began = time.perf_counter()
    engine.run(procedure, times)
    return time.perf_counter() - began


def fill(engine: Engine) -> None:
    """Numbers that are nonzero, and stay so: sums grow, and no product becomes denormal."""
    random = Random(1)
    some = [random.uniform(0.5, 1.0) for _ in range(997)]
    for name, buffer in engine.plan.buffers.items():
        if buffer.kind == "float32":
            engine.write(name, (some * (buffer.length // len(some) + 1))[: buffer.length])


def layer_of(call: Call) -> str:
    owners = [str(value).partition(".")[0] for value in call.arguments.values() if "." in str(value)]
    own = [owner for owner in owners if owner.rpartition("_")[0] in call.kernel.__name__]
    return (own or owners or [""])[0]
