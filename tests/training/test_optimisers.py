"""Optimisers and schedules against figures of PyTorch (made by fixtures/make_optimisers.py), on both engines."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError
from scnn.layers import Conv2D, Dense, Flatten, LayerNorm, PReLU
from scnn.layers.layer import Parameter
from scnn.network.architecture import Architecture
from scnn.plan import Call, Plan, Procedure, allocate
from scnn.settings import from_dict
from scnn.training.augmentation import Augmentation
from scnn.training.optimisers import SETTINGS, SGD, Adam, AdamW, Lion
from scnn.training.schedules import Constant, Cosine, OneCycle, StepDecay, cosine_of_half_turns, power
from tests.engines.makers import MAKERS

FIGURES = json.loads((Path(__file__).parents[1] / "fixtures" / "optimisers.json").read_text())
OPTIMISERS, SCHEDULES = (SGD, Adam, AdamW, Lion), (Constant, StepDecay, Cosine, OneCycle)
SIZE, STEPS = len(FIGURES["begin"]), len(FIGURES["gradients"])
SAMPLES = 4


@pytest.mark.parametrize("make_engine", [Interpreter, compiled])
@pytest.mark.parametrize("case", FIGURES["cases"], ids=lambda case: case["name"])
def test_ten_steps_agree_with_pytorch(case: dict[str, Any], make_engine: Any) -> None:
    """The parameters after each step, to float32; gradients come as sums over four samples."""
    optimiser, schedule = from_dict(case["optimiser"], OPTIMISERS), from_dict(case["schedule"], SCHEDULES)
    flat = dict.fromkeys(("parameters", "gradients", *optimiser.state), ("float32", (SIZE,)))
    buffers = allocate({**flat, "settings": ("float32", (STEPS, SETTINGS)), "step": ("int32", (1,))})
    steps = tuple(optimiser.steps({"parameters": Parameter((1, SIZE), SIZE)}, SIZE))
    engine = make_engine(Plan(buffers, {"update": Procedure("update", ("samples",), steps)}))
    rows = [
        number
        for step in range(STEPS)
        for number in optimiser.row(step, schedule.factor(step, STEPS, step // FIGURES["per_epoch"]))
    ]
    engine.write("settings", rows)
    engine.write("parameters", FIGURES["begin"])
    for gradient, after in zip(FIGURES["gradients"], case["after"], strict=True):
        engine.write("gradients", [SAMPLES * one for one in gradient])
        engine.run("update", SAMPLES)
        assert list(engine.read("parameters")) == pytest.approx(after, rel=2e-6, abs=2e-7)
        assert not any(engine.read("gradients"))


def test_only_weights_decay() -> None:
    """Biases, slopes and the factors of normalisation do not; without a weight decay there is nothing to call."""
    layers = [Conv2D(2, 3), PReLU(), LayerNorm(), Flatten(), Dense(3)]
    tensors = Architecture((1, 6, 6), layers).specifications()
    assert len(tensors) == 7
    decays = [str(step) for step in AdamW(0.1).steps(tensors, 64) if step.kernel.__name__ == "decay_weights"]
    assert [words.partition(",")[0] for words in decays] == [
        *("decay_weights(weights=conv2d_1.weights", "decay_weights(weights=dense_1.weights"),
    ]
    assert len(AdamW(0.1, weight_decay=0.0).steps(tensors, 64)) == len(Adam(0.1).steps(tensors, 64)) == 1


@pytest.mark.parametrize("make_engine", [Interpreter, compiled])
def test_a_gradient_that_is_short_enough_is_not_clipped(make_engine: Any) -> None:
    """Its bits do not change; a longer one gets the length of the clip norm, and keeps its direction."""
    flat = dict.fromkeys(("parameters", "gradients"), ("float32", (3,)))
    buffers = allocate({**flat, "settings": ("float32", (3, SETTINGS)), "step": ("int32", (1,))})
    for norm, scale in ((10.001, 1.0), (2.0, 0.2)):
        optimiser = SGD(1.0, clip_norm=norm)
        engine = make_engine(Plan(buffers, {"update": Procedure("update", (), tuple(with_two(optimiser)))}))
        engine.write("settings", optimiser.row(0, 1.0) * 3)
        engine.write("gradients", [2 * 6.0, 0.0, 2 * -8.0])
        engine.run("update")
        assert list(engine.read("parameters")) == pytest.approx([-6.0 * scale, 0.0, 8.0 * scale], rel=1e-6)
    assert list(engine.read("parameters"))[1] == 0.0


def with_two(optimiser: SGD) -> list[Call]:
    """The calls of one step for a batch of two."""
    return [Call(one.kernel, {**one.arguments, "samples": 2}) for one in optimiser.steps({}, 3)]


@pytest.mark.parametrize("make_engine", MAKERS.values(), ids=MAKERS)
def test_lion_goes_by_the_sign(make_engine: Any) -> None:
    """Steps of one size whatever the gradient's; none where it is zero; NaN shows."""
    flat = dict.fromkeys(("parameters", "gradients", "momentum"), ("float32", (5,)))
    buffers = allocate({**flat, "settings": ("float32", (1, SETTINGS)), "step": ("int32", (1,))})
    optimiser = Lion(0.25)
    steps = tuple(optimiser.steps({}, 5))
    engine = make_engine(Plan(buffers, {"update": Procedure("update", ("samples",), steps)}))
    engine.write("settings", optimiser.row(0, 1.0))
    engine.write("gradients", [1e-30, -1e30, 0.0, -0.0, math.nan])
    engine.run("update", 2)
    after = list(engine.read("parameters"))
    assert after[:4] == [-0.25, 0.25, 0.0, 0.0] and math.isnan(after[4])


@given(st.floats(0, 1))
def test_the_cosine(share: float) -> None:
    """cos(π · share) without libm."""
    assert cosine_of_half_turns(share) == pytest.approx(math.cos(math.pi * share), abs=2e-15)


@given(st.floats(0, 1), st.integers(0, 5000))
def test_powers(base: float, exponent: int) -> None:
    """base ** exponent without libm."""
    assert power(base, exponent) == pytest.approx(base**exponent, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: SGD(0.0), "learning rate"),
        (lambda: SGD(float("nan")), "learning rate"),
        (lambda: SGD(0.1, momentum=1.0), "momentum"),
        (lambda: SGD(0.1, nesterov=True), "Nesterov"),
        (lambda: SGD(0.1, weight_decay=-1.0), "weight decay"),
        (lambda: Adam(0.1, beta_1=1.0), "beta_1"),
        (lambda: Lion(0.1, 0.9, 1.0), "Lion: beta_2 must be at least 0 and below 1, got 1.0"),
        (lambda: Adam(0.1, epsilon=0.0), "epsilon"),
        (lambda: SGD(0.1, clip_norm=-1.0), "SGD: the clip norm must be at least 0"),
        (lambda: AdamW(0.1, clip_norm=float("nan")), "AdamW: the clip norm"),
        (lambda: Adam(0.1, averaging=1.0), "Adam: the averaging must be at least 0 and below 1, got 1.0"),
        (lambda: StepDecay(every=0), "every"),
        (lambda: StepDecay(decay=0.0), "decay"),
        (lambda: OneCycle(warmup=1.0), "warmup"),
        (lambda: OneCycle(start=0.5), "start"),
        (lambda: SGD("0.1"), "SGD: learning_rate must be a number, got '0.1'"),  # type: ignore[arg-type]
        (lambda: Adam(None), "Adam: learning_rate must be a number, got None"),  # type: ignore[arg-type]
        (lambda: OneCycle([0.3]), "OneCycle: warmup must be a number, got an object of type list"),  # type: ignore[arg-type]
        (lambda: StepDecay(2.5), "StepDecay: every must be an integer from 1 to 1048576, got 2.5"),  # type: ignore[arg-type]
        (lambda: Augmentation("a"), "Augmentation: rotation must be a number, got 'a'"),  # type: ignore[arg-type]
        (lambda: Augmentation(nodes=5.5), "nodes must be an integer from 2 to .*, got 5.5"),  # type: ignore[arg-type]
    ],
)
def test_settings_out_of_range(make: Any, word: str) -> None:
    """The error names the invalid setting."""
    with pytest.raises(ConfigError, match=word):
        make()


def test_arguments_are_in_the_order_in_which_they_are_written() -> None:
    """SGD's second argument is its momentum; the weight decay is a keyword argument only."""
    assert SGD(0.1, 0.9) == SGD(learning_rate=0.1, momentum=0.9)
    assert Adam(0.1, 0.8, 0.9) == Adam(learning_rate=0.1, beta_1=0.8, beta_2=0.9)
    assert Adam(0.1, weight_decay=0.5).weight_decay == 0.5


@pytest.mark.parametrize(("warmup", "total"), [(0.1, 10), (0.25, 4), (0.5, 2)])
def test_one_cycle_of_a_single_step_of_warmup(warmup: float, total: int) -> None:
    """Its first step already has the peak rate."""
    factors = [OneCycle(warmup).factor(step, total, 0) for step in range(total)]
    assert factors[0] == 1.0 and factors == sorted(factors, reverse=True) and factors[-1] < 0.01
