"""The mathematics of the network: one plain function for each loop nest, forward beside backward.

Every function here is a kernel (see `scnn.language`): the interpreter runs it, and the compiler translates the same
source to WebAssembly. Buffers are flat and come first, outputs before inputs; sizes come last. Feature maps are
[channel, row, column], filters [filter, channel, row, column]. A kernel processes one sample.

Formulas in the docstrings use the code's names, with one index for each axis where the code computes a flat index.
The prefix `d_` marks a gradient: `d_weights` is ∂loss/∂weights.

Gradients of parameters are written with `+=`, because they add up over the samples of a batch; the optimiser's kernel
(`scnn.kernels.learning`) divides them by the number of samples, and then resets them to zero. Gradients of inputs
belong to one sample, and so are written with `=`, except where a kernel scatters (convolution, max pooling): several
outputs contribute to one input there, and the layer calls `zero` on the buffer first.
"""

from scnn.kernels.activation import (
    dropout_backward,
    dropout_forward,
    gelu_backward,
    gelu_forward,
    leakyrelu_forward,
    prelu_forward,
    relu_backward,
    relu_forward,
    sigmoid_forward,
    silu_forward,
    tanh_forward,
)
from scnn.kernels.batch_normalisation import (
    add_channel_squares,
    add_channel_sums,
    add_gradient_sums,
    add_statistics,
    batch_norm_forward,
    batch_norm_gradient,
    divide_by_count,
    normalise_channels,
    update_statistics,
)
from scnn.kernels.batches import keep_integers, keep_numbers, take_integers, take_numbers
from scnn.kernels.branches import add_forward, add_gradient, concatenate_forward
from scnn.kernels.channel_last import (
    conv2d_channel_last_backward_input,
    conv2d_channel_last_backward_weights,
    conv2d_channel_last_forward,
    conv2d_few_channels_backward_weights,
    pad2d_channel_last_backward,
    pad2d_channel_last_forward,
    transpose,
)
from scnn.kernels.convolution import (
    conv2d_backward_input,
    conv2d_backward_weights,
    conv2d_forward,
    fill_channels,
    pad2d_backward,
    pad2d_forward,
    sum_channels,
)
from scnn.kernels.dense import dense_backward_input, dense_backward_weights, dense_forward
from scnn.kernels.functions import exp, log, next_random, normal_cdf, seed_sample, sigmoid, uniform
from scnn.kernels.grouped_convolution import (
    conv2d_grouped_backward_input,
    conv2d_grouped_backward_weights,
    conv2d_grouped_forward,
)
from scnn.kernels.images import (
    change_colours,
    distort_image,
    draw_distortion,
    flip_distortion,
    load_image,
    load_label,
)
from scnn.kernels.learning import (
    adam_update,
    average_weights,
    begin_step,
    clip_gradients,
    decay_weights,
    end_step,
    lion_update,
    momentum_update,
    record_outcome,
    sgd_update,
    swap_weights,
    tally,
    zero,
)
from scnn.kernels.loss import (
    cross_entropy_forward,
    mean_squared_error_backward,
    mean_squared_error_forward,
    smoothed_cross_entropy_backward,
    smoothed_cross_entropy_forward,
    softmax_cross_entropy_backward,
    softmax_forward,
    squared_hinge_backward,
    squared_hinge_forward,
)
from scnn.kernels.muon import descend, muon_direction, orthogonalise
from scnn.kernels.normalisation import (
    normalise_forward,
    scale_channels_forward,
    scale_elements_forward,
    standardise_forward,
)
from scnn.kernels.pooling import (
    averagepool2d_forward,
    averagepool2d_padded_forward,
    globalaveragepool_forward,
    maxpool2d_backward,
    maxpool2d_forward,
    maxpool2d_padded_forward,
)
from scnn.kernels.sums import add_sums, join_sum, keep_sum
from scnn.kernels.winograd import (
    conv2d_winograd_forward,
    winograd_inputs,
    winograd_outputs,
    winograd_products,
    winograd_weights,
)

__all__ = [
    "adam_update",
    "add_channel_squares",
    "add_channel_sums",
    "add_forward",
    "add_gradient",
    "add_gradient_sums",
    "add_statistics",
    "add_sums",
    "average_weights",
    "averagepool2d_forward",
    "averagepool2d_padded_forward",
    "batch_norm_gradient",
    "batch_norm_forward",
    "begin_step",
    "change_colours",
    "clip_gradients",
    "concatenate_forward",
    "conv2d_backward_input",
    "conv2d_backward_weights",
    "conv2d_channel_last_backward_input",
    "conv2d_channel_last_backward_weights",
    "conv2d_channel_last_forward",
    "conv2d_few_channels_backward_weights",
    "conv2d_forward",
    "conv2d_grouped_backward_input",
    "conv2d_grouped_backward_weights",
    "conv2d_grouped_forward",
    "conv2d_winograd_forward",
    "cross_entropy_forward",
    "decay_weights",
    "descend",
    "dense_backward_input",
    "dense_backward_weights",
    "dense_forward",
    "distort_image",
    "draw_distortion",
    "divide_by_count",
    "dropout_backward",
    "dropout_forward",
    "end_step",
    "exp",
    "flip_distortion",
    "fill_channels",
    "gelu_backward",
    "gelu_forward",
    "globalaveragepool_forward",
    "join_sum",
    "record_outcome",
    "keep_integers",
    "keep_numbers",
    "keep_sum",
    "leakyrelu_forward",
    "lion_update",
    "load_image",
    "load_label",
    "log",
    "maxpool2d_backward",
    "maxpool2d_forward",
    "mean_squared_error_backward",
    "mean_squared_error_forward",
    "maxpool2d_padded_forward",
    "momentum_update",
    "muon_direction",
    "next_random",
    "normal_cdf",
    "normalise_channels",
    "normalise_forward",
    "orthogonalise",
    "pad2d_backward",
    "pad2d_channel_last_backward",
    "pad2d_channel_last_forward",
    "pad2d_forward",
    "prelu_forward",
    "relu_backward",
    "relu_forward",
    "scale_channels_forward",
    "scale_elements_forward",
    "seed_sample",
    "sgd_update",
    "sigmoid",
    "sigmoid_forward",
    "silu_forward",
    "smoothed_cross_entropy_backward",
    "smoothed_cross_entropy_forward",
    "softmax_cross_entropy_backward",
    "softmax_forward",
    "squared_hinge_backward",
    "squared_hinge_forward",
    "standardise_forward",
    "sum_channels",
    "swap_weights",
    "tally",
    "tanh_forward",
    "take_integers",
    "take_numbers",
    "transpose",
    "uniform",
    "update_statistics",
    "winograd_inputs",
    "winograd_outputs",
    "winograd_products",
    "winograd_weights",
    "zero",
]
