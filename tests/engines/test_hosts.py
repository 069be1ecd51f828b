"""Hosts of WebAssembly: memory, functions and traps, the error without a host, and the default host."""

import sys
from types import SimpleNamespace

import pytest

from scnn.compiler import compile_plan
from scnn.engines.hosts import BrowserHost, HostError, WasmtimeHost, default_host
from scnn.engines.wasm import WasmEngine
from scnn.errors import KernelBoundsError
from scnn.kernels import relu_forward
from scnn.plan import Plan
from tests.compiler.support import kernel_of, plan_of

PLAN = plan_of(relu_forward, {"output": 4, "input": 4}, {"size": 4})


class Unloadable:
    """An import hook for a wasmtime whose native library cannot be loaded."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "wasmtime":
            raise OSError("Error relocating _libwasmtime.so: symbol not found\nmore lines")


def test_wasmtime_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the package and how to install it, in one line."""
    monkeypatch.setitem(sys.modules, "wasmtime", None)
    with pytest.raises(HostError, match="^compiled kernels need the package wasmtime here: `pip install wasmtime`"):
        WasmtimeHost()


def test_wasmtime_that_does_not_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a system that wasmtime does not support, the error gives the reason and an alternative, in one line."""
    monkeypatch.delitem(sys.modules, "wasmtime", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Unloadable(), *sys.meta_path])
    with pytest.raises(
        HostError, match="does not run on this machine .OSError: Error relocating.*--engine interpre"
    ) as e:
        WasmtimeHost()
    assert "\n" not in str(e.value)


def test_wasmtime_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names a version that is too old, and the remedy."""
    old = SimpleNamespace(Config=lambda: object.__new__(object), Engine=object, __version__="0.40")
    monkeypatch.setitem(sys.modules, "wasmtime", old)
    with pytest.raises(HostError, match="wasmtime 0.40 is too old: expected 38 or newer"):
        WasmtimeHost()


def test_the_default_host_of_a_desktop() -> None:
    """Outside a browser the default is wasmtime."""
    assert isinstance(default_host(), WasmtimeHost)


def test_the_default_host_of_pyodide(monkeypatch: pytest.MonkeyPatch) -> None:
    """In any Pyodide the default is the browser's WebAssembly; without it (Lockdown Mode) an error says so."""
    ffi = SimpleNamespace(JsException=RuntimeError, to_js=bytes)
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setitem(sys.modules, "pyodide", SimpleNamespace(ffi=ffi))
    monkeypatch.setitem(sys.modules, "pyodide.ffi", ffi)
    monkeypatch.setitem(sys.modules, "js", SimpleNamespace(WebAssembly=object(), Uint8Array=object()))
    assert isinstance(default_host(), BrowserHost)
    monkeypatch.setitem(sys.modules, "js", SimpleNamespace())
    with pytest.raises(HostError, match="this browser has no WebAssembly"):
        default_host()


def test_memory_begins_with_zeros_and_holds_what_is_written() -> None:
    """Each instance has a memory of its own."""
    host, code = WasmtimeHost(), compile_plan(PLAN).code
    one, other = host.instantiate(code), host.instantiate(code)
    assert one.read(0, PLAN.memory) == bytes(PLAN.memory)
    one.write(4, b"\x01\x02")
    assert one.read(3, 4) == b"\x00\x01\x02\x00"
    assert other.read(0, PLAN.memory) == bytes(PLAN.memory)


def test_a_function_that_runs_through_stops_at_no_check() -> None:
    """`site` is -1 after a call without a failed check."""
    instance = WasmtimeHost().instantiate(compile_plan(PLAN).code)
    instance.function("run")()
    assert instance.site() == -1


def test_a_trap_is_a_host_error() -> None:
    """A module that stops by itself: (module (memory (export "memory") 1) (func (export "stop") unreachable))."""
    code = bytes.fromhex(
        "0061736d 01000000 0104 01600000 03020100 0503010001"
        "0711 02 066d656d6f7279 0200 0473746f70 0000 0a05 01 03 00 00 0b".replace(" ", "")
    )
    with pytest.raises(HostError, match="unreachable"):
        WasmtimeHost().instantiate(code).function("stop")()


TRAPS = {
    "no stack left": ("(call $run)", "stack"),
    "no such address": ("(drop (i32.load (i32.const -1)))", "memory fault|out of bounds"),
    "no number": ("(drop (i32.div_s (i32.const 1) (i32.const 0)))", "divide by zero"),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_traps_of_the_host(trap: str) -> None:
    """It is a HostError with the host's message, and does not report an earlier failed check again."""
    wasmtime = pytest.importorskip("wasmtime")
    body, words = TRAPS[trap]
    site = '(global (export "site") (mut i32) (i32.const -1))'
    code = wasmtime.wat2wasm(f'(module (memory (export "memory") 1) {site} (func $run (export "run") {body}))')
    engine = WasmEngine(outside(), WasmtimeHost())
    engine.write("n", [4])
    with pytest.raises(KernelBoundsError):
        engine.run("run")
    stopped = engine.instance.site()
    assert stopped == -1
    engine.functions["run"] = WasmtimeHost().instantiate(code).function("run")
    with pytest.raises(HostError, match=words):
        engine.run("run")


def test_a_module_with_a_missing_import() -> None:
    """A module with an import is rejected with the host's message."""
    wasmtime = pytest.importorskip("wasmtime")
    code = wasmtime.wat2wasm('(module (import "a" "b" (func)) (memory (export "memory") 1))')
    with pytest.raises(HostError, match="refuses the module: .*import"):
        WasmtimeHost().instantiate(code)


def outside() -> Plan:
    """A plan whose kernel stores outside its buffer, depending on n[0]."""
    source = "def kernel(out: Float32Buffer, n: Int32Buffer):\n    out[n[0]] = 1.0\n"
    return plan_of(kernel_of(source), {"out": 4, "n": 1}, {})
