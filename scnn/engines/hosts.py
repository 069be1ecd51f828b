"""Hosts run WebAssembly modules: wasmtime on a desktop, the browser in a tab. All give the same bits."""

import sys
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from scnn.errors import ScnnError

__all__ = [
    "BrowserHost",
    "BrowserInstance",
    "Host",
    "HostError",
    "Instance",
    "WasmtimeHost",
    "WasmtimeInstance",
    "default_host",
]


class HostError(ScnnError):
    """WebAssembly is not available, or a module was stopped while it ran."""


class Instance(Protocol):
    """A module with its memory, which starts as zeros."""

    def function(self, name: str) -> Callable[..., None]:
        """An exported function of int32 parameters, which raises HostError if the module is stopped."""

    def read(self, offset: int, size: int) -> bytes: ...

    def write(self, offset: int, data: bytes) -> None: ...

    def site(self) -> int:
        """The number of the check that failed since the last call of `site`, or -1. It is reset because a host may
        stop a call before its first instruction, which must not report an earlier failure again."""


class Host(Protocol):
    def instantiate(self, code: bytes) -> Instance: ...


class WasmtimeHost:
    """wasmtime-py, for desktops: `pip install wasmtime`."""

    def __init__(self) -> None:
        try:
            import wasmtime
        except ImportError:
            raise HostError(
                "compiled kernels need the package wasmtime here: `pip install wasmtime`, or ask for the interpreter"
            ) from None
        except Exception as error:  # its native library cannot be loaded: Alpine's musl, 32-bit ARM
            raise HostError(
                f"the package wasmtime does not run on this machine ({type(error).__name__}: {first_line(error)}); "
                "use the interpreter: `--engine interpreted`, or make_engine=Interpreter"
            ) from None
        self.wasmtime = wasmtime
        try:
            config = wasmtime.Config()
            config.parallel_compilation = False  # threads do not survive a fork, and small modules need only one
            config.shared_memory = True  # of a group; versions before 39 allow it without
            self.engine = wasmtime.Engine(config)
        except AttributeError:
            version = getattr(wasmtime, "__version__", "of an unknown version")
            raise HostError(
                f"the package wasmtime {version} is too old: expected 38 or newer, `pip install --upgrade wasmtime`"
            ) from None

    def instantiate(self, code: bytes) -> "WasmtimeInstance":
        return WasmtimeInstance(self, self.module(code))

    def module(self, code: bytes | str) -> Any:
        """The machine code of a module in the binary or the text format."""
        try:
            return self.wasmtime.Module(self.engine, code)
        except self.wasmtime.WasmtimeError as error:
            raise HostError(f"wasmtime refuses the module: {error}") from None


class WasmtimeInstance:
    def __init__(self, host: WasmtimeHost, module: Any) -> None:
        self.host, self.module = host, module
        self.store = host.wasmtime.Store(host.engine)
        self.exports = self.exports_of(module, [])
        self.memory = self.exports["memory"]

    def again(self) -> "WasmtimeInstance":
        """Another instance of the same module."""
        return WasmtimeInstance(self.host, self.module)

    def linked(self, module: Any, others: Mapping[str, Any]) -> Any:
        """The exports of a second module beside this instance. It imports from `others` what is there, by name, and
        the rest from this instance."""
        imports = [others[one.name] if one.name in others else self.exports[one.name] for one in module.imports]
        return self.exports_of(module, imports)

    def exports_of(self, module: Any, imports: list[Any]) -> Any:
        wasmtime = self.host.wasmtime
        try:
            return wasmtime.Instance(self.store, module, imports).exports(self.store)
        except (wasmtime.WasmtimeError, wasmtime.Trap) as error:
            raise HostError(f"wasmtime refuses the module: {error}") from None

    def function(self, name: str) -> Callable[..., None]:
        return self.callable(self.exports[name])

    def callable(self, exported: Any) -> Callable[..., Any]:
        """An exported function, as one that raises HostError if it is stopped."""
        store, wasmtime = self.store, self.host.wasmtime
        stopped = (wasmtime.Trap, wasmtime.WasmtimeError)

        def run(*arguments: int) -> Any:
            try:
                return exported(store, *arguments)
            except stopped as error:
                raise HostError(str(error)) from None

        return run

    def read(self, offset: int, size: int) -> bytes:
        return bytes(self.memory.read(self.store, offset, offset + size))

    def write(self, offset: int, data: bytes) -> None:
        self.memory.write(self.store, data, offset)

    def site(self) -> int:
        failed = self.exports["site"]
        number = int(failed.value(self.store))
        failed.set_value(self.store, -1)
        return number


class BrowserHost:
    """The browser's own WebAssembly, through Pyodide. The JavaScript objects are passed in:
    `BrowserHost(js.WebAssembly, js.Uint8Array, pyodide.ffi.to_js, pyodide.ffi.JsException)`.
    """

    def __init__(
        self, web_assembly: Any, uint8_array: Any, to_js: Callable[..., Any], error: type[Exception]
    ) -> None:
        self.web_assembly, self.uint8_array, self.to_js, self.error = web_assembly, uint8_array, to_js, error

    def instantiate(self, code: bytes) -> Instance:
        try:
            module = self.web_assembly.Module.new(self.to_js(code))
            exports = self.web_assembly.Instance.new(module).exports
        except self.error as error:
            raise HostError(f"the browser refuses the module: {error}") from None
        return BrowserInstance(self, exports, module)


class BrowserInstance:
    def __init__(self, host: BrowserHost, exports: Any, module: Any) -> None:
        self.host, self.exports, self.module = host, exports, module

    def function(self, name: str) -> Callable[..., None]:
        exported, stopped = getattr(self.exports, name), self.host.error

        def run(*arguments: int) -> None:
            try:
                exported(*arguments)
            except stopped as error:
                raise HostError(str(error)) from None

        return run

    def view(self, offset: int, size: int) -> Any:
        return self.host.uint8_array.new(self.exports.memory.buffer, offset, size)

    def read(self, offset: int, size: int) -> bytes:
        data: bytes = self.view(offset, size).to_bytes()
        return data

    def write(self, offset: int, data: bytes) -> None:
        self.view(offset, len(data)).assign(data)

    def site(self) -> int:
        failed = self.exports.site
        number = int(failed.value)
        failed.value = -1
        return number


def default_host() -> Host:
    """The host of this Python: in any Pyodide the browser's own WebAssembly, elsewhere wasmtime. Raises HostError if
    neither is available."""
    if sys.platform != "emscripten":
        return WasmtimeHost()
    import js
    from pyodide.ffi import JsException, to_js

    if not hasattr(js, "WebAssembly"):
        raise HostError("this browser has no WebAssembly (Lockdown Mode switches it off): use the interpreter")
    return BrowserHost(js.WebAssembly, js.Uint8Array, to_js, JsException)


def first_line(error: Exception) -> str:
    """The first line of an error's message."""
    return (str(error).strip().splitlines() or ["no reason given"])[0][:200]
