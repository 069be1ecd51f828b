"""The kernel call that is explained: one of a plan, or a kernel with sizes, whose buffers are as long as it needs."""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scnn.compiler.analysis.accesses import find_accesses
from scnn.compiler.analysis.affine import INT32, Affine, range_of
from scnn.compiler.from_text import TextKernel, kernels_from
from scnn.compiler.frontend import parse
from scnn.compiler.syntax import syntax_tree
from scnn.compiler.tree import Function, Repeat
from scnn.errors import ConfigError
from scnn.plan import Argument, Buffer, Call, Loop, Plan, allocate

__all__ = ["Subject", "calls_in", "call_with_sizes", "kernel_in_file"]

KINDS = {"Float32Buffer": "float32", "Int32Buffer": "int32", "Uint8Buffer": "uint8"}
LONGEST = 2**26  # elements of one buffer that is inferred


@dataclass(frozen=True)
class Subject:
    """A call, and the plan that has its buffers."""

    call: Call
    plan: Plan


def calls_in(steps: Iterable[Call | Loop]) -> Iterator[Call]:
    for step in steps:
        if isinstance(step, Call):
            yield step
        else:
            yield from calls_in(step.body)


def call_with_sizes(kernel: Callable[..., Any], given: Mapping[str, float]) -> Subject:
    """A call of a kernel with these sizes. `given` has a number for each Size, and may have one for a scalar (a
    Float32 is 1.0 and an Int32 is passed when the kernel runs, otherwise) and the length of a buffer; other buffers
    are as long as the indices ask for. Raises ConfigError for what is missing or unknown."""
    function = parse(kernel)
    kinds = {parameter.name: parameter.kind for parameter in function.parameters}
    unknown = sorted(given.keys() - kinds.keys())
    missing = [name for name, kind in kinds.items() if kind == "Size" and name not in given]
    if unknown:
        raise ConfigError(f"{function.name} has no parameter {unknown[0]}; it has {', '.join(kinds)}")
    if missing:
        raise ConfigError(f"{function.name} needs sizes: {' '.join(f'--size {name}=…' for name in missing)}")
    numbers: dict[str, float] = {}
    for name, kind in kinds.items():
        if kind in ("Size", "Int32") and name in given:
            if given[name] != int(given[name]):
                raise ConfigError(f"{name} of {function.name} is a whole number, got {given[name]}")
            numbers[name] = int(given[name])
        elif kind == "Float32":
            numbers[name] = float(given.get(name, 1.0))
    lengths = buffer_lengths(function, numbers, {n: int(v) for n, v in given.items() if n not in numbers})
    buffers = allocate({name: (KINDS[kinds[name]], (length,)) for name, length in lengths.items()})
    arguments: dict[str, Argument] = {name: numbers.get(name, name) for name in kinds}
    return Subject(Call(kernel, arguments), Plan(buffers, {}))


def buffer_lengths(function: Function, numbers: Mapping[str, float], given: Mapping[str, int]) -> dict[str, int]:
    """The length of each buffer: as given, or one more than the largest index that its accesses can have."""
    buffers = {p.name: Buffer(p.name, KINDS[p.kind], (LONGEST,), 0) for p in function.parameters if p.is_buffer}
    names = {
        p.name: Affine(int(numbers[p.name])) if p.kind != "Float32" and p.name in numbers else None
        for p in function.parameters
        if not p.is_buffer
    }
    whole = Repeat(ast.Pass(lineno=1, col_offset=0), "the whole kernel", "range", (), None, function.body)
    found = find_accesses(whole, 1, function, names, buffers, {})
    lengths = dict.fromkeys(buffers, 1)
    for access in found.found:
        _, high = range_of(access.index, found.ranges)
        lengths[access.buffer] = max(lengths[access.buffer], high + 1)
    lengths |= given
    for name, length in lengths.items():
        if length > LONGEST or length == INT32[1] + 1:
            raise ConfigError(f"the sizes do not determine the length of {name}: give it, such as --size {name}=64")
    return lengths


def kernel_in_file(path: str, name: str) -> TextKernel:
    """A kernel of a user's file, which is read and not executed: of the file's statements the functions of the kernel
    language, and the numbers, are kept."""
    try:
        text = Path(path).read_text()
        module = syntax_tree(text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    except (SyntaxError, ValueError):
        kernels_from(text, path)  # says where
        raise ConfigError(f"{path} is not Python") from None
    lines = text.splitlines()
    kept = [""] * len(lines)
    for node in module.body:
        if is_kernel(node) or is_number(node):
            kept[node.lineno - 1 : node.end_lineno] = lines[node.lineno - 1 : node.end_lineno]
    kernels = kernels_from("\n".join(kept), path)
    if name not in kernels:
        raise ConfigError(f"{path} has no kernel {name}; it has {', '.join(kernels) or 'none'}")
    return kernels[name]


def is_kernel(node: ast.stmt) -> bool:
    if not isinstance(node, ast.FunctionDef) or not node.args.args:
        return False
    kinds = [one.annotation.id if isinstance(one.annotation, ast.Name) else "" for one in node.args.args]
    return all(kind in (*KINDS, "Size", "Float32", "Int32") for kind in kinds)


def is_number(node: ast.stmt) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name()], value=ast.Constant(value=int() | float())):
            return True
        case ast.Assign(targets=[ast.Name()], value=ast.UnaryOp(op=ast.USub(), operand=ast.Constant())):
            return True
    return False
