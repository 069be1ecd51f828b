"""The names of a network's buffers for outputs and gradients.

Outputs have numbers: 0 is the network's input, and n is the output of the n-th layer (`scnn.network.graph`).
"""

from scnn.network.architecture import Architecture

__all__ = ["LOGITS", "PROBABILITIES", "activation", "gradient", "input_gradient", "output_gradient"]

LOGITS = "logits"
PROBABILITIES = "probabilities"


def activation(network: Architecture, number: int) -> str:
    """The name of the buffer of an output: 0 is the network's input, and n the output of the n-th layer."""
    if number == len(network.layers):
        return PROBABILITIES
    written = network.memory[number]
    if written == 0:
        return "input"
    return LOGITS if written == network.memory[-2] else f"{network.names[written - 1]}.output"


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
    written = network.memory[network.sources[index][role]]
    if network.layers[index].shares_memory or network.last_readers[written] == (index, role):
        return output_gradient(network, index, role)
    return f"{network.names[index]}.d_{role}"
