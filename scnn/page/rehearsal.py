"""A copy of a network on an engine of its own, with one image: forward, backward, a step, and its gradients drawn."""

from array import array

from scnn.engines.engine import Engine
from scnn.engines.wasm import compiled
from scnn.formats.png import Colours
from scnn.layers import Shape
from scnn.network.inspection import drawing, read_sheet
from scnn.network.lowering import (
    activation,
    activation_buffers,
    allocate_buffers,
    gradient,
    gradient_buffers,
    learned_size,
    parameter_buffers,
    sample_buffers,
)
from scnn.network.network import Network
from scnn.network.trace import calls_of
from scnn.page.messages import Answer
from scnn.page.sheets import ACTIVATIONS, describe_sheet
from scnn.plan import Plan, Procedure
from scnn.training.optimisers import SETTINGS, SGD

__all__ = ["Rehearsal", "architecture_of"]


class Rehearsal:
    """The engine has the weights that `begin` was given; the network itself stays as it is."""

    def __init__(self, network: Network) -> None:
        self.architecture = architecture_of(network)
        self.names = list(network.parameters)
        layout = parameter_buffers(network) | gradient_buffers(network) | sample_buffers(network, 0)
        layout |= activation_buffers(network) | {gradient("input"): ("float32", network.input_shape)}
        layout |= {"settings": ("float32", (1, SETTINGS)), "step": ("int32", (1,))}
        calls = calls_of(network)
        procedures = []
        self.drawn = drawn_by(network)
        for name, group in self.drawn.items():
            sheets, draw = drawing(group)
            layout |= sheets
            procedures.append(Procedure(name, (), tuple(draw)))
        buffers = allocate_buffers(network, layout)
        procedures += [
            Procedure("forward", (), tuple(call for _, backward, call in calls if not backward)),
            Procedure("backward", (), tuple(call for _, backward, call in calls if backward)),
            Procedure("update", ("samples",), (SGD().update(learned_size(network, buffers)),)),
        ]
        plan = Plan(buffers, {one.name: one for one in procedures})
        self.engine: Engine = compiled(network.edits.applied(plan))

    def begin(self, network: Network, image: bytes, label: int) -> None:
        for name, values in network.parameters.items():
            self.engine.write(name, values)
        self.engine.write("input", [level / 255.0 for level in image])
        self.engine.write("label", [label])

    def forward(self) -> float:
        """The loss."""
        self.engine.run("forward")
        return float(self.engine.read("loss")[0])

    def backward(self) -> None:
        """Computes all gradients, after `forward`."""
        for name in self.names:
            self.engine.write(gradient(name), array("f", bytes(4 * len(self.engine.read(name)))))
        self.engine.run("backward")

    def draw(self, procedure: str, colours: Colours = ACTIVATIONS) -> dict[str, Answer]:
        """The sheets of `draw gradients`, `draw parameters` or `draw steps`, by their names."""
        self.engine.run(procedure)
        group = self.drawn[procedure]
        return {name: describe_sheet(read_sheet(self.engine, name, shape), colours) for name, _, shape in group}

    def update(self, optimiser: SGD) -> None:
        self.engine.write("settings", optimiser.row(0, 1.0))
        self.engine.write("step", [0])
        self.engine.run("update", 1)


def architecture_of(network: Network) -> tuple[object, ...]:
    """What two networks have in common if they can use the same rehearsal."""
    return network.input_shape, network.layers, network.edits


def drawn_by(network: Network) -> dict[str, list[tuple[str, str, Shape]]]:
    """What is drawn by which procedure: the gradients of the image and of each layer's output but the last, the
    parameters, and their gradients; each with its name, buffer and shape."""
    outputs = [
        (name, gradient(activation(network, at)), network.shapes[at])
        for at, name in enumerate(("image", *network.names[:-1]))
    ]
    parameters = [(name, entry.shape) for name, entry in network.specifications().items()]
    return {
        "draw gradients": outputs,
        "draw parameters": [(name, name, shape) for name, shape in parameters],
        "draw steps": [(gradient(name), gradient(name), shape) for name, shape in parameters],
    }
