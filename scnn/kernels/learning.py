"""Learning: recording and counting predictions, and the optimisers' update steps."""

from scnn.language import Float32, Float32Buffer, Int32, Int32Buffer, Size, Uint8Buffer, lanes, sqrt

__all__ = [
    *(
        "record_outcome",
        "tally",
        "zero",
        "clip_gradients",
        "decay_weights",
        "sgd_update",
        "momentum_update",
        "adam_update",
    ),
    *("lion_update", "begin_step", "end_step", "average_weights", "swap_weights"),
]


def record_outcome(
    outcomes: Float32Buffer, probabilities: Float32Buffer, loss: Float32Buffer, position: Int32, classes: Size
) -> None:
    """outcomes[position] = (the sample's loss, its predicted class), which `tally` counts later.

    The predicted class is the one of highest probability; the first one if several are equal.
    """
    predicted = 0
    for k in range(classes):
        predicted = k if probabilities[k] > probabilities[predicted] else predicted
    outcomes[2 * position] = loss[0]
    outcomes[2 * position + 1] = float(predicted)


def tally(
    confusion: Int32Buffer,
    loss_sum: Float32Buffer,
    outcomes: Float32Buffer,
    labels: Uint8Buffer,
    position: Int32,
    classes: Size,
) -> None:
    """Counts one sample in confusion[true class, predicted class], and adds its loss to `loss_sum`."""
    confusion[labels[position] * classes + int(outcomes[2 * position + 1])] += 1
    loss_sum[0] += outcomes[2 * position]


def zero(buffer: Float32Buffer, size: Size) -> None:
    """buffer[i] = 0. `Conv2D` and `MaxPool2D` call it before a kernel that scatters to an input gradient."""
    for i in lanes(size):
        buffer[i] = 0.0


# `settings` has one row for each step of an epoch, and `step` is the index of the current row. Its columns:
# rate, decay, momentum or β₁, 1 - β₁, β₂, 1 - β₂, root, ε; `Optimiser.settings` in scnn.training.optimisers computes
# it. AdamW and Lion have no decay, and the factor of `decay_weights` in the place of β₁. `rate` is the learning rate
# times the schedule's factor; for Adam it is also divided by 1 - β₁ⁿ, the bias correction of the first moment in step
# n = 1, 2, …, and `root` is √(1 / (1 - β₂ⁿ)), that of the second one. In the kernels `beta_2` is β₂, and `fresh_1`
# and `fresh_2` are 1 - β₁ and 1 - β₂, the weights of the new gradient. `size` may exceed the number of parameters,
# because each tensor is aligned to 16 bytes: 11,276 instead of 11,274 for the preset mnist. The elements between the
# tensors are zero and stay zero.


def clip_gradients(gradients: Float32Buffer, samples: Int32, maximum: Float32, size: Size) -> None:
    """Scales the gradients down if the length of their mean over the batch, norm, exceeds `maximum` (Pascanu et al.,
    arXiv:1211.5063, algorithm 1). Called before the update by optimisers with a `clip_norm`.

    gradients[i] *= maximum / (norm + 10⁻⁶), if that is below 1
    """
    share = 1.0 / float(samples)
    total = 0.0
    for i in lanes(size):
        total += (gradients[i] * share) * (gradients[i] * share)
    scale = maximum / (sqrt(total) + 1e-6)
    if scale < 1.0:
        for i in lanes(size):
            gradients[i] = gradients[i] * scale


def decay_weights(weights: Float32Buffer, settings: Float32Buffer, step: Int32Buffer, size: Size) -> None:
    """weights[i] *= 1 - learning rate · weight decay, a factor from `settings`. Called before `adam_update` and
    `lion_update` for each tensor that decays. Optimisers: `AdamW`, `Lion` in `scnn.training.optimisers`."""
    factor = settings[8 * step[0] + 2]
    for i in lanes(size):
        weights[i] = weights[i] * factor


def sgd_update(
    parameters: Float32Buffer,
    gradients: Float32Buffer,
    settings: Float32Buffer,
    step: Int32Buffer,
    samples: Int32,
    size: Size,
) -> None:
    """One step of SGD; then resets the gradients to zero for the next batch. Optimiser: `SGD` in
    `scnn.training.optimisers`.

    gradient = gradients[i] / samples + decay · parameters[i], the mean over the batch with weight decay
    parameters[i] -= rate · gradient
    """
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
    """One step of SGD with momentum; then resets the gradients to zero for the next batch. Optimiser: `SGD` in
    `scnn.training.optimisers`.

    velocity[i] = momentum · velocity[i] + gradient, with the gradient of `sgd_update`
    parameters[i] -= rate · velocity[i], or with Nesterov: rate · (gradient + momentum · velocity[i])
    """
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
    """One step of Adam (arXiv:1412.6980, algorithm 1); then resets the gradients to zero. Optimiser: `Adam` in
    `scnn.training.optimisers`.

    first_moment[i] = β₁ · first_moment[i] + (1 - β₁) · gradient, with the gradient of `sgd_update`; computed as
        first_moment[i] + (1 - β₁) · (gradient - first_moment[i])
    second_moment[i] = β₂ · second_moment[i] + (1 - β₂) · gradient²
    parameters[i] -= rate · first_moment[i] / (√second_moment[i] · root + ε)

    `rate` and `root` include the bias correction of the moments, which start at zero.
    """
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


def lion_update(
    parameters: Float32Buffer,
    gradients: Float32Buffer,
    momentum: Float32Buffer,
    settings: Float32Buffer,
    step: Int32Buffer,
    samples: Int32,
    size: Size,
) -> None:
    """One step of Lion (arXiv:2302.06675, algorithm 2); then resets the gradients to zero. Optimiser: `Lion` in
    `scnn.training.optimisers`.

    direction = β₁ · momentum[i] + (1 - β₁) · gradient, with gradient = gradients[i] / samples
    parameters[i] -= rate · sign(direction)
    momentum[i] = β₂ · momentum[i] + (1 - β₂) · gradient

    Both sums are computed as momentum[i] + (1 - β) · (gradient - momentum[i]). The sign of zero is 0, and that of NaN
    is NaN, so that no NaN is hidden.
    """
    row = 8 * step[0]
    rate = settings[row]
    fresh_1 = settings[row + 3]
    fresh_2 = settings[row + 5]
    share = 1.0 / float(samples)
    for i in lanes(size):
        gradient = gradients[i] * share
        direction = momentum[i] + fresh_1 * (gradient - momentum[i])
        sign = 1.0 if direction > 0.0 else direction
        sign = -1.0 if direction < 0.0 else sign
        parameters[i] -= rate * sign
        momentum[i] = momentum[i] + fresh_2 * (gradient - momentum[i])
        gradients[i] = 0.0
    step[0] += 1


def begin_step(
    gradients: Float32Buffer,
    rate: Float32Buffer,
    parameters: Float32Buffer,
    settings: Float32Buffer,
    step: Int32Buffer,
    samples: Int32,
    size: Size,
) -> None:
    """gradients[i] = gradients[i] / samples + decay · parameters[i]; rate[0] = the learning rate of this step. Called
    before the update by optimisers that do no `whole_step`, such as one's own."""
    row = 8 * step[0]
    rate[0] = settings[row]
    decay = settings[row + 1]
    share = 1.0 / float(samples)
    for i in lanes(size):
        gradients[i] = gradients[i] * share + decay * parameters[i]


def end_step(gradients: Float32Buffer, step: Int32Buffer, size: Size) -> None:
    """gradients[i] = 0 for the next batch, and counts the step. Called after the update that `begin_step` began."""
    for i in lanes(size):
        gradients[i] = 0.0
    step[0] += 1


def average_weights(
    average: Float32Buffer, parameters: Float32Buffer, shares: Float32Buffer, step: Int32Buffer, size: Size
) -> None:
    """average[i] += share · (parameters[i] - average[i]), an exponential moving average of the weights. Called after
    the update, which has counted the step, by optimisers with `averaging`; `shares` has a number for each step of an
    epoch."""
    share = shares[step[0] - 1]
    for i in lanes(size):
        average[i] += share * (parameters[i] - average[i])


def swap_weights(parameters: Float32Buffer, average: Float32Buffer, size: Size) -> None:
    """Exchanges the weights that train and their average, which is evaluated and saved."""
    for i in lanes(size):
        weight = parameters[i]
        parameters[i] = average[i]
        average[i] = weight
