"""Checks edited kernels: what they compute, interpreted against compiled, and the gradients of a network with them.

Both run on a small network with the same layers, whose sides are odd, so that lanes and blocks have remainders.
"""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from math import isnan
from random import Random

from scnn.engines.engine import EngineFactory, Values
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError, KernelStop, ScnnError, ShapeError
from scnn.experiments.experiment import Experiment
from scnn.layers.dense import Dense
from scnn.layers.layer import Layer
from scnn.network.architecture import Architecture
from scnn.network.network import Network
from scnn.page.kernel_list import Listed, kernels_of_network
from scnn.page.lessons import describe_check
from scnn.page.messages import Answer, Message, read_number
from scnn.page.sums import number
from scnn.plan import Call, Plan, Procedure
from scnn.training.gradient_check import TOLERANCE, count_steps, gradient_check_steps

__all__ = ["KernelCheck", "compare", "small_network"]

SIDES = (13, 15, 17, 21, 25)  # of the small network's image: the first that its layers can process
MOST = {"filters": 5, "units": 7}  # of each layer but the last
SEED = 5


class KernelCheck:
    """Handles the messages of a check, which the page continues in slices."""

    def __init__(self, experiment_of: Callable[[Message], Experiment], clock: Callable[[], float]) -> None:
        self.experiment_of, self.clock = experiment_of, clock
        self.checking: Iterator[Answer | None] | None = None
        self.done = self.total = 0
        self.handlers = (self.check_kernels, self.advance_kernel_check)

    def check_kernels(self, message: Message) -> Answer:
        """Starts a check of the experiment's edits, or of the `kernel` if there are none; `advance_kernel_check`
        continues it."""
        experiment = self.experiment_of(message)
        network = small_network(experiment.network())
        every = kernels_of_network(network, experiment.settings)
        wanted = network.edits.kernels or [message.get("kernel")]
        listed = [one for one in every if one.name in wanted]
        self.done, self.total = 0, len(listed) + count_steps(network)
        self.checking = steps(network, listed)
        rows = "×".join(map(str, network.input_shape))
        return {
            "total": self.total,
            "tolerance": TOLERANCE,
            "input": rows,
            "kernels": sorted({one.name for one in listed}),
        }

    def advance_kernel_check(self, message: Message) -> Answer:
        """Checks for about `budget_ms` ms. `compared` and `gradients` have what is done since the last call."""
        until = self.clock() + read_number(message, "budget_ms") / 1000
        if self.checking is None:
            raise ConfigError("there is no check: start one first")
        compared: list[Answer] = []
        gradients: list[Answer] = []
        complete = True
        try:
            for step in self.checking:
                self.done += step is None or "same" in step
                if step is not None:
                    (compared if "same" in step else gradients).append(step)
                if self.clock() >= until:
                    complete = False
                    break
        except ScnnError:
            self.checking = None
            raise
        if complete:
            self.checking = None
        progress = {"done": self.done, "total": self.total, "complete": complete}
        return {"compared": compared, "gradients": gradients, **progress}


def steps(network: Network, listed: list[Listed]) -> Iterator[Answer | None]:
    """A comparison for each edited kernel in each layer, then the gradient check, with None for each forward pass."""
    for one in listed:
        yield compare(one)
    random = Random(SEED)
    channels, rows, columns = network.input_shape
    image = [random.random() for _ in range(channels * rows * columns)]
    for check in gradient_check_steps(network, image, 1 % network.classes):
        yield None if check is None else describe_check(check)


def small_network(network: Architecture) -> Network:
    """A network with the same kinds of layers and the same edits on a small image."""
    last = max((at for at, layer in enumerate(network.layers) if isinstance(layer, Dense)), default=-1)
    layers = [layer if at == last else smaller(layer) for at, layer in enumerate(network.layers)]
    channels, *sides = network.input_shape
    shapes = [(channels, side, side) for side in SIDES if side < min(sides)]
    for shape in (*shapes, network.input_shape):
        try:
            return Network(shape, layers, seed=SEED, edits=network.edits)
        except ShapeError:
            continue
    return Network(network.input_shape, network.layers, seed=SEED, edits=network.edits)


def smaller(layer: Layer) -> Layer:
    names = {field.name for field in fields(layer)} & MOST.keys()  # type: ignore[arg-type]
    return replace(layer, **{name: min(getattr(layer, name), MOST[name]) for name in names}) if names else layer  # type: ignore[type-var]


# ------------------------------------------------------------------------------- interpreted and compiled


def compare(one: Listed) -> Answer:
    """Runs a call on the exact interpreter and compiled, on the same random numbers: whether all buffers end with the
    same bits, or both stop with the same error."""
    results = [outcome(one, make_engine) for make_engine in (exact, compiled)]
    (first, found), (second, others) = results
    answer: Answer = {"kernel": one.name, "layer": one.layer, "same": first == second, "values": 0}
    if first or second:
        return {**answer, "stopped": first or second, "difference": None}
    difference = None
    for name, values in found.items():
        answer["values"] += len(values)
        if difference is None and values.tobytes() != others[name].tobytes():
            difference = first_difference(name, values, others[name])
    return {**answer, "same": difference is None, "stopped": None, "difference": difference}


def exact(plan: Plan) -> Interpreter:
    return Interpreter(plan, exact=True)


def outcome(one: Listed, make_engine: EngineFactory) -> tuple[str, dict[str, Values]]:
    """The error that stopped the call, or "", and the buffers after it."""
    used = {str(a): one.plan.buffers[str(a)] for a in one.call.arguments.values() if str(a) in one.plan.buffers}
    passed = sorted({a for a in one.call.arguments.values() if isinstance(a, str) and a not in used})
    call = Call(one.call.kernel, one.call.arguments)
    plan = Plan(one.plan.buffers, {"run": Procedure("run", tuple(passed), (call,))})
    engine = make_engine(plan)
    random = Random(SEED)
    for name, buffer in used.items():
        if buffer.kind == "float32":
            engine.write(name, array("f", (max(0.0, random.uniform(-0.3, 1.0)) for _ in range(buffer.length))))
        elif buffer.kind == "uint8":
            engine.write(name, bytes(random.randrange(256) for _ in range(buffer.length)))
        elif buffer.length > 1:
            engine.write(name, array("i", (random.randrange(4) for _ in range(buffer.length))))
    try:
        engine.run("run", *(0 if name in ("position", "first", "start") else 1 for name in passed))
    except KernelStop as error:
        return f"{type(error).__name__}: {error}", {}
    return "", {name: engine.read(name) for name in used}


def first_difference(name: str, interpreted: Values, of_compiled: Values) -> Answer | None:
    """The first element whose bits differ; all NaNs count as one."""
    for index, (one, other) in enumerate(zip(interpreted, of_compiled, strict=True)):
        if one != other and not (isnan(one) and isnan(other)):
            return {"buffer": name, "index": index, "interpreted": number(one), "compiled": number(other)}
    return None
