"""The sizes of weights, gradients and steps by layer, as root mean squares: the length of the vector divided by the
root of its number of elements, so that large and small layers can be compared."""

from collections.abc import Callable, Iterable
from math import dist, hypot, isfinite, sqrt

from scnn.network.lowering import gradient
from scnn.page.messages import Answer
from scnn.training.trainer import Trainer

__all__ = ["Sizes"]

SECONDS = 0.3  # between two measurements
SHARE = 0.01  # of the time that measuring may take


class Sizes:
    """Measures one batch from time to time: its gradients before the optimiser's step, and the step. The training's
    bits are not changed."""

    def __init__(self, trainer: Trainer, clock: Callable[[], float]) -> None:
        self.trainer, self.clock = trainer, clock
        network = trainer.network
        self.names = {  # of the learned tensors by layer; layers without any are left out
            name: [f"{name}.{role}" for role, one in layer.parameters(shape).items() if one.learned]
            for name, layer, shape in zip(network.names, network.layers, network.shapes, strict=False)
            if layer.parameters(shape)
        }
        self.due = float("-inf")
        self.cost = 0.0
        self.before: dict[str, list[float]] = {}  # parameters before the measured step, by layer
        self.gradients: dict[str, float] = {}

    def watch(self) -> None:
        """Measures the next batch if it is time."""
        if self.trainer.before_update is None and self.clock() >= self.due:
            self.watch_next()

    def watch_next(self) -> None:
        self.trainer.before_update = self.measure_gradients

    def measure_gradients(self, samples: int) -> None:
        started = self.clock()
        self.trainer.before_update = None
        self.before = {layer: self.read(names) for layer, names in self.names.items()}
        self.gradients = {
            layer: rms(self.read(map(gradient, names))) / samples for layer, names in self.names.items()
        }
        self.cost = self.clock() - started

    def take(self) -> list[Answer]:
        """The sizes of the batch that was measured since the last call, by layer; empty if none was. `weights` are
        those after the step, `gradients` the mean over the batch, and `step` is the change of the weights; None if
        not finite."""
        if not self.before:
            return []
        started = self.clock()
        before, self.before = self.before, {}
        answer = []
        for layer, names in self.names.items():
            weights = self.read(names)
            step = dist(before[layer], weights) / sqrt(len(weights))
            sizes = {"weights": rms(weights), "gradients": self.gradients[layer], "step": step}
            finite = {name: size if isfinite(size) else None for name, size in sizes.items()}
            answer.append({"layer": layer, **finite})
        now = self.clock()
        self.due = now + max(SECONDS, (self.cost + now - started) / SHARE)
        return answer

    def read(self, names: Iterable[str]) -> list[float]:
        values: list[float] = []
        for name in names:
            values.extend(self.trainer.engine.read(name))
        return values


def rms(values: list[float]) -> float:
    return hypot(*values) / sqrt(len(values))
