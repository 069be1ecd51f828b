"""What the compiler's tests share: one kernel as a plan of its own, run by any engine."""

import ast
import linecache
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from scnn import language
from scnn.compiler import Options
from scnn.compiler.errors import Source
from scnn.compiler.from_text import TextKernel
from scnn.compiler.syntax import syntax_tree
from scnn.engines.engine import Engine
from scnn.engines.hosts import WasmtimeHost
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import WasmEngine
from scnn.plan import ELEMENT_TYPES, Call, Plan, Procedure, allocate

KINDS = {element.annotation: name for name, element in ELEMENT_TYPES.items()}
OFF = Options(lanes=False, blocked=False, unrolled=False, fold=False, share=False, hoist=False)
PLAIN = Options(fold=False, share=False, hoist=False)  # what no bit and no error may depend on
WORDS = {name: getattr(language, name) for name in language.__all__}

numbers = count()

ENGINES: dict[str, Callable[[Plan], Engine]] = {
    "compiled": lambda plan: WasmEngine(plan, WasmtimeHost()),
    "plain": lambda plan: WasmEngine(plan, WasmtimeHost(), PLAIN),
}


def kernel_of(source: str, **known: Any) -> Callable[..., Any]:
    """The last function of a source text, as if it were in a file (its lines are stored for messages)."""
    file = f"made/kernel_{next(numbers)}.py"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    names: dict[str, Any] = {**WORDS, **known}
    exec(compile(source, file, "exec"), names)
    kernels: list[Callable[..., Any]] = [
        value for value in names.values() if getattr(value, "__module__", None) is None and callable(value)
    ]
    return kernels[-1]


def given_of(source: str) -> TextKernel:
    """The last function of a source text as a kernel from a text, which takes less time than one of Python's."""
    names, kernel = dict(WORDS), None
    where = Source(f"made/kernel_{next(numbers)}.py", 1, tuple(source.splitlines()))
    for definition in syntax_tree(source).body:
        assert isinstance(definition, ast.FunctionDef)
        kernel = names[definition.name] = TextKernel(definition, where, names)
    assert kernel
    return kernel


def annotations_of(kernel: Callable[..., Any]) -> Mapping[str, object]:
    if isinstance(kernel, TextKernel):
        return {
            parameter.arg: ast.unparse(parameter.annotation)
            for parameter in kernel.definition.args.args
            if parameter.annotation
        }
    return kernel.__annotations__


def plan_of(
    kernel: Callable[..., Any],
    lengths: Mapping[str, int],
    sizes: Mapping[str, float],
    alias: Mapping[str, str] | None = None,
) -> Plan:
    """A plan with one buffer for each buffer parameter, and the procedure `run` that calls the kernel once;
    parameters without a size are arguments of `run`. `alias` gives a parameter the buffer of another one."""
    annotations, alias = annotations_of(kernel), alias or {}
    kinds = {name: kind_of(annotations[name]) for name in lengths}
    buffers = allocate({name: (kinds[name], (length,)) for name, length in lengths.items()})
    arguments = {name: sizes.get(name, alias.get(name, name)) for name in annotations if name != "return"}
    passed = tuple(
        str(argument) for argument in arguments.values() if argument not in buffers and argument in annotations
    )
    return Plan(buffers, {"run": Procedure("run", passed, (Call(kernel, arguments),))})


def kind_of(annotation: object) -> str:
    return KINDS[getattr(annotation, "__name__", str(annotation))]


def engines(plan: Plan) -> dict[str, Engine]:
    """The exact interpreter, the compiled engine, and the compiled engine without any transformation."""
    host = WasmtimeHost()
    return {
        "interpreted": Interpreter(plan, exact=True),
        "compiled": WasmEngine(plan, host),
        "plain": WasmEngine(plan, host, OFF),
    }


def run(engine: Engine, inputs: Mapping[str, Sequence[float]], *arguments: int) -> dict[str, "array[Any]"]:
    """All buffers after one run on these inputs."""
    for name, values in inputs.items():
        engine.write(name, values)
    engine.run("run", *arguments)
    return {name: engine.read(name) for name in engine.plan.buffers}


def bits(values: Iterable[Any]) -> list[Any]:
    """The bits to compare: all NaNs are equal, and -0.0 differs from 0.0."""
    return ["nan" if value != value else (value, str(value)) for value in values]
