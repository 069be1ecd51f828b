"""Optimisers of one's own: a class with a kernel, and one whose kernel is a text."""

import copy
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scnn.engines.group import Group
from scnn.engines.hosts import WasmtimeHost
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError, EditedKernelsError, ModelError
from scnn.experiments.experiment import experiment_of
from scnn.experiments.opening import open_checkpoint
from scnn.language import Float32Buffer, Size, lanes
from scnn.layers import Dense, Flatten, Shape
from scnn.layers.layer import Parameter, call
from scnn.network.edits import Edits
from scnn.network.network import Network
from scnn.plan import Call, Plan
from scnn.settings import from_dict, to_dict
from scnn.training.checkpoint import pack_checkpoint, resume, save_checkpoint
from scnn.training.optimisers import SGD, Optimiser
from scnn.training.own_optimiser import OwnOptimiser, bound
from scnn.training.settings import settings_from_dict
from scnn.training.trainer import Trainer
from tests.training.checkpoints import FEW, TEST

MOMENTUM = """
def own_update(
    parameters: Float32Buffer, gradients: Float32Buffer, velocity: Float32Buffer, rate: Float32Buffer, size: Size
) -> None:
    for i in lanes(size):
        velocity[i] = 0.875 * velocity[i] + gradients[i]
        parameters[i] -= rate[0] * velocity[i]
"""
EDITS = Edits({"own_update": MOMENTUM})


def heavy_ball(
    parameters: Float32Buffer, gradients: Float32Buffer, velocity: Float32Buffer, rate: Float32Buffer, size: Size
) -> None:
    for i in lanes(size):
        velocity[i] = 0.875 * velocity[i] + gradients[i]
        parameters[i] -= rate[0] * velocity[i]


@dataclass(frozen=True)
class HeavyBall(Optimiser):
    """Momentum, as `SGD(…, momentum=0.875)` has it."""

    words: str = "none"
    state = ("velocity",)

    def update(self, size: int) -> Call:
        return call(heavy_ball, size=size)


OWN = {"class": HeavyBall(0.0625), "text": OwnOptimiser(0.0625)}


def network(edits: Edits = EDITS) -> Network:
    return Network((1, 28, 28), [Flatten(), Dense(5), Dense(3)], seed=5, edits=edits)


def begun(optimiser: Optimiser, **settings: Any) -> Trainer:
    settings = {"epochs": 2, "batch_size": 16, "slice_size": 5, **settings}
    return Trainer(network(), FEW, TEST, optimiser=optimiser, seed=5, **settings)


def finished(one: Trainer) -> str:
    for _ in one.run():
        pass
    return one.network.fingerprint()


@pytest.mark.parametrize("kind", OWN)
def test_it_does_what_its_formula_says(kind: str) -> None:
    """Of momentum: the weights are those of SGD, whose own kernel does it in one pass, to the last bit: all factors
    are powers of two."""
    settings: dict[str, Any] = {"weight_decay": 0.0, "clip_norm": 2.0, "averaging": 0.5}
    own = from_dict({**to_dict(OWN[kind]), **settings}, [type(OWN[kind])])
    assert finished(begun(own)) == finished(begun(SGD(0.0625, momentum=0.875, **settings)))
    decayed = from_dict({**to_dict(OWN[kind]), "weight_decay": 0.125}, [type(OWN[kind])])
    assert finished(begun(decayed)) == finished(begun(SGD(0.0625, 0.875, weight_decay=0.125)))
    assert finished(begun(decayed)) != finished(begun(OWN[kind]))


@pytest.mark.parametrize("kind", OWN)
def test_it_is_saved_and_continued_to_the_same_bits(kind: str, tmp_path: Path) -> None:
    """In the middle of a batch, with its state and its settings; scnn reads a class only if it is named."""
    whole = finished(begun(OWN[kind]))
    one, path = begun(OWN[kind]), tmp_path / "c.safetensors"
    for _ in one.run():
        if one.done == 26:  # within the first batch of the second epoch
            break
    assert any(one.engine.read("velocity"))
    save_checkpoint(path, one)
    named = {"layers": [], "optimisers": [HeavyBall], "accept_edits": True}
    again = resume(path, FEW, TEST, **named)  # type: ignore[arg-type]
    assert again.engine.read("velocity") == one.engine.read("velocity")
    again.change_learning_rate(again.optimiser.learning_rate)
    assert finished(again) == whole
    if kind == "class":
        with pytest.raises(ModelError, match="unknown kind 'HeavyBall'; expected one of: SGD, .*OwnOptimiser"):
            resume(path, FEW, TEST, accept_edits=True)
    else:
        with pytest.raises(EditedKernelsError, match="own_update"):
            resume(path, FEW, TEST)


@pytest.mark.parametrize("kind", OWN)
def test_workers_and_the_interpreter_give_the_same_weights(kind: str) -> None:
    """Two replicas the very bits of one; plain Python nearly."""

    def by_two(plan: Plan) -> Group:
        return Group(plan, WasmtimeHost(), 2, always=True)

    settings: dict[str, Any] = {"epochs": 1, "slice_size": 1000}
    alone, shared, plain = (
        begun(OWN[kind], make_engine=make, **settings) for make in (compiled, by_two, Interpreter)
    )
    assert finished(shared) == finished(alone)
    finished(plain)
    for name, values in alone.network.parameters.items():
        assert list(plain.network.parameters[name]) == pytest.approx(list(values), rel=1e-4, abs=1e-5)


def test_the_page_has_it() -> None:
    """An experiment's configuration names it, with its kernel among the edits; a checkpoint opens with both."""
    message = {
        "experiment": "paper",
        "epochs": 1,
        "batch_size": 8,
        "layers": [{"kind": "Flatten"}, {"kind": "Dense", "units": 3}],
        "optimiser": {"kind": "OwnOptimiser", "learning_rate": 0.03125},
        "edits": {"kernels": {"own_update": MOMENTUM}},
    }
    experiment = experiment_of(message)
    assert experiment.config["optimiser"]["kernel"] == "own_update"
    assert experiment_of(experiment.config).config == experiment.config
    made = experiment.network()
    made.provenance = {"experiment": experiment.config}
    trainer = experiment.trainer(made, compiled)
    next(trainer.run())
    opened = open_checkpoint(pack_checkpoint(trainer), compiled, accept_edits=True)
    assert opened.experiment.config == experiment.config
    assert opened.trainer.optimiser == trainer.optimiser == OwnOptimiser(0.03125)
    finished(trainer)
    assert finished(opened.trainer) == trainer.network.fingerprint()


class Named(Optimiser):
    """An optimiser whose setting is not a dataclass field."""

    def __init__(self, slope: float) -> None:
        super().__init__(0.1)
        object.__setattr__(self, "slope", slope)

    def update(self, size: int) -> Call:
        return call(heavy_ball, velocity="gradients", size=size)


def test_what_could_not_be_continued_is_not_written(tmp_path: Path) -> None:
    """An optimiser that would be loaded as another one: a setting that is lost, a name that is scnn's."""
    lion = type("Lion", (HeavyBall,), {})
    for optimiser, words in ((Named(0.5), "Named"), (lion(0.1), "Lion cannot be saved: it has the name of one of")):
        with pytest.raises(ModelError, match=words):
            save_checkpoint(tmp_path / "c.safetensors", begun(optimiser))
    assert not list(tmp_path.iterdir())


@dataclass(frozen=True)
class Wrong(Optimiser):
    """With these states, whose kernel reads this buffer, and with so many settings."""

    states: str = "velocity"
    reads: str = "velocity"
    count: int = 2

    @property
    def state(self) -> tuple[str, ...]:
        return tuple(self.states.split())

    def update(self, size: int) -> Call:
        return call(heavy_ball, velocity=self.reads, size=size)

    def settings(self, step: int, factor: float) -> list[float]:
        return [factor + step] * self.count


@pytest.mark.parametrize(
    ("optimiser", "words"),
    [
        (Wrong(0.1, states="gradients"), "Wrong: the state 'gradients' has the name of another buffer"),
        (Wrong(0.1, states="velocity velocity"), "the state 'velocity' has the name"),
        (Wrong(0.1, states="velocity order"), "the state 'order' has the name"),
        (Wrong(0.1, states="velocity average", averaging=0.5), "the state 'average' has the name"),
        (Wrong(0.1, states="rate velocity"), "the state 'rate' has the name"),
        (
            Wrong(0.1, reads="speed"),
            "Wrong: unknown buffer 'speed' for the parameter velocity of heavy_ball; .*velocity",
        ),
        (Wrong(0.1, count=9), "Wrong: expected at most 8 settings, got 9"),
        (OwnOptimiser(0.1, "other_update"), "runs the kernel other_update, which is not one of the edited kernels"),
    ],
)
def test_what_cannot_be_an_optimiser_is_refused(optimiser: Any, words: str) -> None:
    """With the name of what is wrong, before anything is trained."""
    with pytest.raises(ConfigError, match=words):
        next(begun(optimiser).run())


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("gradients", "slopes", "has the parameter gradients: Float32Buffer"),
        ("rate", "speed", "has the parameter rate: Float32Buffer"),
        ("size", "length", "has the parameter size: Size"),
        (
            "rate: Float32Buffer,",
            "rate: Float32Buffer, turn: Int32Buffer,",
            "takes float32 buffers and the size size, not turn",
        ),
        ("velocity", "label", "the state 'label' has the name of another buffer"),
    ],
)
def test_texts_that_are_no_optimisers_kernel(before: str, after: str, words: str) -> None:
    """The message names the parameter."""
    edits = Edits({"own_update": MOMENTUM.replace(before, after)})
    with pytest.raises(ConfigError, match=words):
        Trainer(network(edits), FEW, epochs=1, optimiser=OwnOptimiser(0.1))


def test_its_settings_are_read_where_it_is_named() -> None:
    """And copies keep its kernel."""
    data = {"optimiser": {"kind": "HeavyBall", "learning_rate": 0.5}}
    assert settings_from_dict(data, [HeavyBall]) == {"optimiser": HeavyBall(0.5)}
    with pytest.raises(ConfigError, match="HeavyBall"):
        settings_from_dict(data)
    own = bound(OwnOptimiser(0.5), EDITS)
    assert copy.deepcopy(own).state == ("velocity",) and own == OwnOptimiser(0.5)


def test_an_optimiser_sees_each_tensor_with_its_shape() -> None:
    """One that steps only where a shape says so."""

    @dataclass(frozen=True)
    class Matrices(Optimiser):
        state = ("velocity",)

        def work(self, tensors: Mapping[str, Parameter]) -> Mapping[str, tuple[str, Shape]]:
            return {**super().work(tensors), "spare": ("float32", (3,))}

        def updates(self, tensors: Mapping[str, Parameter], size: int) -> list[Call]:
            assert size == 3948  # of all tensors, each aligned
            names = [name for name, tensor in tensors.items() if tensor.shape == (3, 5)]
            return [
                call(heavy_ball, parameters=name, gradients=f"{name.replace('.', '.d_')}", size=15) for name in names
            ]

        def update(self, size: int) -> Call:
            raise AssertionError(f"each tensor has a call of its own, not {size} numbers together")

    one = begun(Matrices(0.5), epochs=1)
    before = {name: array("f", values) for name, values in one.network.parameters.items()}
    finished(one)
    changed = [name for name, values in one.network.parameters.items() if values != before[name]]
    assert changed == ["dense_2.weights"] and one.engine.plan.buffers["spare"].shape == (3,)
