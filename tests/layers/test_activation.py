"""Activations: their gradients on every engine, their values at extremes, and PyTorch's figures."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scnn import kernels
from scnn.errors import ConfigError
from scnn.layers import GELU, LeakyReLU, PReLU, ReLU, Sigmoid, SiLU, Tanh
from scnn.layers.layer import Layer, Shape
from scnn.layers.registry import layers_from_list
from tests.layers.bench import Bench, check_gradients, forward, on_every_bench
from tests.layers.mistakes import with_mistake

FIGURES = json.loads((Path(__file__).parents[1] / "fixtures" / "layers.json").read_text())


@settings(max_examples=20, deadline=None)
@given(size=st.integers(1, 50), batch=st.integers(1, 4), seed=st.integers(0, 2**32 - 1))
def test_relu_gradients(size: int, batch: int, seed: int) -> None:
    """The gradient passes where the input was positive, and nowhere else."""
    check_gradients(ReLU(), (size,), batch, seed)


@pytest.mark.parametrize("layer", [LeakyReLU(), LeakyReLU(0.3), Sigmoid(), Tanh(), SiLU(), GELU()], ids=repr)
@settings(max_examples=10, deadline=None)
@given(size=st.integers(1, 50), batch=st.integers(1, 4), seed=st.integers(0, 2**32 - 1))
def test_gradients_of_derived_kernels(layer: Layer, size: int, batch: int, seed: int) -> None:
    """They agree with finite differences in every engine, with whole vectors and single turns."""
    check_gradients(layer, (size,), batch, seed)


MISTAKES = [
    ("gelu_backward", "normal_cdf(x) + x", "normal_cdf(x) - x"),
    ("gelu_backward", "-0.5 * x", "-0.6 * x"),
]


@pytest.mark.parametrize(("name", "right", "wrong"), MISTAKES)
def test_planted_mistakes_are_found(name: str, right: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of the gradients fails for a kernel with a mistake."""
    monkeypatch.setattr(kernels, name, with_mistake(getattr(kernels, name), right, wrong))
    with pytest.raises(AssertionError, match="lists: d_input"):
        check_gradients(GELU(), (9,), 1, 1)


@on_every_bench
@pytest.mark.parametrize("case", FIGURES, ids=lambda case: case["name"])
def test_the_figures_of_pytorch(case: dict[str, Any], bench_of: Callable[[Layer, Shape], Bench]) -> None:
    """Outputs and gradients of each layer agree with PyTorch's in float32 (made by fixtures/make_layers.py)."""
    (layer,) = layers_from_list([case["layer"]])
    tolerance = 5e-7 * max(1.0, *map(abs, case["input"]))  # of a sum of products with the input
    bench = bench_of(layer, tuple(case["shape"]))
    for role, values in case["parameters"].items():
        bench.write(role, values)
    assert forward(bench, case["input"]) == pytest.approx(case["output"], rel=1e-6, abs=5e-7)
    bench.write("d_output", case["d_output"])
    bench.run("backward")
    for role, values in {"input": case["d_input"], **case["d_parameters"]}.items():
        assert bench.read(f"d_{role}") == pytest.approx(values, rel=1e-5, abs=tolerance), role


@on_every_bench
def test_activations_at_extremes(bench_of: Callable[[Layer, Shape], Bench]) -> None:
    """They saturate without overflow, and NaN stays NaN; so do their gradients."""
    image = [-1e30, -100.0, -0.0, 100.0, 1e30, math.nan]
    for layer, expected in (
        (Sigmoid(), [0.0, 0.0, 0.5, 1.0, 1.0]),
        (Tanh(), [-1.0, -1.0, 0.0, 1.0, 1.0]),
        (SiLU(), [0.0, 0.0, 0.0, 100.0, 1e30]),
        (LeakyReLU(0.5), [-5e29, -50.0, 0.0, 100.0, 1e30]),
        (GELU(), [0.0, 0.0, 0.0, 100.0, 1e30]),
    ):
        bench = bench_of(layer, (6,))
        *found, last = forward(bench, image)
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-6) and math.isnan(last), layer
        bench.write("d_output", [1.0] * 6)
        bench.run("backward")
        assert all(map(math.isfinite, bench.read("d_input")[:5])), layer


@settings(max_examples=10, deadline=None)
@given(channels=st.integers(1, 4), area=st.integers(1, 13), batch=st.integers(1, 3), seed=st.integers(0, 2**32 - 1))
def test_prelu_gradients(channels: int, area: int, batch: int, seed: int) -> None:
    """The gradients of the slopes are sums over the negative numbers of their channel, of maps and of vectors."""
    check_gradients(PReLU(), (channels, 1, area) if area > 1 else (channels,), batch, seed)


@pytest.mark.parametrize("slope", [-0.1, 1.5, math.nan, "0.1", None])
def test_invalid_slopes(slope: Any) -> None:
    """The error names the layer and the value."""
    for layer in (LeakyReLU, PReLU):
        with pytest.raises(ConfigError, match=f"{layer.__name__}: the slope must be a number from 0 to 1, got"):
            layer(slope)
