"""Max pooling: the largest of each window passes, and the gradient goes back to it alone."""

from scnn.language import Float32Buffer, Int32Buffer, Size, unrolled

__all__ = ["maxpool2d_forward", "maxpool2d_backward"]


def maxpool2d_forward(
    output: Float32Buffer,
    winners: Int32Buffer,
    input: Float32Buffer,
    channels: Size,
    height: Size,
    width: Size,
    size: Size,
    stride: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """Y[d,r,c] = the largest X in its window, and `winners` its place in X; the first one wins a tie."""
    for channel in range(channels):
        for row in range(out_height):
            for column in range(out_width):
                winner = (channel * height + row * stride) * width + column * stride
                largest = input[winner]
                for i in unrolled(size):
                    for j in unrolled(size):
                        x = (channel * height + row * stride + i) * width + column * stride + j
                        if input[x] > largest:
                            largest = input[x]
                            winner = x
                output[(channel * out_height + row) * out_width + column] = largest
                winners[(channel * out_height + row) * out_width + column] = winner


def maxpool2d_backward(d_input: Float32Buffer, d_output: Float32Buffer, winners: Int32Buffer, size: Size) -> None:
    """∂L/∂X[winner] += ∂L/∂Y: the gradient goes where the maximum was, alone. `d_input` is zero before."""
    for i in range(size):
        d_input[winners[i]] += d_output[i]
