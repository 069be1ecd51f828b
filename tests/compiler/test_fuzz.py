"""Differential fuzzing: random kernels on the exact interpreter and compiled. No bit and no error may differ.

`--fuzz N` sets how many kernels are made, `--fuzz-from SEED` where they begin. tests/compiler/README.md says how many
of them it takes to find each of a list of faults.
"""

import pytest

from scnn.compiler import KernelError, compile_plan
from tests.compiler.fuzzing import difference, fuzz, plan_for, shown_small, smaller
from tests.compiler.generator import example
from tests.compiler.validator import validate


def test_random_kernels(fuzz_count: int, fuzz_from: int) -> None:
    """With all transformations and with none, every kernel has the outcome of the interpreter."""
    ends, wrong = fuzz(range(fuzz_from, fuzz_from + fuzz_count))
    print(f"{ends.total()} kernels: {dict(ends)}")
    if wrong:
        pytest.fail(f"{wrong}\n{shown_small(int(wrong.split(':')[0].removeprefix('seed ')))}")
    if fuzz_count >= 1000:
        assert ends["same"] > ends.total() * 0.4, "too few of the kernels are lawful and run to their end"


def test_random_kernels_are_valid(fuzz_count: int, fuzz_from: int) -> None:
    """An independent validator accepts every tenth module."""
    for seed in range(fuzz_from, fuzz_from + fuzz_count, 10):
        try:
            code = compile_plan(plan_for(example(seed))).code
        except KernelError:
            continue
        validate(code)


def test_random_kernels_compile_to_the_same_bytes() -> None:
    """The same source gives the same module, regardless of earlier compilations."""
    for seed in range(40):
        try:
            one, other = (compile_plan(plan_for(example(seed))) for _ in range(2))
        except KernelError:
            continue
        assert one.code == other.code


def test_a_difference_is_minimised(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault that is injected into the compiler is found, and shown by an example of a few lines."""
    import scnn.compiler.wasm.expand.arithmetic as arithmetic

    monkeypatch.setitem(arithmetic.FLOAT, "-", "add")
    _, wrong = fuzz(range(300))
    seed = int(wrong.split(":")[0].removeprefix("seed "))
    found = smaller(example(seed))
    assert difference(found)
    assert len(found.source[found.source.index("def kernel") :].splitlines()) <= 5
    monkeypatch.undo()
    assert not difference(found)
