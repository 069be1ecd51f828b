"""Forward kernels as users write them."""

from scnn.kernels import exp
from scnn.language import (
    Float32,
    Float32Buffer,
    Size,
    lanes,
    sqrt,
)


def leaky(output: Float32Buffer, input: Float32Buffer, slope: Float32, size: Size) -> None:
    for i in lanes(size):
        output[i] = input[i] if input[i] > 0.0 else slope * input[i]


def sigmoid(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        output[i] = 1.0 / (1.0 + exp(-input[i]))


def tanh(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        power = exp(2.0 * input[i])
        output[i] = (power - 1.0) / (power + 1.0)


def squashed(x: Float32) -> Float32:
    power = exp(2.0 * x)
    return (power - 1.0) / (power + 1.0)


def gelu(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        x = input[i]
        output[i] = 0.5 * x * (1.0 + squashed(0.7978845608 * (x + 0.044715 * x * x * x)))


def average_pool(
    output: Float32Buffer,
    input: Float32Buffer,
    channels: Size,
    height: Size,
    width: Size,
    size: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    for channel in range(channels):
        for row in range(out_height):
            for column in range(out_width):
                total = 0.0
                for i in range(size):
                    for j in range(size):
                        total += input[(channel * height + row * size + i) * width + column * size + j]
                output[(channel * out_height + row) * out_width + column] = total / float(size * size)


def layer_norm(
    output: Float32Buffer, input: Float32Buffer, gain: Float32Buffer, shift: Float32Buffer, size: Size
) -> None:
    total = 0.0
    for i in lanes(size):
        total += input[i]
    mean = total / float(size)
    squares = 0.0
    for i in lanes(size):
        difference = input[i] - mean
        squares += difference * difference
    scale = 1.0 / sqrt(squares / float(size) + 1e-5)
    for i in lanes(size):
        output[i] = (input[i] - mean) * scale * gain[i] + shift[i]


def normalised_in_two_loops(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    total = 0.0
    for i in range(size):
        output[i] = exp(input[i])
        total += output[i]
    for k in range(size):
        output[k] = output[k] / total


def global_max(output: Float32Buffer, input: Float32Buffer, channels: Size, area: Size) -> None:
    for channel in range(channels):
        largest = -1e30
        for i in range(area):
            largest = max(largest, input[channel * area + i])
        output[channel] = largest * largest


def smallest_and_sum(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    smallest = input[0]
    total = 0.0
    for i in range(size):
        smallest = min(input[i], smallest)
        total += input[i] * input[i]
    output[0] = smallest * total


def prefix_sums(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    total = 0.0
    for i in range(size):
        total += input[i] * input[i]
        output[i] = total


def decaying(output: Float32Buffer, input: Float32Buffer, rate: Float32, size: Size) -> None:
    state = 0.0
    for i in range(size):
        state = state * rate + input[i]
        output[i] = state


def stored_twice(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in range(size):
        output[i] = input[i] * input[i]
        if input[i] < 0.0:
            output[i] = 0.1 * input[i]


def changed_in_branches(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in range(size):
        x = input[i]
        y = x
        if x > 0.3:
            x = x * x
            y = x + y
        elif x < -0.3:
            y = y * x
        output[i] = x * y


def polynomial_in_steps(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        x = input[i]
        y = 0.1 * x
        y = 0.5 + x * y
        y = 1.0 + x * y
        output[i] = y


def read_before_the_sum(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    x = input[0]
    y = x * x
    for i in range(1, size):
        x += input[i]
    output[0] = x * y


def even_and_odd(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in range(size):
        output[2 * i] = input[i] * 2.0
        output[2 * i + 1] = abs(input[i])


def by_another_kernel(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    leaky(output, input, 0.1, size)


def two_loops_one_name(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    total = 0.0
    for i in range(size):
        power = input[i] * input[i]
        total += power
    for i in range(size):
        power = input[i] / total
        output[i] = power * power


def scaled_in_place(values: Float32Buffer, gain: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        values[i] = values[i] * 3.0 + gain[i]


def matrix_product(
    output: Float32Buffer, one: Float32Buffer, other: Float32Buffer, rows: Size, inner: Size, columns: Size
) -> None:
    for row in range(rows):
        for column in range(columns):
            output[row * columns + column] = 0.0
            for k in range(inner):
                output[row * columns + column] += one[row * inner + k] * other[k * columns + column]
