"""Normalisation over the samples of a batch. Its kernels: `scnn.kernels.batch_normalisation`."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from scnn import kernels
from scnn.checks import require
from scnn.layers.layer import Layer, Parameter, Pass, Shape, call
from scnn.layers.normalisation import require_epsilon
from scnn.plan import Call

__all__ = ["BatchNorm2D"]


@dataclass(frozen=True, repr=False)
class BatchNorm2D(Layer):
    """Subtracts from each channel its mean and divides by its standard deviation; then it multiplies the channel by a
    weight and adds a bias, both learned (Ioffe and Szegedy, arXiv:1502.03167). `epsilon` is added to the variance.
    Any shape: a vector's units are its channels. Raises ConfigError for settings out of range.

    In training, mean and variance are those of a shard, a part of the batch: at least 16 samples of it, if it has so
    many (`scnn.shards`), as in ghost batch normalisation (Hoffer et al., arXiv:1705.08741). Inference uses running
    statistics, which files contain like weights, but which are not learned: each batch moves `running_mean` and
    `running_variance` (of the unbiased variance) the share `momentum` of the way to the mean of its shards. With one
    shard this is PyTorch's BatchNorm2d.

    Kernels: `batch_norm_forward` in inference, whose backward kernel is derived; the others of
    `scnn.kernels.batch_normalisation` in training.
    """

    epsilon: float = 1e-5
    momentum: float = 0.1

    optional = ("epsilon", "momentum")
    of_shard = ("mean", "variance", "gradient_sum", "product_sum")

    def __post_init__(self) -> None:
        require_epsilon("BatchNorm2D", self.epsilon)
        in_range = isinstance(self.momentum, int | float) and 0 < self.momentum <= 1
        require(in_range, f"BatchNorm2D: the momentum must be above 0 and at most 1, got {self.momentum!r:.80}")

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def parameters(self, shape: Shape) -> Mapping[str, Parameter]:
        return {
            "weights": Parameter((shape[0],), start=1.0),
            "bias": Parameter((shape[0],)),
            "running_mean": Parameter((shape[0],), learned=False),
            "running_variance": Parameter((shape[0],), start=1.0, learned=False, least=0.0),
        }

    def buffers(self, shape: Shape) -> Mapping[str, tuple[str, Shape]]:
        channels = ("float32", (shape[0],))
        return {"normalised": ("float32", shape), **dict.fromkeys(self.of_shard, channels)}

    def forward(self, shape: Shape) -> list[Call]:
        """output = weights[channel] · (input - running_mean[channel]) / √(running_variance[channel] + ε) +
        bias[channel]"""
        return [call(kernels.batch_norm_forward, epsilon=float(self.epsilon), **sizes(shape))]

    def forward_passes(self, shape: Shape) -> list[Pass]:
        """For each channel, with the sums over all its numbers in the samples of the shard:
        mean = Σ input / count; variance = Σ (input - mean)² / count
        normalised = (input - mean) / √(variance + ε); output = weights · normalised + bias"""
        of_channels = sizes(shape)

        def zero(buffer: str) -> Call:
            return call(kernels.zero, buffer=buffer, size=shape[0])

        def divided(buffer: str) -> Call:
            return call(kernels.divide_by_count, sums=buffer, **of_channels)

        means = Pass([call(kernels.add_channel_sums, **of_channels)], [zero("mean")], [divided("mean")])
        statistics = call(kernels.add_statistics, **of_channels)
        variances = Pass(
            [call(kernels.add_channel_squares, **of_channels)], [zero("variance")], [divided("variance"), statistics]
        )
        normalise = call(kernels.normalise_channels, epsilon=float(self.epsilon), **of_channels)
        scale = call(kernels.scale_channels_forward, input="normalised", **of_channels)
        return [means, variances, Pass([normalise, scale])]

    def backward_passes(self, shape: Shape, input_gradient: bool = True) -> list[Pass]:
        """With the sums over all samples of the shard, and all numbers of the channel in them:
        d_bias += Σ d_output; d_weights += Σ d_output · normalised

        Every input of the channel also changes the mean and the variance, and through them all outputs:
        d_input = weights / √(variance + ε) ·
            (d_output - Σ d_output / count - normalised · Σ (d_output · normalised) / count)"""
        of_channels = sizes(shape)
        sums = {"bias": "gradient_sum", "weights": "product_sum"}
        zeros = [call(kernels.zero, buffer=total, size=shape[0]) for total in sums.values()]
        added = [
            call(kernels.add_gradient, d_output=f"d_{role}", d_input=total, size=shape[0])
            for role, total in sums.items()
        ]
        passes = [Pass([call(kernels.add_gradient_sums, **of_channels)], zeros, added)]
        if input_gradient:
            passes.append(Pass([call(kernels.batch_norm_gradient, epsilon=float(self.epsilon), **of_channels)]))
        return passes

    def after_batch(self, shape: Shape) -> list[Call]:
        """running_mean += momentum · (the batch's mean - running_mean), and so for the variance."""
        settings = {"momentum": float(self.momentum), "channels": shape[0]}
        return [
            call(kernels.update_statistics, running=role, d_running=f"d_{role}", **settings)
            for role in ("running_mean", "running_variance")
        ]


def sizes(shape: Shape) -> dict[str, int]:
    return {"channels": shape[0], "area": prod(shape[1:])}
