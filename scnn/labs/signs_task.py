"""Exercises whose answer is signs: whether the loss rises or falls with a weight, found by nudging it."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from scnn.engines.engine import EngineFactory
from scnn.errors import AnswerError
from scnn.labs.bench import Gradients, digit, network_in
from scnn.labs.fields import Fields
from scnn.labs.remarks import Remark
from scnn.labs.task import Evidence, Grading, Task, plain
from scnn.network.network import Network

__all__ = ["SIGNS", "SignsTask"]

SIGNS = ("positive", "negative", "zero")
MAX_ASKED = 8
MAX_CHANGE = 10.0


class SignsTask(Task):
    """`answer`: {"kind": "signs", "network": {"layers", "seed"}, "digit": of the bundled test images, "weights":
    [{"tensor": "conv2d_1.weights", "element": [0, 0, 1, 1]}, …]}; `checks`: [{"kind": "gradient"}]."""

    kind = "signs"

    def __init__(self, network: Network, index: int, asked: Sequence[tuple[str, Sequence[int], int]]) -> None:
        self.network, self.index, self.asked = network, index, asked
        self.bench: Gradients | None = None

    @classmethod
    def read(cls, answer: Fields, checks: list[Fields]) -> "SignsTask":
        network = network_in(answer.inner("network", "an object with layers and seed"))
        index = answer.integer("digit", 0, 999)
        asked = []
        shapes = {name: entry.shape for name, entry in network.specifications().items()}
        for one in answer.objects("weights", "objects with tensor and element", 1, MAX_ASKED):
            tensor = one.choice("tensor", list(shapes))
            shape = shapes[tensor]
            element = one.indices("element", len(shape))
            if any(at >= size for at, size in zip(element, shape, strict=True)):
                one.refuse("element", f"inside the tensor, whose shape is {list(shape)}", list(element))
            position = sum(at * prod(shape[axis + 1 :]) for axis, at in enumerate(element))
            asked.append((tensor, element, position))
            one.finish()
        for check in checks:
            check.choice("kind", ["gradient"])
            check.finish()
        return cls(network, index, asked)

    def gradients(self, make_engine: EngineFactory) -> Gradients:
        if self.bench is None:
            self.bench = Gradients(self.network, *digit(self.index), make_engine)
        return self.bench

    def describe(self, language: str) -> dict[str, Any]:
        weights = [
            {
                "layer": tensor.rpartition(".")[0],
                "role": tensor.rpartition(".")[2],
                "index": list(element),
                "value": self.network.parameters[tensor][position],
            }
            for tensor, element, position in self.asked
        ]
        return {"weights": weights, "signs": list(SIGNS), "class": str(digit(self.index)[1])}

    def attempt(self, message: Mapping[str, Any], make_engine: EngineFactory) -> dict[str, Any]:
        """The loss with weight `weight` changed by `change`, and without."""
        fields = Fields(message.get("trial"), "trial", AnswerError)
        at = fields.integer("weight", 0, len(self.asked) - 1)
        change = fields.number("change", -MAX_CHANGE, MAX_CHANGE)
        bench = self.gradients(make_engine)
        tensor, _, position = self.asked[at]
        return {"loss": bench.loss(), "changed": bench.loss_with(tensor, position, change)}

    def accept(self, answer: object) -> list[str]:
        count = len(self.asked)
        if not isinstance(answer, list) or len(answer) != count or not all(one in SIGNS for one in answer):
            raise AnswerError(f"expected a list of {count} signs, each one of: {', '.join(SIGNS)}")
        return list(answer)

    def grade(self, answer: list[str], language: str, make_engine: EngineFactory) -> Grading:
        evidence, remarks, solved = Evidence(), [], True
        for at, (tensor, element, position) in enumerate(self.asked):
            yield at / len(self.asked)
            gradient = self.gradients(make_engine).gradient(tensor, position)
            evidence.add([gradient])
            sign = "positive" if gradient > 0 else "negative" if gradient < 0 else "zero"
            right = answer[at] == sign
            solved = solved and right
            values: dict[str, Any] = {"weight": f"{tensor}[{', '.join(map(str, element))}]"}
            values |= {"gradient": plain(gradient)} if right else {}
            remarks.append(Remark(f"sign_{sign}" if right else "sign_wrong", values))
        return evidence.verdict(solved, remarks)
