"""Checkpoints that are refused: changed states and tensors, each before anything of them is used."""

import json
import math
from array import array
from contextlib import suppress
from itertools import islice
from random import Random

import pytest

from scnn.errors import ModelError, ScnnError
from scnn.formats import safetensors
from scnn.formats.safetensors import Tensor
from scnn.training.checkpoint import pack_checkpoint, resume
from tests.training.checkpoints import FEW, TEST, WAYS, trainer


def test_mutated_checkpoints_are_refused_or_sound() -> None:
    """A changed state gives a ModelError or a trainer that can continue, and nothing else."""
    one = trainer(**WAYS["adam with everything"])
    run = one.run()
    for _ in range(12):
        next(run)
    tensors, metadata = safetensors.unpack(pack_checkpoint(one))
    random = Random(3)
    junk = [None, -1, 10**12, "x", [], {}, [1, 2], {"kind": "SGD"}, True, 1e999, 0.5]
    refused = 0
    for turn in range(100):
        changed, which = dict(metadata), random.choice(["settings", "state"])
        table = json.loads(changed[which])
        name = random.choice(list(table))
        table[name] = random.choice(junk)
        if turn % 3 == 0:
            del table[name]
        changed[which] = json.dumps(table)
        try:
            resumed = resume(safetensors.pack(tensors, changed), FEW, TEST)
        except ModelError:
            refused += 1
            continue
        with suppress(ScnnError):  # such as a loss that is none any more
            for _ in islice(resumed.run(), 10):
                pass
    assert refused > 33


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trained", 3.5),
        ("judging", 2.5),
        ("epoch", True),
        ("finished", "no"),
        ("best", [1, ["a", "b"]]),
        ("best", [1, {"test": [0.5, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]]}]),
        ("best", [99, {"validation": [0.5, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]]}]),
        ("scores", {"validation": ["a", [[1, 0, 0], [0, 1, 0], [0, 0, 1]]]}),
        ("scores", {"validation": [0.5, [[1, 0], [0, 1]]]}),
        ("scores", {"training": [0.5, [[0, 0, 0], [0, 0, 0], [0, 0, 0]]]}),
        ("scores", {"training": [0.5, [[1, 0, -1], [0, 1, 0], [0, 0, 1]]]}),
    ],
)
def test_invalid_states_are_refused(name: str, value: object) -> None:
    """Positions are integers, and scores are square matrices of counts: all are checked before use."""
    one = trainer(**WAYS["adam with everything"])
    for _ in islice(one.run(), 12):
        pass
    tensors, metadata = safetensors.unpack(pack_checkpoint(one))
    state = {**json.loads(metadata["state"]), name: value}
    with pytest.raises(ModelError, match="cannot be resumed"):
        resume(safetensors.pack(tensors, {**metadata, "state": json.dumps(state)}), FEW, TEST)


def changed(**tensors: Tensor | None) -> bytes:
    """A checkpoint in the middle of an epoch, with some tensors replaced."""
    one = trainer(**WAYS["adam with everything"])
    for _ in islice(one.run(), 30):
        pass
    assert one.best and one.trained
    before, metadata = safetensors.unpack(pack_checkpoint(one))
    found = {name: tensors.get(name.removeprefix("training."), tensor) for name, tensor in before.items()}
    return safetensors.pack({name: tensor for name, tensor in found.items() if tensor}, metadata)


def like(name: str, kind: str, value: float) -> dict[str, Tensor]:
    """A tensor of the checkpoint with all numbers of another type or value."""
    length = len(safetensors.unpack(changed())[0]["training." + name].values)
    return {name: Tensor(array(kind, [value] * length), (length,))}


@pytest.mark.parametrize(
    ("name", "kind", "value", "words"),
    [
        ("parameters", "f", math.nan, "parameters must be finite"),
        ("parameters", "f", 0.5, "its model and of its training differ"),
        ("parameters", "I", 1, "parameters must be float32"),
        ("second_moment", "f", math.inf, "second_moment must be finite"),
        ("best_parameters", "f", math.nan, "parameters must be finite"),
        ("order", "f", 1.0, "its order must be int32"),
        ("order", "i", 1, "on another dataset"),
        ("step", "i", 99, "step contradicts its position"),
    ],
)
def test_tensors_that_cannot_be(name: str, kind: str, value: float, words: str) -> None:
    """Wrong types, numbers that are not finite and inconsistent weights are rejected before use."""
    with pytest.raises(ModelError, match=words):
        resume(changed(**like(name, kind, value)), FEW, TEST)
    assert resume(changed(), FEW, TEST).trained


@pytest.mark.parametrize(
    ("average", "words"),
    [
        (None, "expected .* values in average, got 0"),
        (math.nan, "average must be finite"),
        (0.5, "its model and of its training differ"),
    ],
)
def test_averages_that_cannot_be(average: float | None, words: str) -> None:
    """The average in the middle of an epoch is the model of the file."""
    one = trainer(**WAYS["averaged"])
    next(one.run())
    tensors, metadata = safetensors.unpack(pack_checkpoint(one))
    old = tensors.pop("training.average")
    if average is not None:
        tensors["training.average"] = Tensor(array("f", [average] * len(old.values)), old.shape)
    with pytest.raises(ModelError, match=words):
        resume(safetensors.pack(tensors, metadata), FEW, TEST)
