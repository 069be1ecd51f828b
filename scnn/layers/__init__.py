"""Layers: shapes, parameters, initialisation, and the kernels of forward and backward."""

from scnn.layers.activation import GELU, Dropout, LeakyReLU, PReLU, ReLU, Sigmoid, SiLU, Tanh
from scnn.layers.batch_normalisation import BatchNorm2D
from scnn.layers.branches import Add, Branch, Concatenate, Join
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.layers.layer import Layer, Parameter, Shape, call
from scnn.layers.loss import Loss, MeanSquaredError, SoftmaxCrossEntropy, SquaredHinge
from scnn.layers.normalisation import GroupNorm, LayerNorm, Standardise
from scnn.layers.own import Own
from scnn.layers.pooling import AveragePool2D, GlobalAveragePool, MaxPool2D
from scnn.layers.transposed_convolution import ConvTranspose2D

__all__ = [
    "Add",
    "AveragePool2D",
    "BatchNorm2D",
    "Branch",
    "Concatenate",
    "Conv2D",
    "ConvTranspose2D",
    "Dense",
    "Dropout",
    "Flatten",
    "GELU",
    "GlobalAveragePool",
    "GroupNorm",
    "Join",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Loss",
    "MaxPool2D",
    "MeanSquaredError",
    "Own",
    "PReLU",
    "Parameter",
    "ReLU",
    "Shape",
    "SiLU",
    "Sigmoid",
    "SoftmaxCrossEntropy",
    "SquaredHinge",
    "Standardise",
    "Tanh",
    "call",
]
