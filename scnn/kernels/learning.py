"""Counting what the network says, and descending along its gradients."""

from scnn.language import Float32Buffer, Int32, Int32Buffer, Size, lanes, sqrt

__all__ = ["tally", "zero", "sgd_update", "momentum_update", "adam_update"]


def tally(
    confusion: Int32Buffer,
    loss_sum: Float32Buffer,
    probabilities: Float32Buffer,
    label: Int32Buffer,
    loss: Float32Buffer,
    classes: Size,
) -> None:
    """Counts one sample at [true class, predicted class] and adds its loss; the first of equals is predicted."""
    predicted = 0
    for k in range(classes):
        predicted = k if probabilities[k] > probabilities[predicted] else predicted
    confusion[label[0] * classes + predicted] += 1
    loss_sum[0] += loss[0]


def zero(buffer: Float32Buffer, size: Size) -> None:
    """Forgets what was there."""
    for i in lanes(size):
        buffer[i] = 0.0


# A row of `settings` holds what one step of descent needs, and `step` tells which row's turn it is:
# rate, decay, momentum or β₁, 1 - β₁, β₂, 1 - β₂, the root of the second moment's correction, ε.


def sgd_update(
    parameters: Float32Buffer,
    gradients: Float32Buffer,
    settings: Float32Buffer,
    step: Int32Buffer,
    samples: Int32,
    size: Size,
) -> None:
    """W ← W - η · G, with G = ∂L/∂W + λ · W, ∂L/∂W being the mean over the batch; then its sums begin again."""
    row = 8 * step[0]
    rate = settings[row]
    decay = settings[row + 1]
    share = 1.0 / float(samples)
    for i in lanes(size):
        parameters[i] -= rate * (gradients[i] * share + decay * parameters[i])
        gradients[i] = 0.0
    step[0] += 1


def momentum_update(
    parameters: Float32Buffer,
    gradients: Float32Buffer,
    velocity: Float32Buffer,
    settings: Float32Buffer,
    step: Int32Buffer,
    samples: Int32,
    nesterov: Size,
    size: Size,
) -> None:
    """V ← μ · V + G and W ← W - η · V; with Nesterov's look ahead, W ← W - η · (G + μ · V)."""
    row = 8 * step[0]
    rate = settings[row]
    decay = settings[row + 1]
    momentum = settings[row + 2]
    share = 1.0 / float(samples)
    for i in lanes(size):
        gradient = gradients[i] * share + decay * parameters[i]
        speed = momentum * velocity[i] + gradient
        velocity[i] = speed
        if nesterov == 1:
            speed = gradient + momentum * speed
        parameters[i] -= rate * speed
        gradients[i] = 0.0
    step[0] += 1


def adam_update(
    parameters: Float32Buffer,
    gradients: Float32Buffer,
    first_moment: Float32Buffer,
    second_moment: Float32Buffer,
    settings: Float32Buffer,
    step: Int32Buffer,
    samples: Int32,
    size: Size,
) -> None:
    """M ← β₁ · M + (1 - β₁) · G, V ← β₂ · V + (1 - β₂) · G², W ← W - η · M / (√V + ε), both moments corrected
    for their beginning at zero by the row's rate and root (arXiv:1412.6980, algorithm 1)."""
    row = 8 * step[0]
    rate = settings[row]
    decay = settings[row + 1]
    fresh_1 = settings[row + 3]
    beta_2 = settings[row + 4]
    fresh_2 = settings[row + 5]
    root = settings[row + 6]
    epsilon = settings[row + 7]
    share = 1.0 / float(samples)
    for i in lanes(size):
        gradient = gradients[i] * share + decay * parameters[i]
        first = first_moment[i] + fresh_1 * (gradient - first_moment[i])
        second = beta_2 * second_moment[i] + fresh_2 * gradient * gradient
        first_moment[i] = first
        second_moment[i] = second
        parameters[i] -= rate * first / (sqrt(second) * root + epsilon)
        gradients[i] = 0.0
    step[0] += 1
