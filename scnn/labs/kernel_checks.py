"""How kernels are compared: results of an answer with those of a reference, on the same random inputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from scnn import kernels
from scnn.compiler import KernelError, kernels_from
from scnn.compiler.frontend import parse
from scnn.compiler.tree import Parameter
from scnn.engines.engine import EngineFactory, Values
from scnn.engines.interpreter import Interpreter
from scnn.errors import AnswerError, KernelStop, LabError
from scnn.labs.bench import run_call
from scnn.labs.fields import Fields
from scnn.labs.kernel_cases import Case, cases_in, rules_in
from scnn.labs.remarks import Remark
from scnn.labs.task import plain
from scnn.plan import ELEMENT_TYPES, Kernel, Plan

__all__ = ["MAX_SOURCE", "Equals", "element", "exact", "parameters_of", "run_case", "worst"]

MAX_SOURCE = 20_000  # characters of a kernel's text
STEPS = 200_000  # of one kernel call: half a second in a tab

Buffers = Mapping[str, tuple[str, Sequence[float]]]  # element type and values


@dataclass(frozen=True)
class Equals:
    """`equals`: the results are those of a `reference`, the name of a kernel in scnn.kernels or a text with a kernel,
    to a relative `tolerance`."""

    reference: Kernel
    cases: list[Case]
    tolerance: float

    @classmethod
    def read(cls, fields: Fields) -> "Equals":
        reference = fields.read("reference", reference_of, "the name of a kernel, or its text")
        parameters = parameters_of(reference)
        rules = rules_in(fields)
        expected = [one.name for one in parameters if one.is_buffer]
        if list(rules) != expected:
            fields.refuse(
                "buffers", f"an entry for each of the reference's buffers: {', '.join(expected)}", list(rules)
            )
        for one in parameters:
            if one.is_buffer and ELEMENT_TYPES[rules[one.name].kind].annotation != one.kind:
                fields.refuse(f"buffers.{one.name}.type", f"that of a {one.kind}", rules[one.name].kind)
        cases = cases_in(fields, rules, {one.name: one.kind for one in parameters if not one.is_buffer})
        return cls(reference, cases, fields.number("tolerance", 0, 1, 1e-4))

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return parameters_of(self.reference)

    def inputs(self, case: Case) -> Buffers:
        """The buffers that the answer gets."""
        return case.buffers

    def expected(self, case: Case) -> dict[str, Values]:
        try:
            return run_case(self.reference, case, case.buffers, exact)
        except (KernelError, KernelStop) as error:
            raise LabError(f"the reference of this exercise does not run with {case.size_text}: {error}") from None

    def compare(self, case: Case, results: Mapping[str, Values]) -> Remark | None:
        """The first buffer that differs, where it differs most; None if all are right."""
        for name, wanted in self.expected(case).items():
            at = worst(wanted, results[name], self.tolerance)
            if at is not None:
                values = {"got": plain(results[name][at]), "expected": plain(wanted[at])}
                key = "kernel_touched" if case.rules[name].constant else "kernel_differs"
                return Remark(key, {"sizes": case.size_text, "element": element(name, case, at), **values})
        return None


def exact(plan: Plan) -> Interpreter:
    """The exact interpreter, with a limit of steps."""
    return Interpreter(plan, exact=True, steps=STEPS)


def reference_of(value: object) -> Kernel:
    """The kernel of a name in scnn.kernels, or the last one of a text."""
    if not isinstance(value, str) or len(value) > MAX_SOURCE:
        raise AnswerError("expected the name of a kernel, or its text")
    if value in kernels.__all__:
        kernel: Kernel = getattr(kernels, value)
        return kernel
    if value.isidentifier():
        raise AnswerError(f"there is no kernel {value!r}; expected one of: {', '.join(kernels.__all__)}")
    found = kernels_from(value, "the reference")
    if not found:
        raise AnswerError("the text has no kernel")
    return list(found.values())[-1]


def parameters_of(kernel: Kernel) -> tuple[Parameter, ...]:
    return tuple(parse(kernel).parameters)


def run_case(
    kernel: Kernel,
    case: Case,
    buffers: Buffers,
    make_engine: EngineFactory,
    names: Mapping[str, str] | None = None,
) -> dict[str, Values]:
    """The buffers after the kernel has run, by their own names; `names` are what the kernel calls its parameters."""
    names = names or {name: name for name in (*buffers, *case.sizes)}
    sizes = {names[name]: value for name, value in case.sizes.items() if name in names}
    results = run_call(kernel, {names[name]: entry for name, entry in buffers.items()}, sizes, make_engine)
    return {name: results[names[name]] for name in buffers}


def worst(wanted: Values, got: Values, tolerance: float) -> int | None:
    """The position of the largest error that is not rounding; None if there is none."""
    scale = 0.01 * max((abs(value) for value in wanted if value == value), default=0.0)
    found, at = 0.0, None
    for position, (one, other) in enumerate(zip(wanted, got, strict=True)):
        if one == other or (one != one and other != other):
            continue
        error = abs(one - other) / max(abs(one), scale, 1e-12)
        if not error <= max(found, tolerance):  # NaN is the worst
            found, at = (error if error == error else float("inf")), position
    return at


def element(name: str, case: Case, at: int) -> str:
    """An element of a buffer by its index in the buffer's shape: d_weights[0, 1, 2]."""
    shape = case.shape(name)
    index = next(value for count, value in enumerate(product(*map(range, shape))) if count == at)
    return f"{name}[{', '.join(map(str, index))}]"
