"""Indices outside a buffer: both engines raise an error that names the line and the buffer, and store nothing."""

import pytest

from scnn.compiler import compile_plan
from scnn.errors import KernelBoundsError
from tests.compiler.support import kernel_of, plan_of
from tests.engines.makers import MAKERS

READS = """
def kernel(out: Float32Buffer, x: Float32Buffer, n: Int32Buffer, size: Size):
    for i in range(size):
        out[i] = x[n[i]]
"""
STORES = """
def kernel(out: Float32Buffer, x: Float32Buffer, n: Int32Buffer, size: Size):
    for i in range(size):
        out[n[i]] = x[i]
"""
IN_LANES = """
def kernel(out: Float32Buffer, x: Float32Buffer, n: Int32Buffer, size: Size):
    first = n[0]
    for i in lanes(size):
        out[i] = x[first + i]
"""
LENGTHS = {"out": 8, "x": 8, "n": 4}


@pytest.mark.parametrize("engine", MAKERS)
@pytest.mark.parametrize(("source", "line", "buffer"), [(READS, 4, "x"), (STORES, 4, "out"), (IN_LANES, 5, "x")])
@pytest.mark.parametrize("index", [-1, 8, 2**31 - 1, -(2**31)])
def test_an_index_from_data(engine: str, source: str, line: int, buffer: str, index: int) -> None:
    """Indices from data are checked at run time; negative indices do not count from the end."""
    made = MAKERS[engine](plan_of(kernel_of(source), LENGTHS, {"size": 4}))
    made.write("n", [index, 0, 0, 0])
    with pytest.raises(KernelBoundsError) as caught:
        made.run("run")
    message = str(caught.value)
    assert f".py:{line}\n" in message
    assert message.endswith(f"the index lies outside {buffer}, whose length is 8")
    assert not any(made.read("out"))
    element = {READS: "x[n[i]]", STORES: "out[n[i]]", IN_LANES: "x[first + i]"}[source]
    marked = [(label.line, label.source) for label in caught.value.labels]
    assert marked == ([] if engine == "interpreted" else [(line, element)])


@pytest.mark.parametrize("engine", MAKERS)
@pytest.mark.parametrize("first", [0, 4])
def test_indices_up_to_the_last_element_are_no_error(engine: str, first: int) -> None:
    """Groups of four elements, from the first position to the last possible one."""
    made = MAKERS[engine](plan_of(kernel_of(IN_LANES), LENGTHS, {"size": 4}))
    made.write("n", [first])
    made.write("x", range(8))
    made.run("run")
    assert list(made.read("out"))[:4] == [first, first + 1, first + 2, first + 3]


def test_lanes_that_would_reach_over_the_end() -> None:
    """The last of four lanes is checked, not only the first."""
    made = MAKERS["compiled"](plan_of(kernel_of(IN_LANES), LENGTHS, {"size": 4}))
    made.write("n", [5])
    with pytest.raises(KernelBoundsError):
        made.run("run")


@pytest.mark.parametrize(
    ("body", "checks"),
    [
        ("for i in range(8):\n        out[i] = x[7 - i]", 0),
        ("for i in range(8):\n        out[i] = x[n[i % 4] & 7]", 0),
        ("for i in range(8):\n        out[i] = x[n[i // 2] % 8]", 0),
        ("for i in range(8):\n        out[i] = x[n[i // 2]]", 1),
        ("for i in range(8):\n        out[i] = x[n[0] + i]", 1),
    ],
)
def test_proven_indices_are_not_checked(body: str, checks: int) -> None:
    """The compiler proves indices in range from constant sizes, masks and remainders."""
    source = f"def kernel(out: Float32Buffer, x: Float32Buffer, n: Int32Buffer):\n    {body}\n"
    assert len(compile_plan(plan_of(kernel_of(source), LENGTHS, {})).sites) == checks
