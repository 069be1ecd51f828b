"""`python -m scnn.compiler derive conv2d_forward` prints the backward kernels that are derived from a forward kernel.

With `--time` also how long they take beside those written by hand, for the sizes of the kernel's first call in a
preset, every gradient that comes in being nonzero: the best of alternating runs on wasmtime.
"""

import argparse
import sys
from array import array
from collections.abc import Callable
from math import prod
from random import Random
from time import perf_counter
from typing import Any

from scnn import kernels
from scnn.compiler.derive import Derived, derive_all
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError, ScnnError
from scnn.plan import Argument, Buffer, Call, Plan, Procedure, allocate

__all__ = ["derive_command"]

BY_HAND: dict[str, Callable[..., Any]] = {
    "conv2d_backward_weights": kernels.conv2d_backward_weights,
    "conv2d_backward_padded": kernels.conv2d_backward_input,
    "dense_backward_weights": kernels.dense_backward_weights,
    "dense_backward_input": kernels.dense_backward_input,
    "relu_backward": kernels.relu_backward,
    "maxpool2d_backward": kernels.maxpool2d_backward,
    "pad2d_backward": kernels.pad2d_backward,
    "dropout_backward": kernels.dropout_backward,
}
ROUNDS = 25
LEAST = 0.02  # seconds of one round


def derive_command(arguments: list[str], find_call: Callable[[str, str], tuple[Call, Plan]]) -> None:
    parser = argparse.ArgumentParser(prog="python -m scnn.compiler derive", description=__doc__)
    parser.add_argument("kernel", help="a forward kernel of scnn, such as conv2d_forward")
    parser.add_argument("--preset", default="mnist", help="whose sizes are timed (default: mnist)")
    parser.add_argument("--time", action="store_true", help="compare with the kernels written by hand")
    chosen = parser.parse_args(arguments)
    try:
        kernel = getattr(kernels, chosen.kernel, None)
        if chosen.kernel not in kernels.__all__ or kernel is None:
            raise ConfigError(f"expected one of {', '.join(kernels.__all__)}, got {chosen.kernel}")
        if not chosen.time:
            print("\n\n".join(each.text for each in derive_all(kernel)), end="")
            return
        call, plan = find_call(chosen.kernel, chosen.preset)
        sizes = {name: value for name, value in call.arguments.items() if not isinstance(value, str)}
        print("kernel                    by hand    derived    derived / by hand")
        for derived in derive_all(kernel, sizes=sizes):
            if derived.name in BY_HAND:
                by_hand, own = times(derived, BY_HAND[derived.name], call, plan)
                print(f"{derived.name:24}{by_hand * 1e6:6.1f} µs  {own * 1e6:6.1f} µs    {own / by_hand:.2f}")
    except ScnnError as error:
        sys.exit(f"scnn.compiler: {error}")


def times(derived: Derived, by_hand: Callable[..., Any], call: Call, plan: Plan) -> tuple[float, float]:
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
    procedures = {name: Procedure(name, (), (step,) * 8) for name, step in (("hand", hand), ("own", own))}
    engine = compiled(Plan(buffers, procedures))
    fill(engine.write, buffers)
    best = dict.fromkeys(procedures, float("inf"))
    for _ in range(ROUNDS):
        for name in procedures:
            count, begin = 0, perf_counter()
            while perf_counter() - begin < LEAST:
                engine.run(name)
                count += 8
            best[name] = min(best[name], (perf_counter() - begin) / count)
            fill(engine.write, buffers)
    return best["hand"], best["own"]


def fill(write: Callable[[str, Any], None], buffers: dict[str, Buffer]) -> None:
    random = Random(1)
    for name, buffer in buffers.items():
        if buffer.kind == "float32":
            write(name, array("f", (random.uniform(0.5, 1.0) for _ in range(buffer.length))))
        elif name == "winners":
            write(name, [random.randrange(buffers["input"].length) for _ in range(buffer.length)])
