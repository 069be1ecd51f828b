"""Convolution: sliding filters over maps, and how the gradients go back through them."""

from scnn.language import Float32Buffer, Size, blocked, lanes, unrolled

__all__ = ["pad2d_forward", "pad2d_backward", "conv2d_forward", "conv2d_backward_weights", "conv2d_backward_input"]


def pad2d_forward(
    padded: Float32Buffer, input: Float32Buffer, channels: Size, height: Size, width: Size, padding: Size
) -> None:
    """X_pad: the maps with `padding` zeros on every side. The zeros are there from the start; only X moves."""
    for channel in range(channels):
        for row in range(height):
            x = (channel * height + row) * width
            p = (channel * (height + 2 * padding) + row + padding) * (width + 2 * padding) + padding
            for column in lanes(width):
                padded[p + column] = input[x + column]


def pad2d_backward(
    d_input: Float32Buffer, d_padded: Float32Buffer, channels: Size, height: Size, width: Size, padding: Size
) -> None:
    """∂L/∂X: what is left of ∂L/∂X_pad without the border."""
    for channel in range(channels):
        for row in range(height):
            x = (channel * height + row) * width
            p = (channel * (height + 2 * padding) + row + padding) * (width + 2 * padding) + padding
            for column in lanes(width):
                d_input[x + column] = d_padded[p + column]


def conv2d_forward(
    output: Float32Buffer,
    padded: Float32Buffer,
    weights: Float32Buffer,
    bias: Float32Buffer,
    channels: Size,
    height: Size,
    width: Size,
    filters: Size,
    kernel: Size,
    stride: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """Y[f,r,c] = Σ_d Σ_i Σ_j X_pad[d, r·s+i, c·s+j] · K[f,d,i,j] + b[f]. Height and width are X_pad's."""
    for filter in blocked(filters, 4):
        for row in range(out_height):
            for column in lanes(out_width, 12):
                total = bias[filter]
                for channel in range(channels):
                    for i in range(kernel):
                        x = (channel * height + row * stride + i) * width + column * stride
                        w = ((filter * channels + channel) * kernel + i) * kernel
                        for j in unrolled(kernel):
                            total += padded[x + j] * weights[w + j]
                output[(filter * out_height + row) * out_width + column] = total


def conv2d_backward_weights(
    d_weights: Float32Buffer,
    d_bias: Float32Buffer,
    d_output: Float32Buffer,
    padded: Float32Buffer,
    channels: Size,
    height: Size,
    width: Size,
    filters: Size,
    kernel: Size,
    stride: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """∂L/∂K[f,d,i,j] += Σ_r Σ_c X_pad[d, r·s+i, c·s+j] · ∂L/∂Y[f,r,c] and ∂L/∂b[f] += Σ_r Σ_c ∂L/∂Y[f,r,c].

    Before a max pooling or a ReLU most of ∂L/∂Y is zero: those terms are passed over.
    """
    for filter in range(filters):
        for row in range(out_height):
            for column in range(out_width):
                gradient = d_output[(filter * out_height + row) * out_width + column]
                if gradient != 0.0:
                    d_bias[filter] += gradient
                    for channel in range(channels):
                        for i in unrolled(kernel):
                            x = (channel * height + row * stride + i) * width + column * stride
                            w = ((filter * channels + channel) * kernel + i) * kernel
                            for j in lanes(kernel):
                                d_weights[w + j] += padded[x + j] * gradient


def conv2d_backward_input(
    d_padded: Float32Buffer,
    d_output: Float32Buffer,
    weights: Float32Buffer,
    channels: Size,
    height: Size,
    width: Size,
    filters: Size,
    kernel: Size,
    stride: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """∂L/∂X_pad[d, r·s+i, c·s+j] += K[f,d,i,j] · ∂L/∂Y[f,r,c], for every f, r, c, d, i, j.

    Each ∂L/∂Y goes back along the very products that made its Y, so any stride is right. `d_padded` is zero
    before.
    """
    for filter in range(filters):
        for row in range(out_height):
            for column in range(out_width):
                gradient = d_output[(filter * out_height + row) * out_width + column]
                if gradient != 0.0:
                    for channel in range(channels):
                        for i in unrolled(kernel):
                            x = (channel * height + row * stride + i) * width + column * stride
                            w = ((filter * channels + channel) * kernel + i) * kernel
                            for j in lanes(kernel):
                                d_padded[x + j] += weights[w + j] * gradient
