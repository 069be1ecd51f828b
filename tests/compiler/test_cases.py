"""A table of kernels: each gives the exact interpreter's bits, is refused, or stops with the same error at the same
line."""

import re
from collections.abc import Mapping, Sequence

import pytest

from scnn.compiler import KernelError
from scnn.engines.engine import Engine
from scnn.engines.interpreter import Interpreter
from scnn.errors import KernelBoundsError, KernelDivisionError
from scnn.plan import Plan
from tests.compiler.cases import CASES, CASES_BY_KIND, Case
from tests.compiler.support import ENGINES, bits, kernel_of, plan_of, run

STOPS = {KernelBoundsError: "outside", KernelDivisionError: "zero divisor"}


def outcome(engine: Engine, inputs: Mapping[str, Sequence[float]]) -> tuple[str, object]:
    """How a run ends: with all buffers' bits, or with an error and its line."""
    try:
        after = run(engine, inputs)
    except (KernelBoundsError, KernelDivisionError) as error:
        found = re.search(r"\.py:(\d+)\n", str(error))
        assert found
        return STOPS[type(error)], int(found[1])
    return "same", [bits(values) for values in after.values()]


def plan_for(case: Case) -> Plan:
    return plan_of(kernel_of(case.source), case.lengths, case.sizes, case.alias)


@pytest.mark.parametrize("case", [*CASES, *CASES_BY_KIND], ids=lambda case: case.name)
def test_every_case_ends_by_the_rule(case: Case) -> None:
    """As the table says, and as the exact interpreter does."""
    exact = None
    for name, make in ENGINES.items():
        try:
            engine = make(plan_for(case))
        except KernelError as error:
            assert case.ends == "refused", error
            assert "; expected " in str(error)
            continue
        assert case.ends != "refused", f"{name} compiles it"
        exact = Interpreter(plan_for(case), exact=True)
        runs = [case.inputs] if case.then is None else [case.inputs, case.then]
        for number, inputs in enumerate(runs):
            expected = outcome(exact, inputs)
            assert number or expected[0] == case.ends
            assert outcome(engine, inputs) == expected, name
