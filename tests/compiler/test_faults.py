"""Faults that are injected into the compiler, and found by random kernels. `--faults N` tries N kernels for each."""

import pytest

from tests.compiler.faults import FAULTS, ROOT, Fault, table


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_text_of_a_fault_is_in_its_file(fault: Fault) -> None:
    """The text occurs exactly once, so that the fault can be injected."""
    assert (ROOT / fault.file).read_text().count(fault.text) == 1
    assert fault.text != fault.fault


def test_random_kernels_find_faults(request: pytest.FixtureRequest) -> None:
    """Prints how many kernels it takes for each; all are found."""
    kernels = int(request.config.getoption("--faults"))
    if not kernels:
        pytest.skip("takes minutes for each fault; --faults N tries N kernels for each")
    lines = []
    for line in table(kernels):
        print(line, flush=True)
        lines.append(line)
    missed = [line for line in lines if "not in" in line]
    assert not missed
