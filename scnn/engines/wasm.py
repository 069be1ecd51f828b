"""The compiled engine: runs a plan's kernels as WebAssembly on a host."""

from array import array
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from scnn.engines.engine import Values, elements
from scnn.engines.hosts import Host, HostError, default_host
from scnn.engines.modules import module_of
from scnn.errors import ConfigError
from scnn.plan import ELEMENT_TYPES, Buffer, Plan

if TYPE_CHECKING:
    from scnn.compiler import Options

__all__ = ["WasmEngine", "compiled"]


class WasmEngine:
    """Compiles a plan once; each run is then one call. The buffers are in the module's own memory."""

    def __init__(self, plan: Plan, host: Host, options: "Options | None" = None) -> None:
        self.plan = plan
        self.module = module_of(plan, options)
        self.instance = host.instantiate(self.module.code)
        self.functions: dict[str, Callable[..., None]] = {
            name: self.instance.function(name) for name in plan.procedures
        }

    @classmethod
    def on(cls, host: Host) -> "Callable[[Plan], WasmEngine]":
        """A factory of engines on one host."""
        return lambda plan: cls(plan, host)

    def read(self, buffer: str) -> Values:
        source = self.buffer(buffer)
        values = array(ELEMENT_TYPES[source.kind].array_code)
        values.frombytes(self.instance.read(source.offset, source.size))
        return values

    def write(self, buffer: str, values: Iterable[float] | bytes, start: int = 0) -> None:
        target = self.buffer(buffer)
        new = elements(target, values, start)
        self.instance.write(target.offset + start * new.itemsize, new.tobytes())

    def run(self, procedure: str, *arguments: int) -> None:
        if procedure not in self.functions:
            raise ConfigError(f"the plan has no procedure {procedure!r}; it has {', '.join(self.functions)}")
        try:
            self.functions[procedure](*arguments)
        except HostError as error:
            number = self.instance.site()
            if number < 0:
                raise
            raise self.module.sites[number].error() from error

    def buffer(self, name: str) -> Buffer:
        if name not in self.plan.buffers:
            raise ConfigError(f"the plan has no buffer {name!r}")
        return self.plan.buffers[name]


def compiled(plan: Plan) -> WasmEngine:
    """A compiled engine on this Python's own host: wasmtime on a desktop, the browser's WebAssembly in any Pyodide.
    The default engine. Raises HostError if there is no host."""
    return WasmEngine(plan, default_host())
