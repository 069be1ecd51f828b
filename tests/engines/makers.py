"""The engines that tests compare: kernels, layers and networks behave the same on each of them."""

from collections.abc import Callable

from scnn.compiler import Options
from scnn.engines.engine import Engine
from scnn.engines.hosts import WasmtimeHost
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import WasmEngine
from scnn.plan import Plan

OFF = Options(lanes=False, blocked=False, unrolled=False, fold=False, share=False, hoist=False)

MAKERS: dict[str, Callable[[Plan], Engine]] = {
    "interpreted": Interpreter,
    "exact": lambda plan: Interpreter(plan, exact=True),
    "compiled": lambda plan: WasmEngine(plan, WasmtimeHost()),
    "plain": lambda plan: WasmEngine(plan, WasmtimeHost(), OFF),  # with every transformation off
}
