"""scnn as an ONNX backend, on ONNX's own node tests: each passes, or is refused with a reason, and none is wrong.

`python -m pytest tests/network/test_onnx_backend.py -s` prints the table of site/docs/reference/onnx.md.
"""

import importlib
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx.backend.test.case.node as cases
import pytest
from builder.paths import SOURCE

from scnn.errors import ModelError
from tests.network.onnx_backend import ScnnBackend

OPERATORS = [
    *(
        "add",
        "averagepool",
        "batch_normalization",
        "concat",
        "conv",
        "convtranspose",
        "div",
        "dropout",
        "flatten",
        "gelu",
    ),
    *("gemm", "globalaveragepool", "groupnormalization", "identity", "instance_normalization", "layernormalization"),
    *("leakyrelu", "matmul", "maxpool", "mul", "prelu", "reducemean", "relu", "reshape", "sigmoid", "sub", "tanh"),
]


def node_tests() -> Iterator[Any]:
    """ONNX's tests of these operators with four axes; importing their modules makes them."""
    for name in OPERATORS:
        importlib.import_module(f"{cases.__name__}.{name}")
    for case in cases._NodeTestCases:
        images = case.data_sets[0][0][:1]
        if images and np.ndim(images[0]) == 4 and "_expanded" not in case.name:
            yield case


CASES = list(node_tests())
EXPECTED = dict(
    re.findall(r"^\| `(test_\w+)` \| (.+?) \|$", (SOURCE / "docs/reference/onnx.md").read_text("utf-8"), re.M)
)


def outcome(case: Any) -> str:
    """Whether it passes, with the bounds of the test; or why it is refused."""
    for inputs, outputs in case.data_sets:
        try:
            found = ScnnBackend.prepare(case.model).run(inputs)
        except ModelError as error:
            return str(error).rpartition("cannot be imported: ")[2]
        for one, other in zip(found, outputs, strict=True):
            np.testing.assert_allclose(one, other, rtol=case.rtol, atol=max(case.atol, 1e-6), err_msg=case.name)
    return "passed"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_node_test(case: Any) -> None:
    """It passes or is refused as the documentation's table says; what is computed is always right."""
    assert EXPECTED[case.name] == outcome(case)


def test_the_table_is_complete() -> None:
    """It has these tests alone. What it should be is printed."""
    lines = [f"| `{case.name}` | {outcome(case)} |" for case in sorted(CASES, key=lambda case: str(case.name))]
    print("\n" + "\n".join(lines))
    assert list(EXPECTED) == sorted(case.name for case in CASES)
