"""The mathematics of the network: one plain function for each loop nest, forward beside backward.

Every function here is a kernel (see language.py): the interpreter runs it as it stands, the compiler turns
the very same text into WebAssembly. Buffers are flat and come first, outputs before inputs; sizes come last;
a `d_` prefix marks the gradient of the loss with respect to what follows. Maps are [channel, row, column],
filters [filter, channel, row, column]. A kernel works on one sample; gradients add up over a batch.
"""

from scnn.kernels.activation import dropout_backward, dropout_forward, relu_backward, relu_forward
from scnn.kernels.convolution import (
    conv2d_backward_input,
    conv2d_backward_weights,
    conv2d_forward,
    pad2d_backward,
    pad2d_forward,
)
from scnn.kernels.dense import dense_backward_input, dense_backward_weights, dense_forward
from scnn.kernels.functions import exp, log, next_random, uniform
from scnn.kernels.images import distort_image, draw_distortion, load_image, load_label
from scnn.kernels.learning import adam_update, momentum_update, sgd_update, tally, zero
from scnn.kernels.loss import cross_entropy_forward, softmax_cross_entropy_backward, softmax_forward
from scnn.kernels.pooling import maxpool2d_backward, maxpool2d_forward

__all__ = [
    "adam_update",
    "conv2d_backward_input",
    "conv2d_backward_weights",
    "conv2d_forward",
    "cross_entropy_forward",
    "dense_backward_input",
    "dense_backward_weights",
    "dense_forward",
    "distort_image",
    "draw_distortion",
    "dropout_backward",
    "dropout_forward",
    "exp",
    "load_image",
    "load_label",
    "log",
    "maxpool2d_backward",
    "maxpool2d_forward",
    "momentum_update",
    "next_random",
    "pad2d_backward",
    "pad2d_forward",
    "relu_backward",
    "relu_forward",
    "sgd_update",
    "softmax_cross_entropy_backward",
    "softmax_forward",
    "tally",
    "uniform",
    "zero",
]
