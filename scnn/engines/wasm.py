"""The compiled engine: the plan's kernels as WebAssembly, on the host that it is given."""

from array import array
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from scnn.engines.engine import Values, elements
from scnn.engines.hosts import Host, HostError, default_host
from scnn.errors import ConfigError
from scnn.plan import ELEMENT_TYPES, Buffer, Plan

if TYPE_CHECKING:
    from scnn.compiler import Options

__all__ = ["WasmEngine", "compiled"]


class WasmEngine:
    """Compiles a plan once, and then makes one call for each run. The memory is the module's own."""

    def __init__(self, plan: Plan, host: Host, options: "Options | None" = None) -> None:
        from scnn.compiler import compile_plan

        self.plan = plan
        self.module = compile_plan(plan, options)
        self.instance = host.instantiate(self.module.code)
        self.functions: dict[str, Callable[..., None]] = {
            name: self.instance.function(name) for name in plan.procedures
        }

    @classmethod
    def on(cls, host: Host) -> "Callable[[Plan], WasmEngine]":
        """Makes engines on one host."""
        return lambda plan: cls(plan, host)

    def read(self, buffer: str) -> Values:
        place = self.buffer(buffer)
        values = array(ELEMENT_TYPES[place.kind].array_code)
        values.frombytes(self.instance.read(place.offset, place.size))
        return values

    def write(self, buffer: str, values: Iterable[float] | bytes, start: int = 0) -> None:
        place = self.buffer(buffer)
        new = elements(place, values, start)
        self.instance.write(place.offset + start * new.itemsize, new.tobytes())

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
    What trains and infers unless another engine is asked for. Raises HostError where there is no host."""
    return WasmEngine(plan, default_host())
