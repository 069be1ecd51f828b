"""Convolution with filters of 3 × 3 by Winograd's method: 16 multiplications for 2 × 2 outputs instead of 36.

The method is F(2×2, 3×3) of Lavin and Gray, "Fast algorithms for convolutional neural networks" (arXiv:1509.09308,
section 4.1), for a stride of 1 and even numbers of rows and columns. In their letters, the 2 × 2 outputs Y of a tile
d of 4 × 4 inputs and a filter g of 3 × 3 are

    Y = Aᵀ · [ (G · g · Gᵀ) ⊙ (Bᵀ · d · B) ] · A

Channels are summed before the last step. The sums are not those of `conv2d_forward`, and so the last bits differ.
`scnn.layers.forms` decides which layers use these kernels. `k` counts the 16 numbers of a tile.
"""

from scnn.language import Float32Buffer, Int32, Size, blocked, lanes, unrolled

__all__ = ["conv2d_winograd_forward", "winograd_inputs", "winograd_outputs", "winograd_products", "winograd_weights"]


def winograd_weights(transformed: Float32Buffer, filter_last: Float32Buffer, channels: Size, filters: Size) -> None:
    """transformed[k, channel, filter] = G · g · Gᵀ, where g[i, j] = filter_last[channel, i, j, filter]. Layer:
    `Conv2D`.

    The rows of G are (1, 0, 0), (½, ½, ½), (½, -½, ½) and (0, 0, 1).
    """
    step = channels * filters
    for channel in range(channels):
        for filter in lanes(filters):
            first = channel * filters + filter
            for j in unrolled(3):
                w = (channel * 9 + j) * filters + filter
                top = filter_last[w]
                middle = filter_last[w + 3 * filters]
                bottom = filter_last[w + 6 * filters]
                transformed[first + j * step] = top
                transformed[first + (4 + j) * step] = 0.5 * (top + middle + bottom)
                transformed[first + (8 + j) * step] = 0.5 * (top - middle + bottom)
                transformed[first + (12 + j) * step] = bottom
            for i in unrolled(4):
                k = first + 4 * i * step
                left = transformed[k]
                middle = transformed[k + step]
                right = transformed[k + 2 * step]
                transformed[k + step] = 0.5 * (left + middle + right)
                transformed[k + 2 * step] = 0.5 * (left - middle + right)
                transformed[k + 3 * step] = right


def winograd_inputs(
    tiles: Float32Buffer, padded: Float32Buffer, row: Int32, channels: Size, width: Size, count: Size
) -> None:
    """tiles[k, tile, channel] = Bᵀ · d · B for the `count` tiles of a row of tiles, where d[i, j] =
    padded[2 · row + i, 2 · tile + j, channel]; `width` is of `padded`. Called by `conv2d_winograd_forward`.

    The columns of B are (1, 0, -1, 0), (0, 1, 1, 0), (0, -1, 1, 0) and (0, 1, 0, -1).
    """
    step = count * channels
    for tile in range(count):
        for channel in lanes(channels):
            first = tile * channels + channel
            for j in unrolled(4):
                x = (2 * row * width + 2 * tile + j) * channels + channel
                one = padded[x]
                two = padded[x + width * channels]
                three = padded[x + 2 * width * channels]
                four = padded[x + 3 * width * channels]
                tiles[first + j * step] = one - three
                tiles[first + (4 + j) * step] = two + three
                tiles[first + (8 + j) * step] = three - two
                tiles[first + (12 + j) * step] = two - four
            for i in unrolled(4):
                k = first + 4 * i * step
                one = tiles[k]
                two = tiles[k + step]
                three = tiles[k + 2 * step]
                four = tiles[k + 3 * step]
                tiles[k] = one - three
                tiles[k + step] = two + three
                tiles[k + 2 * step] = three - two
                tiles[k + 3 * step] = two - four


def winograd_products(
    products: Float32Buffer,
    tiles: Float32Buffer,
    transformed: Float32Buffer,
    channels: Size,
    filters: Size,
    count: Size,
) -> None:
    """products[k, tile, filter] = Σ_channel tiles[k, tile, channel] · transformed[k, channel, filter]. Called by
    `conv2d_winograd_forward`.
    """
    for k in range(16):
        for tile in blocked(count, 4):
            for filter in lanes(filters, 8):
                total = 0.0
                for channel in range(channels):
                    weight = transformed[(k * channels + channel) * filters + filter]
                    total += weight * tiles[(k * count + tile) * channels + channel]
                products[(k * count + tile) * filters + filter] = total


def winograd_outputs(
    output: Float32Buffer,
    products: Float32Buffer,
    bias: Float32Buffer,
    row: Int32,
    filters: Size,
    count: Size,
    out_height: Size,
) -> None:
    """output[filter, 2 · row + i, 2 · tile + j] = (Aᵀ · m · A)[i, j] + bias[filter] for a row of tiles, where m[k] =
    products[k, tile, filter]. Called by `conv2d_winograd_forward`.

    The columns of A are (1, 1, 1, 0) and (0, 1, -1, -1).
    """
    step = count * filters
    for tile in range(count):
        for filter in lanes(filters):
            for i in unrolled(2):
                y = ((filter * out_height + 2 * row + i) * count + tile) * 2
                total = bias[filter]
                across = bias[filter]
                for j in unrolled(4):
                    k = (4 * i + j) * step + tile * filters + filter
                    one = products[k]
                    two = products[k + 4 * step]
                    three = products[k + 8 * step]
                    sum = one + two + three if i == 0 else one - two - three
                    total = total + sum if j < 3 else total
                    across = across + sum if j == 1 else (across - sum if j > 1 else across)
                output[y] = total
                output[y + 1] = across


def conv2d_winograd_forward(
    output: Float32Buffer,
    tiles: Float32Buffer,
    products: Float32Buffer,
    padded: Float32Buffer,
    transformed: Float32Buffer,
    bias: Float32Buffer,
    channels: Size,
    width: Size,
    filters: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """The outputs of `conv2d_forward` but for rounding, for `kernel` 3 and `stride` 1; `width` is of `padded`. Layer:
    `Conv2D`.

    Works on one row of tiles at a time, so that `tiles` and `products` stay near the processor.
    """
    for row in range(out_height // 2):
        winograd_inputs(tiles, padded, row, channels, width, out_width // 2)
        winograd_products(products, tiles, transformed, channels, filters, out_width // 2)
        winograd_outputs(output, products, bias, row, filters, out_width // 2, out_height)
