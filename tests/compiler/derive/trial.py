"""Forward kernels with sizes and numbers, run as plain Python in float64; their gradients by finite differences."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from scnn import kernels
from scnn.compiler.derive import derive, inputs_and_outputs
from tests.compiler.derive.forward_kernels import (
    average_pool,
    by_another_kernel,
    changed_in_branches,
    decaying,
    even_and_odd,
    gelu,
    global_max,
    layer_norm,
    leaky,
    matrix_product,
    normalised_in_two_loops,
    polynomial_in_steps,
    prefix_sums,
    read_before_the_sum,
    scaled_in_place,
    sigmoid,
    smallest_and_sum,
    stored_twice,
    tanh,
    two_loops_one_name,
)

__all__ = ["CASES", "Case", "Trial"]

Numbers = list[float]


@dataclass(frozen=True)
class Case:
    """A forward kernel with its sizes and the lengths of its buffers; other buffers begin with random numbers."""

    kernel: Callable[..., Any]
    lengths: Mapping[str, int]
    sizes: Mapping[str, Any]
    fixed: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.kernel.__name__


def conv(stride: int = 1, kernel: int = 3) -> Case:
    sizes = {"channels": 2, "height": 7, "width": 8, "filters": 3, "kernel": kernel, "stride": stride}
    rows, columns = (7 - kernel) // stride + 1, (8 - kernel) // stride + 1
    lengths = {"output": 3 * rows * columns, "padded": 112, "weights": 6 * kernel * kernel, "bias": 3}
    return Case(kernels.conv2d_forward, lengths, {**sizes, "out_height": rows, "out_width": columns})


def pool(size: int, stride: int) -> Case:
    rows, columns = (6 - size) // stride + 1, (9 - size) // stride + 1
    sizes = {"channels": 2, "height": 6, "width": 9, "size": size, "stride": stride}
    lengths = {"output": 2 * rows * columns, "winners": 2 * rows * columns, "input": 108}
    return Case(kernels.maxpool2d_forward, lengths, {**sizes, "out_height": rows, "out_width": columns})


def plain(kernel: Callable[..., Any], output: int = 9, **sizes: float) -> Case:
    return Case(kernel, {"output": output, "input": 9}, {"size": 9, **sizes})


CASES = [
    conv(),
    conv(stride=2),
    conv(stride=3, kernel=2),
    Case(
        kernels.pad2d_forward,
        {"padded": 2 * 8 * 7, "input": 24},
        {"channels": 2, "height": 4, "width": 3, "padding": 2},
    ),
    Case(kernels.dense_forward, {"output": 5, "input": 9, "weights": 45, "bias": 5}, {"inputs": 9, "outputs": 5}),
    plain(kernels.relu_forward),
    pool(2, 2),
    pool(3, 1),
    Case(kernels.softmax_forward, {"probabilities": 6, "logits": 6}, {"classes": 6}),
    Case(
        kernels.dropout_forward,
        {"values": 20, "mask": 20, "random": 1},
        {"threshold": 1 << 30, "size": 20},
        {"random": [4711]},
    ),
    Case(
        kernels.distort_image,
        {"image": 128, "pixels": 128, "distortion": 6 + 2 * 9},
        {"position": 0, "channels": 2, "height": 8, "width": 8, "nodes": 3},
        {
            "pixels": [(37 * i * i) % 256 for i in range(128)],
            "distortion": [1.05, 0.1, 0.3, -0.1, 0.93, 0.2] + [0.11] * 18,
        },
    ),
    plain(leaky, slope=0.1),
    plain(sigmoid),
    plain(tanh),
    plain(gelu),
    Case(
        average_pool,
        {"output": 8, "input": 2 * 5 * 4},
        {"channels": 2, "height": 5, "width": 4, "size": 2, "out_height": 2, "out_width": 2},
    ),
    Case(layer_norm, {"output": 9, "input": 9, "gain": 9, "shift": 9}, {"size": 9}),
    plain(normalised_in_two_loops),
    Case(global_max, {"output": 3, "input": 12}, {"channels": 3, "area": 4}),
    plain(smallest_and_sum, output=1),
    plain(prefix_sums),
    plain(decaying, rate=0.8),
    plain(stored_twice),
    plain(changed_in_branches),
    plain(polynomial_in_steps),
    plain(read_before_the_sum, output=1),
    plain(even_and_odd, output=18),
    plain(by_another_kernel),
    plain(two_loops_one_name),
    Case(scaled_in_place, {"values": 9, "gain": 9}, {"size": 9}),
    Case(matrix_product, {"output": 12, "one": 15, "other": 20}, {"rows": 3, "inner": 5, "columns": 4}),
]


class Trial:
    """One case with random numbers in its buffers, run as plain Python in float64."""

    def __init__(self, case: Case, seed: int = 1) -> None:
        self.case = case
        random = Random(seed)
        self.inputs, self.outputs = inputs_and_outputs(case.kernel)
        self.outputs = [one for one in self.outputs if one != "mask"]
        self.start: dict[str, Any] = {}
        for name, length in case.lengths.items():
            whole = name in ("winners", "random", "pixels")
            self.start[name] = [0] * length if whole else [random.uniform(-1, 1) for _ in range(length)]
            self.start[name] = list(case.fixed.get(name, self.start[name]))
        self.weights = {name: [random.uniform(-1, 1) for _ in self.start[name]] for name in self.outputs}

    def forward(self, buffers: Mapping[str, Any] | None = None) -> dict[str, Any]:
        after = {name: list(values) for name, values in (buffers or self.start).items()}
        self.call(self.case.kernel, after)
        return after

    def call(self, kernel: Callable[..., Any], buffers: Mapping[str, Any]) -> None:
        names = [name for name in kernel.__annotations__ if name != "return"]
        kernel(*(buffers[name] if name in buffers else self.case.sizes[name] for name in names))

    def loss(self, buffers: Mapping[str, Any]) -> float:
        after = self.forward(buffers)
        return math.fsum(w * y for one in self.outputs for w, y in zip(self.weights[one], after[one], strict=True))

    def differences(self, wanted: str, step: float = 1e-5) -> Numbers:
        found = []
        for index, value in enumerate(self.start[wanted]):
            above, below = ({**self.start, wanted: list(self.start[wanted])} for _ in range(2))
            above[wanted][index], below[wanted][index] = value + step, value - step
            found.append((self.loss(above) - self.loss(below)) / (2 * step))
        return found

    def backward(self, made: bool) -> dict[str, Any]:
        """All gradients, by the derived kernels, on top of a one in each that they add to."""
        after: dict[str, Any] = self.forward()
        after |= {f"d_{one}": list(values) for one, values in self.weights.items()}
        for wanted in sorted(self.inputs, key=self.outputs.__contains__):  # what is changed in place comes last
            derived = derive(self.case.kernel, [wanted], made=[wanted] if made else [], sizes=self.case.sizes)
            extent = derived.elements_made(wanted, self.case.sizes)
            if wanted in self.outputs:
                after[f"d_{wanted}"] = list(self.weights[wanted])
            else:
                rest = len(self.start[wanted]) - extent
                after[f"d_{wanted}"] = [9.0] * extent + [0.0] * rest if made else [1.0] * (extent + rest)
            self.call(derived.kernel, after)
        return after
