"""Functions carry their kernels' names in the module's name section, so that traps and browsers' tools show them."""

import pytest

from scnn.compiler import compile_plan
from scnn.compiler.__main__ import plan_of as plan_of_preset
from scnn.engines.hosts import HostError, WasmtimeHost
from tests.compiler.support import kernel_of, plan_of
from tests.compiler.validator import function_names


def test_a_disassembler_reads_the_names() -> None:
    """Procedures have their names; the routine of each different call has its kernel's name and a number."""
    plan = plan_of_preset("paper")
    names = function_names(compile_plan(plan).code)
    assert names[: len(plan.procedures)] == list(plan.procedures)
    routines = [name.partition("#") for name in names[len(plan.procedures) :]]
    assert [number for _, _, number in routines] == [str(number) for number in range(len(routines))]
    assert {"conv2d_forward", "dense_forward", "softmax_forward"} <= {kernel for kernel, _, _ in routines}


def test_a_trap_shows_the_kernel() -> None:
    """wasmtime's backtrace of a stopped run contains the kernel's name."""
    source = "def overrun(out: Float32Buffer, n: Int32Buffer):\n    out[n[0]] = 1.0\n"
    plan = plan_of(kernel_of(source), {"out": 4, "n": 1}, {})
    instance = WasmtimeHost().instantiate(compile_plan(plan).code)
    instance.write(plan.buffers["n"].offset, b"\xff\xff\xff\xff")
    with pytest.raises(HostError, match=r"overrun#0") as caught:
        instance.function("run")()
    assert "!run" in str(caught.value)
