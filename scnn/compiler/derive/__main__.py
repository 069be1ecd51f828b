"""`python -m scnn.compiler derive conv2d_forward` prints the backward kernels that are derived from a forward kernel.

The kernel is one of scnn's, or FILE.py:NAME of a file with kernels, which is read without being executed. With --time
the derived kernels of scnn's are compared with those written by hand, for the sizes of the kernel's first call in a
preset: ns a call and GFLOP/s on wasmtime, the best of alternating runs; GFLOP/s count the operations of the kernel
written by hand. `derive --all --time` prints the whole table.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scnn.compiler import kernels_from
from scnn.compiler.derive import derive_all
from scnn.compiler.derive.timing import FORWARD, HEAD, ROUNDS, compare
from scnn.compiler.explain.names import kernel_called
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError, ScnnError
from scnn.plan import Call, Plan

__all__ = ["derive_command"]

LARGEST = "mnist-large"  # the preset that has all layers

FindCall = Callable[[str, str], tuple[Call, Plan]]


def derive_command(arguments: list[str], find_call: FindCall) -> None:
    """`find_call(kernel, preset)` gives a kernel's first call in the plan of a preset, or raises ConfigError."""
    parser = argparse.ArgumentParser(prog="python -m scnn.compiler derive", description=__doc__)
    parser.add_argument("kernel", nargs="?", help="a forward kernel of scnn, such as conv2d_forward, or FILE.py:NAME")
    parser.add_argument("--all", action="store_true", help="all forward kernels that have a kernel written by hand")
    parser.add_argument("--preset", default="mnist", help="whose sizes are timed (default: mnist)")
    parser.add_argument("--time", action="store_true", help="compare with the kernels written by hand")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"of timing (default: {ROUNDS})")
    chosen = parser.parse_args(arguments)
    if bool(chosen.kernel) == chosen.all:
        parser.error("expected either a kernel or --all")
    try:
        names = list(FORWARD) if chosen.all else [chosen.kernel]
        if not chosen.time:
            print("\n\n".join(each.text for name in names for each in derive_all(kernel_named(name))), end="")
            return
        if ":" in names[0]:
            raise ConfigError(f"expected a kernel of scnn to compare with, got {names[0]}")
        print(HEAD, flush=True)
        for name in names:
            call, plan = call_in(find_call, name, chosen.preset, chosen.all)
            for comparison in compare(call, plan, compiled, chosen.rounds):
                print(comparison, flush=True)
    except ScnnError as error:
        sys.exit(f"scnn.compiler: {error}")


def kernel_named(name: str) -> Callable[..., Any]:
    """A kernel of scnn, or one of a file. Raises ConfigError for a name or a file that is not there."""
    file, colon, wanted = name.rpartition(":")
    if not colon:
        return kernel_called(name)
    try:
        known = kernels_from(Path(file).read_text(encoding="utf-8"), file)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from None
    if wanted not in known:
        raise ConfigError(f"{file} has no kernel {wanted!r}; it has {', '.join(known) or 'none'}")
    return known[wanted]


def call_in(find_call: FindCall, kernel: str, preset: str, anywhere: bool) -> tuple[Call, Plan]:
    """The kernel's first call in the preset; or, if it may be `anywhere`, in the one that has all layers."""
    try:
        return find_call(kernel, preset)
    except ConfigError:
        if not anywhere:
            raise
        return find_call(kernel, LARGEST)
