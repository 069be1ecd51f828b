"""Lowering of a training: the network's plan plus loss, gradients, optimiser and augmentation."""

from scnn import kernels
from scnn.layers.layer import call
from scnn.network.architecture import Architecture
from scnn.network.lowering import (
    activation_buffers,
    allocate_buffers,
    backward_calls,
    evaluation_calls,
    forward_calls,
    gradient_buffers,
    load_calls,
    lower,
    parameter_buffers,
    sample_buffers,
)
from scnn.plan import Buffer, Call, Loop, Plan, Procedure, allocate
from scnn.training.augmentation import Augmentation
from scnn.training.optimisers import SETTINGS, SGD, Optimiser

__all__ = ["lower_training"]


def lower_training(
    network: Architecture,
    images: int,
    optimiser: Optimiser | None = None,
    augmentation: Augmentation | None = None,
    steps: int = 1,
) -> Plan:
    """The plan of a network's training, with memory for up to `images` images and their labels, at least one.

    Procedures, in addition to `infer` and `evaluate` (positions are indices into `pixels`):
    - `gradients(first, count)` evaluates these samples in training mode, and adds their gradients to `gradients`;
    - `update(samples)` takes one optimiser step with the mean over that many samples, and resets the gradients;
    - `train(first, steps, batch)` runs `gradients` and `update` for `steps` consecutive batches.

    The optimiser (SGD by default) reads one row of `settings` in each of `steps` steps; `step` is the
    index of the next one. Raises ConfigError if the network needs too much memory, or if its layers cannot be
    combined.
    """
    optimiser = optimiser or SGD()
    inference = lower(network, images)
    buffers = training_buffers(network, images, optimiser, augmentation, steps)
    load = (
        [*augmentation.load(network.input_shape), call(kernels.load_label)] if augmentation else load_calls(network)
    )
    learn = (*load, *forward_calls(network, training=True), *evaluation_calls(network), *backward_calls(network))
    update = optimiser.update(buffers["parameters"].length)
    batches = (
        Loop("position", "start", "batch", 1, learn),
        Call(update.kernel, {**update.arguments, "samples": "batch"}),
    )
    procedures = [
        *inference.procedures.values(),
        Procedure("gradients", ("first", "count"), (Loop("position", "first", "count", 1, learn),)),
        Procedure("update", ("samples",), (update,)),
        Procedure("train", ("first", "steps", "batch"), (Loop("start", "first", "steps", "batch", batches),)),
    ]
    return network.edits.applied(Plan(buffers, {procedure.name: procedure for procedure in procedures}))


def training_buffers(
    network: Architecture, images: int, optimiser: Optimiser, augmentation: Augmentation | None, steps: int
) -> dict[str, Buffer]:
    """The buffers of inference, of the gradients, of the optimiser and of the augmentation."""
    buffers = allocate_buffers(
        network,
        {
            **parameter_buffers(network),
            **gradient_buffers(network),
            "settings": ("float32", (steps, SETTINGS)),
            "step": ("int32", (1,)),
            "random": ("int32", (1,)),
            **(augmentation.buffers() if augmentation else {}),
            **sample_buffers(network, images),
            **activation_buffers(network),
        },
    )
    state = dict.fromkeys(optimiser.state, ("float32", (buffers["parameters"].length,)))
    return {**buffers, **allocate(state, after=buffers)}
