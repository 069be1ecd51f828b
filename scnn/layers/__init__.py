"""Layers: shapes, parameters, initialisation, and the kernels of forward and backward."""

from scnn.layers.activation import Dropout, ReLU
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.layers.layer import Layer, Parameter, Shape, call
from scnn.layers.loss import SoftmaxCrossEntropy
from scnn.layers.pooling import MaxPool2D

__all__ = [
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "Layer",
    "MaxPool2D",
    "Parameter",
    "ReLU",
    "Shape",
    "SoftmaxCrossEntropy",
    "call",
]
