"""Edited kernels: what takes the place of scnn's kernels, where, and what is refused."""

import json
import re
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import pytest

from scnn import Conv2D, Dense, Flatten, LeakyReLU, MaxPool2D, Network, ReLU, Trainer, load_digits
from scnn import kernels as scnn_kernels
from scnn.compiler import KernelError, compile_plan
from scnn.compiler.explain.as_text import as_text
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError, EditedKernelsError, ModelError
from scnn.experiments.experiment import experiment_of
from scnn.experiments.opening import config_in, open_checkpoint
from scnn.formats.safetensors import pack, unpack
from scnn.layers.layer import Layer
from scnn.network import Edits
from scnn.network.edits import MAX_EDITS, NO_EDITS, original
from scnn.network.trace import NetworkTracer
from scnn.plan import Plan
from scnn.training.checkpoint import pack_checkpoint
from scnn.training.gradient_check import check_gradients
from scnn.training.lowering import lower_training

SHAPE = (1, 10, 10)
LAYERS = [Conv2D(3, 3, padding=1), ReLU(), MaxPool2D(2), Flatten(), Dense(4)]
IMAGE = [index % 7 / 7 for index in range(100)]


def source(name: str) -> str:
    return as_text(getattr(scnn_kernels, name))


DOUBLED = source("conv2d_forward").replace("= total\n", "= 2.0 * total\n")
SQUARE = """
def relu_forward(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        output[i] = input[i] * input[i]
"""
SLOW = """
def relu_forward(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in range(size):
        for j in range(1000000000):
            output[i] = input[i]
"""


def network(texts: dict[str, str] | None = None, derive: bool = False, layers: Sequence[Layer] = LAYERS) -> Network:
    return Network(SHAPE, layers, seed=3, edits=Edits(texts or {}, derive))


def module(edits: Edits) -> bytes:
    return compile_plan(lower_training(Network(SHAPE, LAYERS, edits=edits), 1)).code


@pytest.mark.parametrize("name", sorted(scnn_kernels.__all__))
def test_a_kernels_own_text_is_no_edit(name: str) -> None:
    """Comments, spaces and the docstring may differ."""
    text = source(name).replace('"""', '"""Changed. ', 1).replace(":\n", ":  # a comment\n", 1)
    edits = Edits({name: text})
    assert not edits
    assert edits.to_dict() == {}
    assert edits.kernel(getattr(scnn_kernels, name)) is getattr(scnn_kernels, name)


def test_the_numbers_of_a_kernels_module_belong_to_its_text() -> None:
    """Another number is an edit."""
    text = source("cross_entropy_forward")
    assert text.startswith("EPSILON = 1e-08\n\n\ndef cross_entropy_forward(")
    assert Edits({"cross_entropy_forward": text.replace("1e-08", "1e-07")})


def test_the_same_code_is_the_very_same_module() -> None:
    """So it is as fast."""
    same = Edits({name: source(name) for name in ("conv2d_forward", "conv2d_backward_weights", "relu_forward")})
    assert module(same) == module(NO_EDITS)
    edited = Edits({"conv2d_forward": DOUBLED})
    assert module(edited) != module(NO_EDITS)
    twin = source("conv2d_forward").replace("total", "sum_of_products")  # an edit whose code is the same
    assert Edits({"conv2d_forward": twin})
    assert module(Edits({"conv2d_forward": twin})) == module(NO_EDITS)


def test_edits_run_in_inference_training_trace_and_on_every_engine() -> None:
    """Convolution's outputs are doubled wherever they are computed."""
    plain, edited = network(), network({"conv2d_forward": DOUBLED})
    for make_engine in (compiled, Interpreter, lambda plan: Interpreter(plan, exact=True)):
        expected, found = NetworkTracer(plain, make_engine), NetworkTracer(edited, make_engine)
        for tracer in (expected, found):
            tracer.run(IMAGE, 0)
        before = expected.trace("conv2d_1", (1, 4, 4)).value
        assert before != 0.0
        assert found.trace("conv2d_1", (1, 4, 4)).value == pytest.approx(2 * before)
    assert plain.logits([IMAGE]) != edited.logits([IMAGE])
    calls = lower_training(edited, 1).procedures["train"]
    assert "conv2d_forward" in str(calls)


def test_a_gradient_check_finds_that_the_backward_pass_no_longer_fits() -> None:
    """With `derive`, it does; and an edited backward kernel is not replaced by a derived one."""
    assert check_gradients(network(), IMAGE, 1).passed
    wrong = check_gradients(network({"conv2d_forward": DOUBLED}), IMAGE, 1)
    assert {check.name for check in wrong.checks if check.verdict == "wrong"} == {"conv2d_1.weights", "conv2d_1.bias"}
    assert check_gradients(network({"conv2d_forward": DOUBLED}, derive=True), IMAGE, 1).passed
    assert check_gradients(network({"relu_forward": SQUARE}, derive=True), IMAGE, 1).passed
    both = {"relu_forward": SQUARE, "relu_backward": source("relu_backward").replace("> 0.0", "> 0.5")}
    assert not check_gradients(network(both, derive=True), IMAGE, 1).passed


def test_a_layer_whose_backward_is_always_derived_follows_its_edited_forward() -> None:
    """LeakyReLU has no backward of its own."""
    cubed = source("leakyrelu_forward").replace("slope * ", "slope * input[i] * ")
    assert cubed != source("leakyrelu_forward")
    layers = [Conv2D(3, 3), LeakyReLU(0.5), Flatten(), Dense(4)]
    assert check_gradients(network({"leakyrelu_forward": cubed}, layers=layers), IMAGE, 1).passed


def test_the_loss_is_never_derived_from_the_softmax_alone() -> None:
    """Its gradient is that of the loss."""
    text = source("softmax_forward").replace("largest", "top")
    assert check_gradients(network({"softmax_forward": text}, derive=True), IMAGE, 1).passed


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("relu_forward", "def other(x: Float32Buffer) -> None:\n    x[0] = 1.0\n", "does not define it"),
        ("relu_forward", SQUARE.replace("size: Size", "n: Size").replace("(size)", "(n)"), "other parameters"),
        (
            "relu_forward",
            SQUARE.replace("input[i] * input[i]", "1.0").replace("input: Float32Buffer", "input: Int32Buffer"),
            "other parameters",
        ),
        ("relu_forward", SQUARE + "import os\n", "statement is not allowed"),
        ("relu_forward", SQUARE.replace("input[i] * input[i]", "open(input)"), "open"),
        ("relu_forward", SQUARE.replace("lanes(size)", "lanes(sise)"), "sise"),
        ("relu_forward", 7, "expected the text"),
        ("a b", SQUARE, "expected the name of a kernel"),
    ],
)
def test_what_is_refused_says_why(name: str, text: str, message: str) -> None:
    with pytest.raises((ConfigError, KernelError), match=message):
        Edits({name: text})


@pytest.mark.parametrize(
    "data",
    [
        *(7, "x", [], {"kernels": 7}, {"derive": 1}, {"kernels": {}, "more": 1}),
        {"kernels": {f"a{n}": SQUARE for n in range(MAX_EDITS + 1)}},
    ],
)
def test_edits_from_anything_else_are_refused(data: object) -> None:
    with pytest.raises(ConfigError, match=r"edited kernels|derive"):
        Edits.from_dict(data)


def test_a_kernel_without_an_end_is_refused_before_it_runs() -> None:
    """The error names the loop, and what is allowed."""
    edited = network({"relu_forward": SLOW})
    with pytest.raises(KernelError, match=r"takes [\d,]+ steps; expected at most 5,000,000") as caught:
        edited.logits([IMAGE])
    assert [label.source for label in caught.value.labels] == ["for i in range(size)"]
    with pytest.raises(KernelError, match="steps"):
        lower_training(edited, 1)
    with pytest.raises(KernelError, match="steps"):
        check_gradients(edited, IMAGE, 1)
    with pytest.raises(KernelError, match="steps"):
        NetworkTracer(edited)


def test_plain_loops_are_slow_and_allowed() -> None:
    """Every kernel of the largest preset may do without lanes, blocks and unrolling."""
    names = ("conv2d_forward", "conv2d_backward_weights", "conv2d_backward_input", "dense_forward")
    experiment = experiment_of({"experiment": "mnist-large"})
    texts = {}
    for name in names:
        text = re.sub(r"\b(?:lanes|blocked|unrolled)\(([^,\n]*?)(?:, \d+)?\):", r"range(\1):", source(name))
        assert not re.search(r"in (?:lanes|blocked|unrolled)\(", text)
        texts[name] = text
    edited = replace(experiment, edits=Edits(texts)).network()
    assert edited.edits
    lower_training(edited, 1)


def test_files_carry_the_texts_and_open_only_once_they_are_accepted(tmp_path: Path) -> None:
    """A network of one of scnn's kernels and an edited one."""
    edited = network({"conv2d_forward": DOUBLED, "relu_forward": source("relu_forward")}, derive=True)
    path = tmp_path / "edited.safetensors"
    edited.save(path)
    with pytest.raises(EditedKernelsError, match="edited kernels: conv2d_forward") as caught:
        Network.load(path)
    assert caught.value.edits == {"kernels": {"conv2d_forward": DOUBLED}, "derive": True}
    loaded = Network.load(path, accept_edits=True)
    assert loaded.edits.to_dict() == edited.edits.to_dict()
    assert loaded.logits([IMAGE]) == edited.logits([IMAGE])
    plain = network()
    plain.save(path)
    assert "edits" not in unpack(path.read_bytes())[1]
    assert Network.load(path).edits == NO_EDITS


def test_hostile_edits_in_a_file_end_in_a_named_error() -> None:
    """Also those that hide in the provenance, which is never asked."""
    plain = network()
    for hostile in ('{"kernels": 3}', "[[[", '{"kernels": {"relu_forward": "import os"}}', "1e999"):
        data = pack(plain.tensors(), {**plain.metadata(), "edits": hostile})
        with pytest.raises(ModelError):
            Network.from_tensors(*unpack(data), accept_edits=True)
    plain.provenance = {"experiment": {"experiment": "mnist", "edits": {"kernels": {"relu_forward": SQUARE}}}}
    data = pack(plain.tensors(), plain.metadata())
    assert config_in(Network.from_tensors(*unpack(data))) == {"experiment": "mnist"}


def test_a_training_with_edits_is_saved_and_resumed_to_the_same_bits() -> None:
    """The checkpoint carries the texts, and opens only once they are accepted."""
    message = {"experiment": "paper", "epochs": 2, "edits": {"kernels": {"relu_forward": SQUARE}, "derive": True}}
    experiment = experiment_of(message)
    assert experiment.config["edits"] == message["edits"]
    assert "edits" not in experiment_of({"experiment": "paper"}).config
    whole, half = (experiment.trainer(experiment.network(), compiled) for _ in range(2))
    for _ in whole.run():
        pass
    events = half.run()
    while half.epoch == 1:
        next(events)
    half.network.provenance = {"experiment": json.loads(json.dumps(experiment.config)), "as_configured": True}
    data = pack_checkpoint(half)
    with pytest.raises(EditedKernelsError):
        open_checkpoint(data, compiled)
    opened = open_checkpoint(data, compiled, accept_edits=True)
    assert opened.experiment.config == experiment.config
    for _ in opened.trainer.run():
        pass
    assert opened.trainer.network.fingerprint() == whole.network.fingerprint()
    plain = experiment_of({"experiment": "paper", "epochs": 2})
    trainer = plain.trainer(plain.network(), compiled)
    for _ in trainer.run():
        pass
    assert trainer.network.fingerprint() != whole.network.fingerprint()


def test_the_optimiser_and_the_loading_of_images_can_be_edited_too() -> None:
    """They are kernels of the training's plan."""
    training, _ = load_digits()
    digits = training.select((0, 1), 10)
    prints = []
    frozen = source("sgd_update").replace("-= rate *", "-= 0.0 *")
    for edits in (NO_EDITS, Edits({"sgd_update": frozen})):
        made = Network((1, 28, 28), [Flatten(), Dense(2)], seed=1, class_names=digits.classes, edits=edits)
        before = made.fingerprint()
        trainer = Trainer(made, digits, epochs=1, seed=1)
        for _ in trainer.run():
            pass
        prints.append(made.fingerprint() != before)
    assert prints == [True, False]


def test_original_knows_scnns_kernels_alone() -> None:
    assert original("relu_forward") is scnn_kernels.relu_forward
    assert original("__all__") is None


def test_a_plan_with_edits_keeps_everything_else() -> None:
    """Its buffers, its procedures' parameters, and how a batch is cut into shards."""
    plain = experiment_of({"experiment": "mnist"})
    edited = replace(plain, edits=Edits({"relu_forward": SQUARE}))
    plans = [lower_training(one.network(), 8, plain.settings["optimiser"]) for one in (plain, edited)]
    assert plans[0].buffers == plans[1].buffers
    for field in fields(Plan):
        if field.name != "procedures":
            assert getattr(plans[0], field.name) == getattr(plans[1], field.name)
    assert str(plans[0]) == str(plans[1])
