"""What has no derivative is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from scnn.compiler import KernelError
from scnn.compiler.derive import derive
from scnn.language import (
    Float32Buffer,
    Int32Buffer,
    Size,
    float_to_bits,
)
from tests.compiler.derive.forward_kernels import leaky


def running_product(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    product = 1.0
    for i in range(size):
        product = product * input[i]
    output[0] = product


def scattered(output: Float32Buffer, input: Float32Buffer, place: Int32Buffer, size: Size) -> None:
    for i in range(size):
        output[place[i]] = input[i]


def squared_in_place(values: Float32Buffer, size: Size) -> None:
    for i in range(size):
        values[i] = values[i] * values[i]


def shifted_in_place(values: Float32Buffer, size: Size) -> None:
    for i in range(size):
        values[i] = values[i + 1]


def counted(count: Int32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in range(size):
        count[0] += 1 if input[i] > 0.0 else 0


def rounded(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in range(size):
        output[i] = float(int(input[i]))


def by_bits(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in range(size):
        output[i] = input[i] * float(float_to_bits(input[i]) & 1)


@pytest.mark.parametrize(
    ("kernel", "wanted", "line", "words"),
    [
        (running_product, "input", "product = product * input[i]", "product as it was in the middle of this loop"),
        (scattered, "input", "output[place[i]] = input[i]", "an element of output twice"),
        (squared_in_place, "values", "values[i] = values[i] * values[i]", "a value of values that this kernel over"),
        (shifted_in_place, "values", "values[i] = values[i + 1]", "overwritten at different indices"),
        (counted, "input", "count[0] += 1", "stores no float32"),
        (rounded, "input", "output[i] = float(int(input[i]))", "only through integers and comparisons"),
        (by_bits, "input", "output[i] = input[i]", "bits of a number have no derivative"),
        (leaky, "slope", "", "slope has no gradient; expected one of input"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_refused(kernel: Callable[..., Any], wanted: str, line: str, words: str) -> None:
    """What has no derivative is refused, with the line and the reason."""
    with pytest.raises(KernelError) as caught:
        derive(kernel, [wanted])
    assert line in str(caught.value) and words in str(caught.value)
