"""Backward kernels, derived from forward kernels: reverse-mode differentiation, from source to source.

    forward                               derived
    for j in blocked(outputs, 4):         for j in range(outputs):
        total = 0.0                           gradient = d_output[j]
        for i in lanes(inputs):               if gradient != 0.0:
            total += W[j, i] * input[i]           d_bias[j] += gradient
        output[j] = total + bias[j]               for i in lanes(inputs):
                                                      d_weights[j, i] += gradient * input[i]

**Result.** `derive(kernel, wanted)` returns the text of one kernel, in the same language, that computes the gradients
of the buffers `wanted`. Its parameters are the gradients that it computes, the gradients that it reads, and those of
the forward kernel's parameters that it needs. It adds to gradients (`d_weights[…] += …`), so that they are summed
over a batch; a gradient in `made` is assigned if the kernel writes each of its first elements once, and
`Derived.made` is the number of these elements.

**Method.** The typed tree goes through these steps, with one module for each:

1. `prepare` rewrites the forward kernel so that it can be reversed: it inlines kernels that are called as statements,
   passes elements that are stored and read again through locals, and names stored expressions, roots and
   exponentials. `chosen` finds maxima, whose gradient goes to the chosen element, and stores its position.
2. `versions` gives each value its own name. Only a value that a loop carries keeps one name throughout the loop.
3. `reverse` processes the statements from last to first, and writes the effect of each on the gradients (`flow`: the
   chain rule in expressions). Before the gradients of a block it repeats the block, to recompute the values that they
   need.
4. `liveness` removes unused statements, which are most of the repeated ones. Values that are expensive to recompute
   and that the forward kernel stored (a winner, a mask, a probability) are read from the buffer.
5. `tidy` and `restructure` make the kernel readable: values are inlined where they are used, nested loops that count
   one index become one loop, and sums are kept in locals. `guards` skips loops whose terms are all zero. These steps
   change the order of sums, so a derived kernel agrees with a hand-written one up to rounding, but not to the bit.
6. `speed` requests lanes for one loop after the other; the compiler decides.

**Correctness.** Each value has one name, so that repeating a block cannot overwrite a value that a later gradient
needs. A carried name has many values: the gradient of a sum needs none of them, and a kernel whose gradients need
others is refused. The iterations of a loop are reversed if it carries anything but sums. An output element must be
stored once, so that its gradient is that of this store; an element that is read and overwritten in one iteration
passes its gradient on in place. Integers and comparisons are step functions with derivative zero. A branch takes the
same side in the backward kernel as in the forward kernel, even at a kink: the ReLU `0.0 if x < 0.0 else x` passes a
gradient on at 0, and `max(x, 0.0)` does not.

**Refused kernels** (see `requirements`; the error has the source range): kernels that store no float32; kernels whose
gradients need values that were overwritten, or values from the middle of a loop; stores that may touch the same
element; the bits of a number.
"""

import linecache
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from types import FunctionType
from typing import Any

from scnn.compiler import compile_plan, kernels_from
from scnn.compiler.derive.derivation import Derivation, derivation, differentiable, outputs_of
from scnn.compiler.derive.expressions import reads_of, statements_in
from scnn.compiler.derive.flow import known_function
from scnn.compiler.derive.printing import text_of_function
from scnn.compiler.derive.speed import with_lanes
from scnn.compiler.errors import KernelError
from scnn.compiler.frontend import parse
from scnn.compiler.tree import Binary as BinaryOperation
from scnn.compiler.tree import Convert, Expression, Function, Invoke, Name, Number, Repeat, Statement
from scnn.plan import Argument, Call, Plan, Procedure, allocate

__all__ = ["Derived", "derive", "derive_all", "inputs_and_outputs"]

Statements = tuple[Statement, ...]

BUFFER_KINDS = {"Float32Buffer": "float32", "Int32Buffer": "int32", "Uint8Buffer": "uint8"}
SAMPLE_SIZES = (7, 11, 13, 5, 17, 3, 19, 23, 29, 31)  # where none are given: no two alike, none a multiple of four
SAMPLE_LENGTH = 1 << 24  # of each buffer while lanes are asked for: nothing is run


@dataclass(frozen=True)
class Derived:
    """A backward kernel. `text` is a module of its own; `kernel` is the function, to be called in plans."""

    name: str
    text: str
    kernel: Callable[..., object]
    parameters: tuple[str, ...]
    made: Mapping[str, Expression]  # buffers whose gradients it assigns → to how many elements, from the first on

    def elements_made(self, buffer: str, sizes: Mapping[str, Argument]) -> int:
        """How many elements of a buffer's gradient the kernel assigns, for these sizes."""
        return whole(self.made[buffer], sizes) if buffer in self.made else 0


def derive(
    kernel: Callable[..., object],
    wanted: Sequence[str],
    made: Iterable[str] = (),
    sizes: Mapping[str, Argument] | None = None,
) -> Derived:
    """The backward kernel for the gradients of the buffers `wanted`, with the lanes that are allowed for `sizes`.
    Raises KernelError, with the range of source, for what has no derivative."""
    function = parse(kernel)
    result = derivation(function, wanted, name_of(function, wanted), made)
    asked = [sizes] if sizes is not None else [samples(function, SAMPLE_SIZES), samples(function, SAMPLE_SIZES[::-1])]

    def accepts(statements: Statements) -> bool:
        changed = replace(result.function, body=statements)
        return all(compiles(module_text(changed, ""), changed, each) for each in asked)

    vectorised = replace(result.function, body=with_lanes(result.function.body, accepts))
    text = module_text(vectorised, docstring(function, wanted, result))
    return Derived(
        vectorised.name,
        text,
        kernel_of(text, vectorised.name, executed=isinstance(kernel, FunctionType)),
        tuple(parameter.name for parameter in vectorised.parameters),
        result.made,
    )


def derive_all(kernel: Callable[..., object], sizes: Mapping[str, Argument] | None = None) -> list[Derived]:
    """The backward kernels of all inputs: one for the first input, which it makes, and one for the others, to whose
    gradients it adds."""
    first, *others = inputs_and_outputs(kernel)[0] or [""]
    if not first:
        raise KernelError(f"{parse(kernel).name} reads no float32 buffer, so nothing has a gradient")
    rest = [derive(kernel, others, sizes=sizes)] if others else []
    return [*rest, derive(kernel, [first], made=[first], sizes=sizes)]


def inputs_and_outputs(kernel: Callable[..., object]) -> tuple[list[str], list[str]]:
    """The float32 buffers whose gradients can be asked for, and those that the kernel stores to."""
    function = parse(kernel)
    return differentiable(function), outputs_of(function)


def name_of(function: Function, wanted: Sequence[str]) -> str:
    """conv2d_backward_weights for the weights of conv2d_forward; without the input where there is only one."""
    stem = function.name.removesuffix("_forward")
    several = len(differentiable(function)) > len(wanted)
    return f"{stem}_backward_{wanted[0]}" if several else f"{stem}_backward"


def docstring(function: Function, wanted: Sequence[str], result: Derivation) -> str:
    outputs = [
        one for one in outputs_of(function) if f"d_{one}" in {each.name for each in result.function.parameters}
    ]
    gradients = " and ".join(f"∂L/∂{one}" for one in wanted)
    given = " and ".join(f"∂L/∂{one}" for one in outputs)
    how = "" if all(one in result.made or one in outputs for one in wanted) else " Adds to them."
    return f"{gradients} from {given}, by the chain rule through {function.name}.{how}"


# ------------------------------------------------------------------------------------- text and function


def module_text(function: Function, head: str) -> str:
    """The kernel with what it calls and imports."""
    helpers = helpers_of(function)
    used = sorted({one for each in (function, *helpers) for one in imports_of(each)})
    known = sorted({one.function.name for each in (function, *helpers) for one in calls_of(each) if is_known(one)})
    lines = [f"from scnn.kernels import {', '.join(known)}"] if known else []
    lines.append(f"from scnn.language import {', '.join(used)}")
    return (
        "\n".join(lines) + "\n\n\n" + "\n\n".join([*map(text_of_function, helpers), text_of_function(function, head)])
    )


def is_known(call: Invoke) -> bool:
    return bool(known_function(call.function))


def calls_of(function: Function) -> list[Invoke]:
    return [one for one in reads_of(function.body) if isinstance(one, Invoke)]


def helpers_of(function: Function) -> list[Function]:
    """The kernels that are called for a value, each after those that it calls."""
    found: dict[str, Function] = {}
    for one in calls_of(function):
        if not is_known(one):
            found |= {helper.name: helper for helper in helpers_of(one.function)}
            found[one.function.name] = one.function
    return list(found.values())


def imports_of(function: Function) -> set[str]:
    """The names of scnn.language that a kernel uses and has to import."""
    used = {parameter.kind for parameter in function.parameters}
    used |= {one.kind for one in statements_in(function.body) if isinstance(one, Repeat)}
    used |= {one.how for one in reads_of(function.body) if isinstance(one, Convert)}
    used |= {{"float32": "Float32", "int32": "Int32"}[function.returns]} if function.returns else set()
    return used - {"range", "float", "int", "abs"}


def kernel_of(text: str, name: str, executed: bool) -> Callable[..., object]:
    """The kernel of a derived text: a function, or, where the forward kernel is one that Python never executes, a
    kernel of that kind."""
    if not executed:
        return kernels_from(text, f"derived/{name}.py")[name]
    file = f"derived/{name}_{sha256(text.encode()).hexdigest()[:8]}.py"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    names: dict[str, Any] = {"__name__": "derived"}
    exec(compile(text, file, "exec"), names)
    function = names[name]
    assert isinstance(function, FunctionType)
    return function


# ------------------------------------------------------------------------------------- what the compiler says


def samples(function: Function, values: Sequence[int]) -> dict[str, Argument]:
    sizes = [parameter.name for parameter in function.parameters if parameter.kind == "Size"]
    return {size: values[position % len(values)] for position, size in enumerate(sizes)}


def compiles(text: str, function: Function, sizes: Mapping[str, Argument]) -> bool:
    """Whether the compiler takes the kernel for these sizes."""
    kernel = kernel_of(text, function.name, executed=False)
    kinds = {one.name: BUFFER_KINDS[one.kind] for one in function.parameters if one.is_buffer}
    buffers = allocate({name: (kind, (SAMPLE_LENGTH,)) for name, kind in kinds.items()})
    arguments: dict[str, Argument] = {}
    for parameter in function.parameters:
        given = sizes.get(parameter.name, 0.5 if parameter.kind == "Float32" else parameter.name)
        arguments[parameter.name] = parameter.name if parameter.is_buffer else given
    passed = tuple(one.name for one in function.parameters if arguments[one.name] == one.name and not one.is_buffer)
    try:
        compile_plan(Plan(buffers, {"run": Procedure("run", passed, (Call(kernel, arguments),))}))
    except KernelError:
        return False
    return True


def whole(expression: Expression, sizes: Mapping[str, Argument]) -> int:
    """The value of a product of sizes."""
    match expression:
        case Number(value=value):
            return int(value)
        case Name(name=size):
            return int(sizes[size])
        case BinaryOperation(operator="*", left=left, right=right):
            return whole(left, sizes) * whole(right, sizes)
        case BinaryOperation(operator="+", left=left, right=right):
            return whole(left, sizes) + whole(right, sizes)
        case BinaryOperation(operator="-", left=left, right=right):
            return whole(left, sizes) - whole(right, sizes)
        case BinaryOperation(operator="//", left=left, right=right):
            return whole(left, sizes) // whole(right, sizes)
    return 0  # not known: the gradient is zeroed before
