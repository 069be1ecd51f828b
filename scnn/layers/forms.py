"""Forms: where a layer has several sets of kernels, which of them a plan uses. It depends on shapes alone.

The plans of inference and training use the fastest form; what explains a network (the tracer, the page's pictures)
uses the layer's own. Names, shapes, parameters and settings are the same in every form.

A Conv2D has three: its own (`scnn.layers.convolution`), channel-last (`scnn.layers.channel_last`) and Winograd's
(`scnn.layers.winograd`). With dilation or groups it has its own alone.

The channel-last form runs the same loops in another order and gives the same bits, because each sum is added up in
the order that it has in the layer. Winograd's form saves more than half of the multiplications of the forward pass;
it adds up other numbers, and its results differ in the last bits.

SIMD lanes compute four turns of a loop at once, and the turns that are left over one by one. So a loop of n turns
takes n // 4 + n % 4 steps, and each step does the work of n / (n // 4 + n % 4) turns:

    loop                                      n                       turns a step
    columns of a map, forward                 14                      2.8
    filters, forward                          16                      4
    columns of a filter, backward             5                       2.5
    columns of a filter × channels, backward  5 · 8                   4
"""

from scnn.layers.channel_last import CHANNEL_LAST
from scnn.layers.convolution import Conv2D
from scnn.layers.layer import Layer, Shape
from scnn.layers.winograd import WINOGRAD

__all__ = ["in_fastest_form"]


def in_fastest_form(layer: Layer, shape: Shape) -> Layer:
    """The layer in the form that is the fastest for an input of this shape; itself if that is its own."""
    if type(layer) is not Conv2D or layer.is_grouped:
        return layer
    if winograd_is_faster(layer, shape):
        return layer.in_form(WINOGRAD)
    return layer.in_form(CHANNEL_LAST) if channel_last_is_faster(layer, shape) else layer


def winograd_is_faster(layer: Conv2D, shape: Shape) -> bool:
    """Whether the outputs consist of whole tiles, and there are enough channels and filters, which fill lanes, for
    the transformations of inputs and outputs to pay."""
    channels, (filters, rows, columns) = shape[0], layer.output_shape(shape)
    tiled = layer.kernel_size == 3 and layer.stride == 1 and rows % 2 == columns % 2 == 0
    return tiled and min(channels, filters) >= 8 and channels % 4 == filters % 4 == 0


def channel_last_is_faster(layer: Conv2D, shape: Shape) -> bool:
    """Whether channels and filters fill lanes at least as well as columns do. Columns with a stride are not adjacent,
    and are loaded one by one."""
    channels, kernel = shape[0], layer.kernel_size
    _, _, out_width = layer.output_shape(shape)
    columns = steps(out_width) if layer.stride == 1 else 1.0
    return steps(layer.filters) + steps(kernel * channels) <= columns + steps(kernel)


def steps(turns: int) -> float:
    """Steps for each turn of a loop in lanes, from 1/4 to 1."""
    return (turns // 4 + turns % 4) / turns
