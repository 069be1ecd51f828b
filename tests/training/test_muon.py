"""Muon, against its formula in Python's float64, on every engine."""

import math
from typing import Any

import pytest

from scnn import kernels
from scnn.errors import ConfigError
from scnn.layers import Conv2D, Dense, Flatten, PReLU
from scnn.layers.layer import Parameter
from scnn.network.architecture import Architecture
from scnn.plan import Plan, Procedure, allocate
from scnn.training.muon import Muon
from scnn.training.optimisers import SETTINGS
from tests.engines.makers import MAKERS

Matrix = list[list[float]]
RATE, MOMENTUM, DECAY, SAMPLES, STEPS = 0.25, 0.75, 0.125, 4, 4
TENSORS = {
    "conv2d_1.weights": Parameter((3, 2, 2, 2), fan_in=8),
    "conv2d_1.bias": Parameter((3,)),
    "dense_1.weights": Parameter((7, 4), fan_in=4),
    "dense_1.bias": Parameter((7,)),
}
SIDES = {"conv2d_1.weights": (3, 8), "dense_1.weights": (7, 4)}


def product(left: Matrix, right: Matrix) -> Matrix:
    return [[sum(map(float.__mul__, row, column)) for column in zip(*right, strict=True)] for row in left]


def transposed(matrix: Matrix) -> Matrix:
    return [list(column) for column in zip(*matrix, strict=True)]


def orthogonalised(matrix: Matrix) -> Matrix:
    """The five turns, for a matrix of any form: X is short for the matrix or the transposed one."""
    if len(matrix) > len(matrix[0]):
        return transposed(orthogonalised(transposed(matrix)))
    norm = math.sqrt(sum(one * one for row in matrix for one in row)) + 1e-7
    x = [[one / norm for one in row] for row in matrix]
    for _ in range(5):
        gram = product(x, transposed(x))
        square = product(gram, gram)
        by = [
            [-4.775 * g + 2.0315 * s for g, s in zip(*rows, strict=True)] for rows in zip(gram, square, strict=True)
        ]
        x = [[3.4445 * a + b for a, b in zip(*rows, strict=True)] for rows in zip(x, product(by, x), strict=True)]
    return x


def numbers(name: str, step: int) -> list[float]:
    size, phase = math.prod(TENSORS[name].shape), len(name)
    return [((7 * k + 5 * step + phase) % 11 - 5 + (k * k) % 3) / 16 for k in range(size)]


def expected() -> dict[str, list[float]]:
    """The parameters after the steps."""
    after = {name: numbers(name, 90) for name in TENSORS}
    velocity = {name: [0.0] * len(values) for name, values in after.items()}
    for step in range(STEPS):
        for name, values in after.items():
            slope = numbers(name, step)
            velocity[name] = [MOMENTUM * v + g for v, g in zip(velocity[name], slope, strict=True)]
            way = [g + MOMENTUM * v for v, g in zip(velocity[name], slope, strict=True)]
            if name in SIDES:
                rows, columns = SIDES[name]
                matrix = orthogonalised([way[row * columns : (row + 1) * columns] for row in range(rows)])
                scale = math.sqrt(max(1.0, rows / columns))
                way = [scale * one for row in matrix for one in row]
                values[:] = [(1 - RATE * DECAY) * one for one in values]
            values[:] = [one - RATE * to for one, to in zip(values, way, strict=True)]
    return after


@pytest.mark.parametrize("make_engine", MAKERS.values(), ids=MAKERS)
def test_steps_follow_the_formula(make_engine: Any) -> None:
    """Of a wide matrix, a tall one and two vectors; matrices alone decay and are made orthogonal."""
    optimiser = Muon(RATE, MOMENTUM, weight_decay=DECAY)
    of_tensors = {name: ("float32", one.shape) for name, one in TENSORS.items()}
    gradients = {name.replace(".", ".d_"): entry for name, entry in of_tensors.items()}
    layout = {**of_tensors, **gradients, "settings": ("float32", (1, SETTINGS)), "step": ("int32", (1,))}
    buffers = allocate({**layout, **optimiser.work(TENSORS)})
    size = 64  # 24 + 4 + 28 + 8: each tensor begins at a multiple of 16 bytes
    spans = {"parameters": buffers["conv2d_1.weights"], "gradients": buffers["conv2d_1.d_weights"]}
    buffers |= {name: type(first)(name, "float32", (size,), first.offset) for name, first in spans.items()}
    buffers |= allocate({"velocity": ("float32", (size,))}, after=buffers)
    steps = tuple(optimiser.steps(TENSORS, size))
    engine = make_engine(Plan(buffers, {"update": Procedure("update", ("samples",), steps)}))
    engine.write("settings", optimiser.row(0, 1.0))
    for name in TENSORS:
        engine.write(name, numbers(name, 90))
    for step in range(STEPS):
        for name in TENSORS:
            engine.write(name.replace(".", ".d_"), [SAMPLES * one for one in numbers(name, step)])
        engine.write("step", [0])
        engine.run("update", SAMPLES)
        assert not any(engine.read("gradients")) and list(engine.read("step")) == [1]
    for name, values in expected().items():
        assert list(engine.read(name)) == pytest.approx(values, rel=1e-4, abs=2e-5)


@pytest.mark.parametrize("make_engine", MAKERS.values(), ids=MAKERS)
def test_a_step_is_nearly_orthogonal(make_engine: Any) -> None:
    """Rows of a matrix whose singular values are far apart become nearly orthonormal; zeros stay, and NaN shows."""
    rows, columns = 4, 9
    values = [(k + 1) * ((5 * k + 3 * row * row) % 7 - 3) * 3.0**row for row in range(rows) for k in range(columns)]
    sizes = {"matrix": rows * columns, "product": rows * columns, "gram": rows * rows, "polynomial": rows * rows}
    buffers = allocate({name: ("float32", (size,)) for name, size in sizes.items()})
    step = Muon(0.1).updates({"x": Parameter((rows, columns), columns)}, 4)[1]
    assert step.kernel is kernels.orthogonalise
    call = type(step)(step.kernel, {**step.arguments, "matrix": "matrix"})
    engine = make_engine(Plan(buffers, {"run": Procedure("run", (), (call,))}))
    engine.write("matrix", values)
    engine.run("run")
    found = list(engine.read("matrix"))
    matrix = [found[row * columns : (row + 1) * columns] for row in range(rows)]
    gram = product(matrix, transposed(matrix))
    assert all(0.4 < gram[at][at] < 1.6 for at in range(rows))
    assert all(abs(gram[at][to]) < 0.4 for at in range(rows) for to in range(at))
    engine.write("matrix", [0.0] * rows * columns)
    engine.run("run")
    assert not any(engine.read("matrix"))
    engine.write("matrix", [math.nan, *values[1:]])
    engine.run("run")
    assert all(map(math.isnan, engine.read("matrix")))


def test_tensors_are_seen_with_their_shapes() -> None:
    """A convolution's weights are a matrix of filters, a taller matrix is transposed, vectors have no call."""
    tensors = Architecture((1, 9, 9), [Conv2D(2, 3), PReLU(), Flatten(), Dense(50), Dense(3)]).specifications()
    said = [str(step) for step in Muon(0.5).updates(tensors, 64)]
    assert [words.partition("(")[0] for words in said] == [
        *("muon_direction", "orthogonalise", "orthogonalise", "orthogonalise", "descend"),
    ]
    assert "matrix=conv2d_1.d_weights" in said[1] and "rows=2, columns=9" in said[1]
    tall = [str(step) for step in Muon(0.5).updates({"w": Parameter((50, 2, 1, 1), 2)}, 100)]
    assert [words.partition("(")[0] for words in tall][1:-1] == ["transpose", "orthogonalise", "transpose"]
    assert "scale=5.0, rows=2, columns=50" in tall[2]


def test_settings_out_of_range() -> None:
    """The error names the setting."""
    with pytest.raises(ConfigError, match="Muon: the momentum must be at least 0 and below 1, got 1.0"):
        Muon(0.1, 1.0)
