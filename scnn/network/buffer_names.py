"""The names of a network's buffers for outputs and gradients.

Outputs have numbers: 0 is the network's input, and n is the output of the n-th layer (`scnn.network.graph`).
"""

from scnn.network.architecture import Architecture
from scnn.network.graph import same_memory

__all__ = ["LOGITS", "PROBABILITIES", "activation", "gradient", "input_gradient", "output_gradient", "producer"]

LOGITS = "logits"
PROBABILITIES = "probabilities"


def activation(network: Architecture, number: int) -> str:
    """The name of the buffer of an output: 0 is the network's input, and n the output of the n-th layer."""
    if number == len(network.layers):
        return PROBABILITIES
    written = producer(network, number)
    if written == 0:
        return "input"
    last = producer(network, len(network.layers) - 1)
    return LOGITS if written == last else f"{network.names[written - 1]}.output"


def producer(network: Architecture, number: int) -> int:
    """The output that was written where this one is; layers that share memory write no output of their own."""
    *_, written = same_memory(network.layers, network.sources, number)
    return written


def gradient(buffer: str) -> str:
    """The name of the buffer of a buffer's gradient: `d_input`, `conv2d_1.d_weights`."""
    owner, dot, role = buffer.rpartition(".")
    return f"{owner}{dot}d_{role}"


def output_gradient(network: Architecture, index: int, role: str) -> str:
    """The name of the buffer of the gradient of the output that a layer reads in this role."""
    return gradient(activation(network, network.sources[index][role]))


def input_gradient(network: Architecture, index: int, role: str) -> str:
    """The name of the buffer that a layer's backward pass writes as the gradient of its input in this role: that of
    the output, or a buffer of its own if a later layer reads the same output, to which it is then added."""
    if network.layers[index].shares_memory:
        return output_gradient(network, index, role)
    written = producer(network, network.sources[index][role])
    for later in range(index, len(network.layers)):
        layer, sources = network.layers[later], network.sources[later]
        same = [one for one in sources if producer(network, sources[one]) == written and not layer.shares_memory]
        if same and (later > index or same[-1] != role):
            return f"{network.names[index]}.d_{role}"
    return output_gradient(network, index, role)
