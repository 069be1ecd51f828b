"""Gradient checks: compares the gradients that an engine computes with finite differences of the loss.

For a number w of the network the central difference is (L(w + h) - L(w - h)) / 2h. The losses are computed in float64
(scnn.engines.float64), which reruns only the layer that reads w and the layers after it. The step h is 1e-6, or 1e-6
· |w| if |w| is larger than 1: the rounding error of L then contributes about 1e-10 times the size of the logits, and
the curvature less. Where a network is sure and right, all its gradients may be as small as that, or as the rounding
of its probabilities to float32, 6e-8: these are not checked. If the slopes on the two sides of w differ, w is at a
kink of a ReLU or a max pooling, where the loss has no gradient: w is counted, but not checked. The engine runs the
backward pass twice, so that a kernel that overwrites a parameter's gradient instead of adding to it is wrong by half.
L is the loss without the ε that keeps it finite in float32 (`Loss.exact_loss`), because the gradients do not contain
ε either.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from math import inf, prod
from random import Random

from scnn.data.images import images_of
from scnn.engines.engine import Engine, EngineFactory
from scnn.engines.float64 import Float64
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError
from scnn.layers.layer import Shape
from scnn.network.architecture import Architecture
from scnn.network.graph import learned_outputs
from scnn.network.lowering import (
    activation,
    activation_buffers,
    allocate_buffers,
    backward_calls,
    gradient,
    gradient_buffers,
    parameter_buffers,
    resolve_roles,
)
from scnn.network.network import Network
from scnn.plan import Call, Plan, Procedure

__all__ = [
    "SAMPLES",
    "GradientCheck",
    "GradientReport",
    "check_gradients",
    "count_steps",
    "gradient_check_steps",
    "gradient_checks",
]

STEP = 1e-6
KINK = 1e-3  # relative difference of the two slopes from which a number counts as at a kink
TOLERANCE = 1e-3  # relative; float32 rounds each term of a sum to 6e-8
MIN_SHARE = 1e-2  # errors are relative to the number's gradient, or to this share of the tensor's largest gradient
FAINT = 1e-4  # a tensor whose gradients are all smaller cannot be found wrong: their rounding may be 1e-7
SAMPLES = 4  # numbers checked in each tensor: two seconds for the preset mnist in CPython
SEED = 20260  # for dropout's random numbers


@dataclass(frozen=True)
class GradientCheck:
    """The result for one tensor: a parameter, or the input of a layer. `index` is where the error is largest."""

    name: str
    shape: Shape
    checked: int
    kinks: int
    largest_error: float
    index: tuple[int, ...]
    analytic: float  # the engine's gradient there
    numeric: float  # the central difference there
    largest_gradient: float  # of all the tensor's, and of the central differences

    @property
    def faint(self) -> bool:
        """Whether the error may be the rounding of the losses: the gradients are too small to be compared."""
        return TOLERANCE < self.largest_error < inf and self.largest_gradient < FAINT

    @property
    def verdict(self) -> str:
        """`right`, `wrong`, or `not checked` if all sampled numbers are at kinks or the gradients are too small."""
        if self.checked == self.kinks or self.faint:
            return "not checked"
        return "right" if self.largest_error <= TOLERANCE else "wrong"


@dataclass(frozen=True)
class GradientReport:
    """The results for all tensors, in the order of the layers."""

    checks: tuple[GradientCheck, ...]
    step: float = STEP
    tolerance: float = TOLERANCE

    @property
    def passed(self) -> bool:
        """Whether no gradient is wrong."""
        return all(check.verdict != "wrong" for check in self.checks)


def check_gradients(
    network: Network,
    image: object,
    label: int,
    *,
    samples: int | None = SAMPLES,
    seed: int = 0,
    make_engine: EngineFactory = compiled,
) -> GradientReport:
    """Checks the gradients of every parameter, and of the input of every layer after the first parameters.

    `samples` is the number of elements checked in each tensor, chosen by `seed`; None checks all of them. The image
    has any form that `predict` accepts. Raises ShapeError for an image of another size, ConfigError for a label that
    is not a class.
    """
    checks = gradient_checks(network, image, label, samples=samples, seed=seed, make_engine=make_engine)
    return GradientReport(tuple(checks))


def gradient_checks(
    network: Network,
    image: object,
    label: int,
    *,
    samples: int | None = SAMPLES,
    seed: int = 0,
    make_engine: EngineFactory = compiled,
) -> Iterator[GradientCheck]:
    """As `check_gradients`, but yields each tensor's result as soon as it is ready."""
    steps = gradient_check_steps(network, image, label, samples=samples, seed=seed, make_engine=make_engine)
    return (check for check in steps if check is not None)


def gradient_check_steps(
    network: Network,
    image: object,
    label: int,
    *,
    samples: int | None = SAMPLES,
    seed: int = 0,
    make_engine: EngineFactory = compiled,
) -> Iterator[GradientCheck | None]:
    """As `gradient_checks`, but yields None after each forward pass, which runs in plain Python: each number takes
    two. `count_steps` says how many there are."""
    if not 0 <= label < network.classes:
        raise ConfigError(f"expected a label from 0 to {network.classes - 1}, got {label}")
    if samples is not None and samples < 1:
        raise ConfigError(f"expected samples of at least 1, or None for all, got {samples}")
    numbers, *_ = images_of(image, network.input_shape)
    trial = Trial(network, numbers, label, make_engine)
    random = Random(seed)
    for tensor in tensors_of(network):
        yield (yield from trial.check(tensor, samples, random))


def count_steps(network: Architecture, samples: int | None = SAMPLES) -> int:
    """The number of forward passes of a gradient check."""
    sizes = [prod(tensor.shape) for tensor in tensors_of(network)]
    return 2 * sum(size if samples is None else min(samples, size) for size in sizes)


@dataclass(frozen=True)
class Tensor:
    """A buffer that has a gradient, and a layer before which no other layer reads it."""

    name: str
    shape: Shape
    layer: int


def tensors_of(network: Architecture) -> list[Tensor]:
    """The parameters of each layer, and the output before it, if the backward pass leaves the gradient of that in a
    buffer."""
    tensors: list[Tensor] = []
    learned = learned_outputs(network.layers, network.shapes, network.sources)
    for index, (name, layer, shape) in enumerate(zip(network.names, network.layers, network.shapes, strict=False)):
        buffer = activation(network, index)
        if learned[index] and not changed_in_place(network, index) and all(buffer != one.name for one in tensors):
            tensors.append(Tensor(buffer, shape, index))
        for role, parameter in layer.parameters(shape).items():
            if not parameter.learned:
                continue
            tensors.append(Tensor(f"{name}.{role}", parameter.shape, index))
    return tensors


def changed_in_place(network: Architecture, index: int) -> bool:
    """Whether a layer that shares memory with the input of layer `index` overwrites that input."""
    buffer = activation(network, index)
    return any(
        layer.shares_memory and layer.forward_training(shape) and activation(network, at) == buffer
        for at, (layer, shape) in enumerate(zip(network.layers, network.shapes, strict=False))
    )


class Trial:
    """A network with one image, on the engine and in float64."""

    def __init__(self, network: Network, image: Sequence[float], label: int, make_engine: EngineFactory) -> None:
        self.network, self.image, self.label = network, image, label
        layers = list(zip(network.layers, network.shapes, strict=False))
        self.calls = [
            resolve_roles(layer.forward_training(shape), network, index)
            for index, (layer, shape) in enumerate(layers)
        ]
        forward = [call for calls in self.calls for call in calls]
        exact_loss = network.loss.exact_loss(network.shapes[-1])
        self.calls[-1] = [*self.calls[-1], *resolve_roles(exact_loss, network, len(network.layers) - 1)]
        plan = plan_of(network, [*forward, *backward_calls(network)])
        self.engine = make_engine(plan)
        for _ in range(2):
            self.begin(self.engine)
            self.engine.run("learn")
        self.exact = Float64(plan)
        self.begin(self.exact)
        written = ["random", *activation_buffers(network)]
        self.before: list[dict[str, list[float]]] = []  # the buffers that layers write, as they are before each layer
        for calls in self.calls:
            self.before.append({name: self.exact.buffers[name][:] for name in written})
            self.exact.run(calls)
        self.loss = self.exact.buffers["loss"][0]

    def begin(self, on: Float64 | Engine) -> None:
        on.write("input", self.image)
        on.write("label", [self.label])
        on.write("random", [SEED])
        for name, values in self.network.parameters.items():
            on.write(name, values)

    def loss_with(self, tensor: Tensor, position: int, value: float) -> float:
        """The loss with one number changed; runs only the layer that reads it and the layers after that."""
        for name, values in self.before[tensor.layer].items():
            self.exact.buffers[name][:] = values
        numbers = self.exact.buffers[tensor.name]
        before, numbers[position] = numbers[position], value
        for calls in self.calls[tensor.layer :]:
            self.exact.run(calls)
        numbers[position] = before
        return self.exact.buffers["loss"][0]

    def check(self, tensor: Tensor, samples: int | None, random: Random) -> Generator[None, None, GradientCheck]:
        """The result for one tensor; yields after each loss."""
        learned = tensor.name in self.network.parameters
        found = [float(value) / (2 if learned else 1) for value in self.engine.read(gradient(tensor.name))]
        size = prod(tensor.shape)
        positions = range(size) if samples is None else sorted(random.sample(range(size), min(samples, size)))
        scale = max(map(abs, found), default=0.0)
        worst, kinks, largest = (0.0, 0, 0.0, 0.0), 0, scale
        for position in positions:
            value = self.before[tensor.layer].get(tensor.name, self.exact.buffers[tensor.name])[position]
            step = STEP * max(1.0, abs(value))
            above = (self.loss_with(tensor, position, value + step) - self.loss) / step
            yield
            below = (self.loss - self.loss_with(tensor, position, value - step)) / step
            yield
            numeric = (above + below) / 2
            largest = max(largest, abs(numeric))
            least = max(abs(numeric), abs(found[position]), MIN_SHARE * scale, 1e-6)
            if abs(above - below) > KINK * least:
                kinks += 1
                continue
            error = abs(found[position] - numeric) / least
            if not error <= worst[0]:  # NaN is the worst
                worst = (error, position, found[position], numeric)
        error, position, analytic, numeric = worst
        at = index_of(position, tensor.shape)
        return GradientCheck(tensor.name, tensor.shape, len(positions), kinks, error, at, analytic, numeric, largest)


def plan_of(network: Architecture, learn: list[Call]) -> Plan:
    layout = {
        **parameter_buffers(network),
        **gradient_buffers(network),
        "random": ("int32", (1,)),
        "label": ("int32", (1,)),
        "loss": ("float32", (1,)),
        "input": ("float32", network.input_shape),
        **activation_buffers(network),
    }
    plan = Plan(allocate_buffers(network, layout), {"learn": Procedure("learn", (), tuple(learn))})
    return network.edits.applied(plan)


def index_of(position: int, shape: Shape) -> tuple[int, ...]:
    """The index on each axis of the element at a position of a flat buffer."""
    index: list[int] = []
    for length in reversed(shape):
        index.insert(0, position % length)
        position //= length
    return tuple(index)
