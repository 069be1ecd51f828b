"""How a network learns from one image: the loss as a curve of one weight, one whole step, and the gradient check.

Everything here runs on a copy of the network (scnn.page.rehearsal): the person's network stays as it is.
"""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import asdict
from math import prod

from scnn.checks import require_integer
from scnn.errors import ConfigError
from scnn.network.lowering import PROBABILITIES, gradient
from scnn.network.network import Network
from scnn.network.trace import unravel
from scnn.page.elements import NetworkOf, SubjectOf, UnknownClassError, class_of, element_of, layer_in
from scnn.page.explanations import flat_of
from scnn.page.messages import Answer, Message, read_index, read_number
from scnn.page.rehearsal import Rehearsal, architecture_of
from scnn.page.sheets import GRADIENTS
from scnn.page.sums import number
from scnn.training.gradient_check import TOLERANCE, GradientCheck, count_steps, gradient_check_steps
from scnn.training.optimisers import SGD

__all__ = ["Lessons"]

POINTS = 41  # of a loss curve; the one in the middle is the weight itself
MAX_SPAN = 100.0
SAMPLE_DIGITS = 10  # one for each digit
MAX_ROWS = 100  # of the numbers that a step moved, in one answer


class Lessons:
    """Handles the messages of the place Learn. `network_of` and `subject_of` give a message's network, and its image
    with the index of the true class; `clock` returns seconds, for time budgets."""

    def __init__(self, network_of: NetworkOf, subject_of: SubjectOf, clock: Callable[[], float]) -> None:
        self.network_of, self.subject_of, self.clock = network_of, subject_of, clock
        self.rehearsal: Rehearsal | None = None
        self.checking: Iterator[GradientCheck | None] | None = None
        self.done = self.total = 0  # forward passes of the gradient check
        self.handlers = (
            self.hardest_sample,
            self.gradients,
            self.loss_curve,
            self.one_step,
            self.check_gradients,
            self.advance_check,
        )

    def hardest_sample(self, message: Message) -> Answer:
        """The sample digit of largest loss: where the network is sure and right, all gradients are almost zero."""
        losses = []
        for sample in range(SAMPLE_DIGITS):
            try:
                rehearsal, *_ = self.begin({"sample": sample})
            except UnknownClassError:
                continue
            losses.append((rehearsal.forward(), sample))
        return {"sample": max(losses)[1] if losses else 0}

    def gradients(self, message: Message) -> Answer:
        """Pictures of the gradient of the image and of each layer's output but the last, with the loss, the layers
        that have weights, and the classes. Without a true class, `class` is None, and there is no loss."""
        network = self.network_of(message)
        facts: Answer = {"classes": list(network.class_names), "trained": describe_trained(network)}
        try:
            rehearsal, network, label = self.begin(message)
        except UnknownClassError:
            return {**facts, "class": None}
        loss = rehearsal.forward()
        probability = rehearsal.engine.read(PROBABILITIES)[label]
        rehearsal.backward()
        drawn = rehearsal.draw("draw gradients", GRADIENTS)
        layers = [{"name": name, **sheet, "largest": number(sheet["largest"])} for name, sheet in drawn.items()]
        answer = {"class": network.class_names[label], "loss": number(loss), "probability": number(probability)}
        return {**facts, **answer, "layers": layers}

    def loss_curve(self, message: Message) -> Answer:
        """The loss as a curve of one number of a `layer`: the `element` of its `role` (weights or bias), from `span`
        below to `span` above its value; with the gradient of the engine at each point."""
        rehearsal, network, _ = self.begin(message)
        role, shape = parameter_of(network, message)
        index = element_of(message, shape)
        span = read_number(message, "span") if "span" in message else 1.0
        if not 0.001 <= span <= MAX_SPAN:
            raise ConfigError(f"expected a span from 0.001 to {MAX_SPAN:g}, got {span:g}")
        name = f"{message['layer']}.{role}"
        parameter, at = network.parameters[name], flat_of(index, shape)
        middle = POINTS // 2
        values = array("f", [parameter[at] + span * (point - middle) / middle for point in range(POINTS)])
        losses, gradients = [], []
        changed = array("f", parameter)
        for value in values:
            changed[at] = value
            rehearsal.engine.write(name, changed)
            losses.append(rehearsal.forward())
            rehearsal.backward()
            gradients.append(float(rehearsal.engine.read(gradient(name))[at]))
        return {
            "layer": message["layer"],
            "role": role,
            "index": list(index),
            "span": span,
            "middle": middle,
            "values": [number(value) for value in values],
            "losses": [number(loss) for loss in losses],
            "gradients": [number(slope) for slope in gradients],
        }

    def one_step(self, message: Message) -> Answer:
        """One step of SGD with a `learning_rate` on this image alone: the loss and the probability of the true class
        before and after, and `count` of the numbers of a `layer` that moved, the largest changes first, from `first`.
        """
        rehearsal, network, label = self.begin(message)
        layer = layer_in(network, message)
        parameters = network.layers[layer].parameters(network.shapes[layer]) if layer >= 0 else {}
        if not parameters:
            raise ConfigError(f"expected a layer with weights, {with_parameters(network)}, got {message['layer']!r}")
        optimiser = SGD(read_number(message, "learning_rate"))
        engine, names = rehearsal.engine, [f"{message['layer']}.{role}" for role in parameters]
        before = {"loss": number(rehearsal.forward()), "probability": number(engine.read(PROBABILITIES)[label])}
        rehearsal.backward()
        slopes = {name: array("f", engine.read(gradient(name))) for name in names}
        pictures = {"before": rehearsal.draw("draw parameters"), "gradient": rehearsal.draw("draw steps", GRADIENTS)}
        rehearsal.update(optimiser)
        pictures["after"] = rehearsal.draw("draw parameters")
        moved = []
        for name in names:
            old, new = network.parameters[name], engine.read(name)
            moved += [(-abs(new[at] - old[at]), name, at) for at in range(len(old)) if new[at] != old[at]]
        moved.sort()
        numbers = {name: (network.parameters[name], slopes[name], array("f", engine.read(name))) for name in names}
        first = read_index({"first": 0, **message}, "first", max(1, len(moved)))
        count = require_integer("count", message.get("count", MAX_ROWS), 1, MAX_ROWS)
        rows = [
            {
                "role": name.rpartition(".")[2],
                "at": list(unravel(at, parameters[name.rpartition(".")[2]].shape)),
                **dict(zip(("before", "gradient", "after"), (number(one[at]) for one in numbers[name]), strict=True)),
            }
            for _, name, at in moved[first : first + count]
        ]
        after = {"loss": number(rehearsal.forward()), "probability": number(engine.read(PROBABILITIES)[label])}
        return {
            "layer": message["layer"],
            "class": network.class_names[label],
            "learning_rate": optimiser.learning_rate,
            "before": before,
            "after": after,
            "pictures": [
                {
                    "role": role,
                    "before": pictures["before"][f"{message['layer']}.{role}"],
                    "gradient": pictures["gradient"][gradient(f"{message['layer']}.{role}")],
                    "after": pictures["after"][f"{message['layer']}.{role}"],
                }
                for role in parameters
            ],
            "numbers": sum(prod(parameter.shape) for parameter in parameters.values()),
            "moved": len(moved),
            "first": first,
            "rows": rows,
        }

    def check_gradients(self, message: Message) -> Answer:
        """Starts a check of all gradients against finite differences; `advance_check` continues it."""
        network = self.network_of(message)
        image, label = self.subject_of(message)
        label = class_of(network, message, label)
        self.done, self.total = 0, count_steps(network)
        self.checking = gradient_check_steps(network, [level / 255.0 for level in image], label)
        return {"total": self.total, "tolerance": TOLERANCE}

    def advance_check(self, message: Message) -> Answer:
        """Checks for about `budget_ms` ms, at least one forward pass. The answer has the tensors that are done."""
        budget = read_number(message, "budget_ms")
        if self.checking is None:
            raise ConfigError("there is no gradient check: start one first")
        until = self.clock() + budget / 1000
        checks = []
        for step in self.checking:
            if step is None:
                self.done += 1
            else:
                checks.append(describe_check(step))
            if self.clock() >= until:
                break
        else:
            self.checking = None
        return {"checks": checks, "done": self.done, "total": self.total, "complete": self.checking is None}

    def begin(self, message: Message) -> tuple[Rehearsal, Network, int]:
        """The message's network on an engine of its own, with its image and the index of the true class."""
        network = self.network_of(message)
        image, known = self.subject_of(message)
        label = class_of(network, message, known)
        if self.rehearsal is None or self.rehearsal.architecture != architecture_of(network):
            self.rehearsal = Rehearsal(network)
        self.rehearsal.begin(network, image, label)
        return self.rehearsal, network, label


def parameter_of(network: Network, message: Message) -> tuple[str, tuple[int, ...]]:
    """The role of the message's parameter, weights or bias, and its shape."""
    layer = layer_in(network, message)
    parameters = network.layers[layer].parameters(network.shapes[layer]) if layer >= 0 else {}
    if not parameters:
        raise ConfigError(f"expected a layer with weights, {with_parameters(network)}, got {message['layer']!r}")
    role = message.get("role")
    if not isinstance(role, str) or role not in parameters:
        raise ConfigError(f"expected {' or '.join(parameters)} as the role, got {role!r}")
    return role, parameters[role].shape


def describe_trained(network: Network) -> list[Answer]:
    """The layers that have weights, with the shape of each tensor."""
    described = []
    for name, layer, shape in zip(network.names, network.layers, network.shapes, strict=False):
        if parameters := layer.parameters(shape):
            tensors = [{"role": role, "shape": list(parameter.shape)} for role, parameter in parameters.items()]
            described.append({"name": name, "tensors": tensors})
    return described


def with_parameters(network: Network) -> str:
    names = dict.fromkeys(name.rpartition(".")[0] for name in network.parameters)
    return " or ".join(names)


def describe_check(check: GradientCheck) -> Answer:
    fields = asdict(check)
    numbers = {name: number(fields[name]) for name in ("largest_error", "analytic", "numeric", "largest_gradient")}
    verdict = {"right": "passed", "wrong": "failed", "not checked": "not checked"}[check.verdict]
    return {
        **fields,
        **numbers,
        "shape": list(check.shape),
        "index": list(check.index),
        "verdict": verdict,
        "faint": check.faint,
    }
