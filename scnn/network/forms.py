"""A network as plans run it: each layer in its fastest form."""

from copy import copy

from scnn.layers import forms
from scnn.layers.layer import Layer, Shape
from scnn.network.architecture import Architecture
from scnn.network.edits import Edits

__all__ = ["in_fastest_form"]


def in_fastest_form(network: Architecture) -> Architecture:
    """The network with the same names, shapes and parameters; see `scnn.layers.forms`. A layer with an edited
    kernel keeps its own form."""
    formed = copy(network)
    formed.layers = tuple(
        form_in(layer, shape, network.edits) for layer, shape in zip(network.layers, network.shapes, strict=False)
    )
    return formed


def form_in(layer: Layer, shape: Shape, edits: Edits) -> Layer:
    formed = forms.in_fastest_form(layer, shape)
    if formed is layer:
        return layer
    own = {step.kernel.__name__ for step in [*layer.forward_training(shape), *layer.backward(shape)]}
    return layer if own & edits.kernels.keys() else formed
