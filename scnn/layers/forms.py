"""Forms: where a layer has two sets of kernels, which of them a plan uses. It depends on shapes alone.

A form is a layer with the same parameters, the same results and the same bits; its loops run in another order. The
plans of inference and training use the fastest form; what explains a network (the tracer, the page's pictures) uses
the layer itself.

SIMD lanes compute four turns of a loop at once, and the turns that are left over one by one. So a loop of n turns
takes n // 4 + n % 4 steps, of which each does the work of n / (n // 4 + n % 4) turns:

    loop                                      n                       turns a step
    columns of a map, forward                 14                      2.8
    filters, forward                          16                      4
    columns of a filter, backward             5                       2.5
    columns of a filter × channels, backward  5 · 8                   4
"""

from scnn.layers.channel_last import ChannelLastConv2D
from scnn.layers.convolution import Conv2D
from scnn.layers.layer import Layer, Shape

__all__ = ["form_of"]


def form_of(layer: Layer, shape: Shape) -> Layer:
    """The form of a layer that is the fastest for an input of this shape."""
    if type(layer) is Conv2D and channel_last_is_faster(layer, shape):
        return ChannelLastConv2D(layer.filters, layer.kernel_size, layer.stride, layer.padding)
    return layer


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
