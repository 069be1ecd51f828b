"""The kernels that a training calls, layer by layer, each with its call and the plan that has its buffers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scnn.experiments.experiment import Experiment
from scnn.layers.loss import Loss
from scnn.network.edits import Edits, calls_of, original
from scnn.network.lowering import layer_backward_calls, resolve_roles
from scnn.network.network import Network
from scnn.plan import Call, Plan
from scnn.training.lowering import lower_training

__all__ = ["AROUND", "Listed", "kernels_of", "kernels_of_network"]

AROUND = "training"  # the group of what no layer calls


@dataclass(frozen=True)
class Listed:
    """A kernel in one layer. `part` is forward, backward, loss, or training; `text` is that of a kernel that scnn
    does not have: one that is `derived`, or that of a layer of one's own."""

    name: str
    layer: str
    title: str
    part: str
    call: Call
    plan: Plan
    derived: bool
    text: str = ""


def kernels_of(experiment: Experiment) -> list[Listed]:
    """Each kernel of the experiment once in each layer, as scnn has it: of its edits, layers of one's own alone
    count."""
    edits = experiment.edits
    own = Edits({name: text for name, text in edits.texts.items() if original(name) is None})
    return kernels_of_network(replace(experiment, edits=own).network(), experiment.settings)


def kernels_of_network(network: Network, settings: Mapping[str, Any]) -> list[Listed]:
    """Each kernel of the network's training once in each layer."""
    plan = lower_training(network, 1, settings["optimiser"], settings["augmentation"])
    found: dict[tuple[str, str], Listed] = {}

    def add(layer: str, title: str, part: str, calls: list[Call]) -> None:
        for call in calls:
            name = call.kernel.__name__
            if name == "zero" or (layer, name) in found:
                continue
            text = "" if original(name) else "\n".join(source_lines(call))
            derived = not original(name) and name not in network.edits.kernels
            found[layer, name] = Listed(name, layer, title, part, call, plan, derived, text)

    for index, (name, layer, shape) in enumerate(zip(network.names, network.layers, network.shapes, strict=False)):
        add(name, repr(layer), "forward", resolve_roles(layer.forward_training(shape), network, index))
        if isinstance(layer, Loss):
            add(name, repr(layer), "loss", resolve_roles(layer.loss(shape), network, index))
        add(name, repr(layer), "backward", layer_backward_calls(network, index))
    seen = {name for _, name in found}
    called = [call for one in plan.procedures.values() for call in calls_of(one.body)]
    rest = [call for call in called if call.kernel.__name__ not in seen and not of_a_form(call)]
    add(AROUND, "", "training", rest)
    return list(found.values())


def of_a_form(call: Call) -> bool:
    """Whether it has buffers of a layer: the kernels of another form (scnn.layers.forms), which are not edited."""
    return any("." in value for value in call.arguments.values() if isinstance(value, str))


def source_lines(call: Call) -> tuple[str, ...]:
    from scnn.compiler.frontend import parse

    return parse(call.kernel).source.lines
