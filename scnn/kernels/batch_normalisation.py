"""Batch normalisation: each channel by its mean over several samples, a sample at a time. Its layer:
`scnn.layers.batch_normalisation`, which says in what order these kernels run.
"""

from scnn.language import Float32, Float32Buffer, Int32, Size, lanes, sqrt

__all__ = [
    *("batch_norm_forward", "add_channel_sums", "add_channel_squares", "divide_by_count", "normalise_channels"),
    *("add_gradient_sums", "batch_norm_gradient", "add_statistics", "update_statistics"),
]


def batch_norm_forward(
    output: Float32Buffer,
    input: Float32Buffer,
    weights: Float32Buffer,
    bias: Float32Buffer,
    running_mean: Float32Buffer,
    running_variance: Float32Buffer,
    epsilon: Float32,
    channels: Size,
    area: Size,
) -> None:
    """output[channel, i] = weights[channel] · (input[channel, i] - running_mean[channel]) /
    √(running_variance[channel] + ε) + bias[channel]: what inference computes. Layer: `BatchNorm2D`."""
    for channel in range(channels):
        deviation = sqrt(running_variance[channel] + epsilon)
        for i in lanes(area):
            normal = (input[channel * area + i] - running_mean[channel]) / deviation
            output[channel * area + i] = weights[channel] * normal + bias[channel]


# In training the mean and the variance are those of the samples of a shard. `mean` and `variance` start as zeros; the
# kernels that add run for each of these samples, and `divide_by_count` after all of them.


def add_channel_sums(mean: Float32Buffer, input: Float32Buffer, channels: Size, area: Size) -> None:
    """mean[channel] += Σ_i input[channel, i]. Layer: `BatchNorm2D`."""
    for channel in range(channels):
        total = 0.0
        for i in lanes(area):
            total += input[channel * area + i]
        mean[channel] += total


def add_channel_squares(
    variance: Float32Buffer, input: Float32Buffer, mean: Float32Buffer, channels: Size, area: Size
) -> None:
    """variance[channel] += Σ_i (input[channel, i] - mean[channel])². Layer: `BatchNorm2D`."""
    for channel in range(channels):
        total = 0.0
        for i in lanes(area):
            difference = input[channel * area + i] - mean[channel]
            total += difference * difference
        variance[channel] += total


def divide_by_count(sums: Float32Buffer, samples: Int32, channels: Size, area: Size) -> None:
    """sums[channel] /= samples · area, the numbers of a channel in so many samples. Layer: `BatchNorm2D`."""
    count = float(samples) * float(area)
    for channel in range(channels):
        sums[channel] = sums[channel] / count


def normalise_channels(
    normalised: Float32Buffer,
    input: Float32Buffer,
    mean: Float32Buffer,
    variance: Float32Buffer,
    epsilon: Float32,
    channels: Size,
    area: Size,
) -> None:
    """normalised[channel, i] = (input[channel, i] - mean[channel]) / √(variance[channel] + ε). Layer:
    `BatchNorm2D`."""
    for channel in range(channels):
        deviation = sqrt(variance[channel] + epsilon)
        for i in lanes(area):
            normalised[channel * area + i] = (input[channel * area + i] - mean[channel]) / deviation


def add_gradient_sums(
    gradient_sum: Float32Buffer,
    product_sum: Float32Buffer,
    d_output: Float32Buffer,
    normalised: Float32Buffer,
    channels: Size,
    area: Size,
) -> None:
    """gradient_sum[channel] += Σ_i d_output[channel, i]; product_sum[channel] += Σ_i d_output[channel, i] ·
    normalised[channel, i]. Layer: `BatchNorm2D`."""
    for channel in range(channels):
        gradients = 0.0
        products = 0.0
        for i in lanes(area):
            gradients += d_output[channel * area + i]
            products += d_output[channel * area + i] * normalised[channel * area + i]
        gradient_sum[channel] += gradients
        product_sum[channel] += products


def batch_norm_gradient(
    d_input: Float32Buffer,
    d_output: Float32Buffer,
    normalised: Float32Buffer,
    weights: Float32Buffer,
    variance: Float32Buffer,
    gradient_sum: Float32Buffer,
    product_sum: Float32Buffer,
    epsilon: Float32,
    samples: Int32,
    channels: Size,
    area: Size,
) -> None:
    """With count = samples · area: d_input[channel, i] = weights[channel] / √(variance[channel] + ε) ·
    (d_output[channel, i] - gradient_sum[channel] / count - normalised[channel, i] · product_sum[channel] / count).
    Layer: `BatchNorm2D`."""
    count = float(samples) * float(area)
    for channel in range(channels):
        scale = weights[channel] / sqrt(variance[channel] + epsilon)
        gradient = gradient_sum[channel] / count
        product = product_sum[channel] / count
        for i in lanes(area):
            rest = d_output[channel * area + i] - gradient - normalised[channel * area + i] * product
            d_input[channel * area + i] = scale * rest


def add_statistics(
    d_running_mean: Float32Buffer,
    d_running_variance: Float32Buffer,
    mean: Float32Buffer,
    variance: Float32Buffer,
    samples: Int32,
    channels: Size,
    area: Size,
) -> None:
    """The shard's part of what the batch adds to the running statistics, with count = samples · area:
    d_running_mean[channel] += samples · mean[channel]
    d_running_variance[channel] += samples · variance[channel] · count / (count - 1)

    The last factor makes the variance the unbiased estimate; it is 1 for a single number. Layer: `BatchNorm2D`.
    """
    count = float(samples) * float(area)
    others = count - 1.0 if count > 1.0 else 1.0
    for channel in range(channels):
        d_running_mean[channel] += float(samples) * mean[channel]
        d_running_variance[channel] += float(samples) * (variance[channel] * (count / others))


def update_statistics(
    running: Float32Buffer, d_running: Float32Buffer, momentum: Float32, samples: Int32, channels: Size
) -> None:
    """running[channel] += momentum · (d_running[channel] / samples - running[channel]), once a batch; then resets
    d_running to zero. Layer: `BatchNorm2D`."""
    share = 1.0 / float(samples)
    for channel in range(channels):
        running[channel] += momentum * (d_running[channel] * share - running[channel])
        d_running[channel] = 0.0
