"""Every program of the table: interpreted, compiled, and compiled without any transformation."""

import math

import pytest

from scnn.engines.interpreter import Interpreter
from tests.compiler.programs import PROGRAMS, Program
from tests.compiler.support import bits, engines, plan_of, run

# Sums in lanes are added in another order than in Python, and those of the plain interpreter in float64: of n
# numbers' sum, each addition rounds by at most 2^-24 of what it has. The table's sums have at most 400 terms.
RELATIVE = 400 * 2.0**-24


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_all_engines_agree(program: Program) -> None:
    """Every buffer agrees with the plain interpreter within the bound for float32."""
    plan = plan_of(program.kernel, program.lengths, program.sizes)
    expected = run(Interpreter(plan, exact=program.name.startswith("arithmetic")), program.inputs)
    for name, engine in engines(plan).items():
        found = run(engine, program.inputs)
        for buffer, values in expected.items():
            scale = max((abs(value) for value in values if math.isfinite(value)), default=1.0)
            for at, (one, other) in enumerate(zip(found[buffer], values, strict=True)):
                same = bits([one]) == bits([other])
                near = abs(one - other) <= RELATIVE * min(max(scale, 1e-30), 100.0)
                assert same or near, f"{name}: {buffer}[{at}] is {one}, not {other}"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_compiled_is_interpreted_to_the_bit(program: Program) -> None:
    """Every buffer has the bits of the exact interpreter."""
    plan = plan_of(program.kernel, program.lengths, program.sizes)
    made = engines(plan)
    one, other = run(made["compiled"], program.inputs), run(made["interpreted"], program.inputs)
    for buffer, values in other.items():
        assert bits(one[buffer]) == bits(values), buffer
