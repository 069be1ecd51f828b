"""Derived backward kernels: against finite differences, and in every engine."""

from array import array
from itertools import product
from typing import Any

import pytest

from scnn.compiler import TextKernel, kernels_from
from scnn.compiler.derive import derive, derive_all
from tests.compiler.derive.trial import CASES, Case, Trial
from tests.compiler.support import bits, engines, plan_of, run


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("made", [False, True], ids=["added", "made"])
def test_against_finite_differences(case: Case, made: bool) -> None:
    """Each gradient agrees with central differences of the forward kernel, added to what was there or made new."""
    trial = Trial(case)
    assert trial.inputs
    after = trial.backward(made)
    for wanted in trial.inputs:
        there = 0.0 if made or wanted in trial.outputs else 1.0
        expected = [there + value for value in trial.differences(wanted)]
        assert after[f"d_{wanted}"] == pytest.approx(expected, rel=1e-4, abs=2e-5), wanted


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_engine_runs_it(case: Case) -> None:
    """A derived kernel compiles, with its lanes and without; compiled it gives the exact interpreter's bits, and
    everywhere the float64 values, rounded."""
    trial = Trial(case)
    for derived in derive_all(case.kernel, sizes=case.sizes):
        buffers: dict[str, Any] = trial.forward() | {f"d_{one}": list(w) for one, w in trial.weights.items()}
        for one in trial.inputs:
            buffers.setdefault(f"d_{one}", [0.0] * len(trial.start[one]))
        used = {name: buffers[name] for name in derived.parameters if name in buffers}
        plan = plan_of(derived.kernel, {name: len(values) for name, values in used.items()}, case.sizes)
        results = {name: run(engine, used) for name, engine in engines(plan).items()}
        trial.call(derived.kernel, buffers)
        for name in used:
            assert bits(results["compiled"][name]) == bits(results["interpreted"][name]), name
        for engine, name in product(results, used):
            assert list(results[engine][name]) == pytest.approx(buffers[name], rel=1e-3, abs=1e-4), (engine, name)


def test_a_kernel_from_a_text_is_never_executed() -> None:
    """Its derived kernel is one from a text, too, and runs like any other."""
    text = "def halved(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:\n"
    text += "    for i in lanes(size):\n        output[i] = 0.5 * input[i] * input[i]\n"
    derived = derive(kernels_from(text, "a text")["halved"], ["input"], made=["input"])
    assert isinstance(derived.kernel, TextKernel)
    d_input, d_output, values = array("f", [9.0, 9.0]), array("f", [1.0, 2.0]), array("f", [3.0, 5.0])
    derived.kernel(d_input, d_output, values, 2)
    assert list(d_input) == [3.0, 10.0]
