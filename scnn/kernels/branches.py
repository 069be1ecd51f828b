"""Sums and concatenations of two outputs, and of the gradients of an output that several layers read. Their layers:
`scnn.layers.branches`.

The backward kernels are derived.
"""

from scnn.language import Float32Buffer, Size, lanes

__all__ = ["add_forward", "concatenate_forward", "add_gradient"]


def add_forward(output: Float32Buffer, input: Float32Buffer, other: Float32Buffer, size: Size) -> None:
    """output[i] = other[i] + input[i]. Layer: `Add`."""
    for i in lanes(size):
        output[i] = other[i] + input[i]


def concatenate_forward(output: Float32Buffer, input: Float32Buffer, first: Size, size: Size) -> None:
    """output[first + i] = input[i]: the input becomes a part of the output. Layer: `Concatenate`."""
    for i in lanes(size):
        output[first + i] = input[i]


def add_gradient(d_output: Float32Buffer, d_input: Float32Buffer, size: Size) -> None:
    """d_output[i] = d_output[i] + d_input[i]. If several layers read one output, the gradients of their inputs add up
    to the gradient of that output: the multivariable chain rule.
    """
    for i in lanes(size):
        d_output[i] = d_output[i] + d_input[i]
