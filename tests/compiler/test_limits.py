"""Extreme kernels: they raise our own errors, and no run reports another run's error."""

import math

import pytest

from scnn.compiler import KernelError, compile_plan
from scnn.compiler.wasm import code
from scnn.engines.hosts import HostError, WasmtimeHost
from scnn.engines.wasm import WasmEngine
from scnn.errors import KernelBoundsError
from scnn.plan import Buffer, Plan
from tests.compiler.support import kernel_of, plan_of


def refusal(source: str, lengths: dict[str, int], **sizes: int) -> str:
    with pytest.raises(KernelError) as caught:
        compile_plan(plan_of(kernel_of(source, math=math, exp=math.exp, root=math.sqrt), lengths, sizes))
    return str(caught.value)


@pytest.mark.parametrize(
    ("call", "instead"),
    [
        ("math.exp(x[0])", "exp of scnn.kernels"),
        ("math.log(x[0])", "log of scnn.kernels"),
        ("math.sqrt(x[0])", "sqrt of scnn.language"),
        ("exp(x[0])", "exp of scnn.kernels"),
        ("math.cos(x[0])", "a kernel of one's own; scnn.kernels has exp and log, scnn.language has sqrt"),
    ],
)
def test_pythons_mathematics(call: str, instead: str) -> None:
    """Its bits differ between platforms; the message names the replacement."""
    message = refusal(f"def kernel(out: Float32Buffer, x: Float32Buffer):\n    out[0] = {call}\n", {"out": 1, "x": 1})
    assert "of Python's math gives other bits on other platforms" in message
    assert message.endswith(f"expected {instead}")


def test_code_that_grows_without_bound() -> None:
    """Nested unrolled loops, and kernels that call kernels twice, are refused quickly."""
    loops = "".join(f"{'    ' * (depth + 1)}for i{depth} in unrolled(16):\n" for depth in range(6))
    assert "statements" in refusal(f"def kernel(out: Float32Buffer):\n{loops}{'    ' * 7}out[0] = 1.0\n", {"out": 1})
    calls = "def k0(x: Float32) -> Float32:\n    return x + 1.0\n"
    calls += "".join(
        f"def k{n}(x: Float32) -> Float32:\n    return k{n - 1}(x) + k{n - 1}(x * 2.0)\n" for n in range(1, 26)
    )
    head = f"{calls}def kernel(out: Float32Buffer):\n"
    compile_plan(plan_of(kernel_of(f"{head}    out[0] = k6(1.0)\n"), {"out": 1}, {}))
    assert "statements" in refusal(f"{head}    out[0] = k25(1.0)\n", {"out": 1})
    assert "statements" in refusal(f"{head}    for i in lanes(8):\n        out[i] = k25(1.0)\n", {"out": 8})


@pytest.mark.parametrize(
    "lines",
    [
        ["for i in blocked(2000000000, 2000000000):", "    out[i] = 1.0"],
        ["t = 0.0", "for i in lanes(2000000000, 2000000000):", "    t += out[i]"],
        [
            "for i in unrolled(16):",
            "    for j in unrolled(16):",
            "        for k in unrolled(16):",
            f"            out[0] = {' + '.join(f'out[{index} + i]' for index in range(60))}",
        ],
        [
            "for i in unrolled(16):",
            "    for j in unrolled(16):",
            *["        for k in unrolled(0):", "            i1 = 0"] * 80,
        ],
    ],
)
def test_operations_are_counted_before_they_are_written_out(lines: list[str]) -> None:
    """As many turns as int32 has, wide expressions in loops that are written out, and loops that never run."""
    source = "def kernel(out: Float32Buffer):\n" + "".join(f"    {line}\n" for line in lines)
    assert "more than 30000 statements and operations" in refusal(source, {"out": 100})


def test_too_many_accesses_to_compare() -> None:
    """Pairs of accesses are as many as their number squared."""
    stores = "".join(f"        out[i * 300 + {index}] = 1.0\n" for index in range(200))
    source = f"def kernel(out: Float32Buffer):\n    for i in blocked(4, 2):\n{stores}"
    assert "more than 30000 pairs of a store and an access" in refusal(source, {"out": 1200})


def test_compared_pairs_count_as_operations() -> None:
    """A loop that is written out has each of its inner loops' pairs compared."""
    stores = "".join(f"            out[i * 200 + {place}] = 1.0\n" for place in range(110))
    source = f"def kernel(out: Float32Buffer):\n    for j in unrolled(3):\n        for i in blocked(2, 1):\n{stores}"
    assert "more than 30000 statements and operations" in refusal(source, {"out": 400})
    compile_plan(plan_of(kernel_of(source.replace("unrolled(3)", "unrolled(2)")), {"out": 400}, {}))


def test_a_function_that_no_host_would_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiler refuses too many locals, with a remedy, before the host does."""
    monkeypatch.setattr(code, "MAX_LOCALS", 100)
    head = "def kernel(out: Int32Buffer, n: Int32Buffer):\n"
    source = f"{head}    for i in blocked(200, 200):\n        out[i] = n[i] * n[0]\n"
    assert "too many for one function" in refusal(source, {"out": 200, "n": 200})


def test_memory_beyond_a_module() -> None:
    """More memory than a module can have is refused."""
    plan = Plan({"large": Buffer("large", "float32", (2**30,), 0)}, {})
    with pytest.raises(KernelError, match="expected at most 2147418112"):
        compile_plan(plan)


def test_a_number_beyond_int32_as_a_size() -> None:
    """The error names the parameter."""
    message = refusal(
        "def kernel(out: Float32Buffer, size: Size):\n    out[size - size] = 1.0\n", {"out": 1}, size=2**31
    )
    assert message == "kernel: size is of the type Size, and 2147483648 is no int32"


def test_a_variable_of_the_function_around() -> None:
    """A kernel defined inside a function could have another number each time."""
    scale = 2.0

    def kernel(out: "list[float]") -> None:
        out[0] = scale

    with pytest.raises(KernelError, match="uses scale of the function around it"):
        compile_plan(plan_of(kernel, {}, {"out": 1}))


def test_a_trap_after_a_stop_is_no_stop() -> None:
    """A trap of the host is reported as such, even after a kernel's error."""
    source = "def kernel(out: Float32Buffer, n: Int32Buffer):\n    out[n[0]] = 1.0\n"
    engine = WasmEngine(plan_of(kernel_of(source), {"out": 4, "n": 1}, {}), WasmtimeHost())
    engine.write("n", [4])
    with pytest.raises(KernelBoundsError):
        engine.run("run")
    engine.write("n", [1])
    engine.run("run")
    assert list(engine.read("out")) == [0, 1, 0, 0]
    assert engine.instance.site() == -1


def test_a_host_that_refuses_a_module() -> None:
    """The host's error is raised as our HostError."""
    with pytest.raises(HostError, match="refuses the module"):
        WasmtimeHost().instantiate(b"\0asm\x01\0\0\0\xff")
