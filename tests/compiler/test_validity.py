"""A validator that is independent of the compiler accepts every module."""

import pytest

from scnn.compiler import KernelError, compile_plan
from scnn.compiler.__main__ import plan_of as plan_of_preset
from scnn.experiments.presets import PRESETS
from tests.compiler.cases import CASES
from tests.compiler.programs import PROGRAMS, Program
from tests.compiler.support import PLAIN, kernel_of, plan_of
from tests.compiler.validator import validate


def test_the_validator_refuses_an_invalid_module() -> None:
    """With one changed byte of a valid module, an instruction lacks its operand."""
    plan = plan_of(kernel_of("def kernel(out: Float32Buffer):\n    out[0] = 1.5\n"), {"out": 4}, {})
    code = compile_plan(plan).code
    validate(code)
    at = code.index(b"\x43\x00\x00\xc0\x3f")  # f32.const 1.5
    with pytest.raises(ValueError, match="type mismatch"):
        validate(code[:at] + b"\x41\x80\x80\x80\x00" + code[at + 5 :])


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_presets(preset: str) -> None:
    """All procedures of a preset's training."""
    validate(compile_plan(plan_of_preset(preset)).code)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_programs(program: Program) -> None:
    """The modules are valid with all transformations and without them."""
    plan = plan_of(program.kernel, program.lengths, program.sizes)
    for options in (None, PLAIN):
        validate(compile_plan(plan, options).code)


def test_cases() -> None:
    """The kernels of the table that compile."""
    compiled = 0
    for case in CASES:
        try:
            code = compile_plan(plan_of(kernel_of(case.source), case.lengths, case.sizes, case.alias)).code
        except KernelError:
            continue
        validate(code)
        compiled += 1
    assert compiled > 60
