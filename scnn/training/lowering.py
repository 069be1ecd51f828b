"""Lowering a training: the network's plan with loss, gradients, optimiser and augmentation added."""

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
    """The plan of a network's training; its memory holds up to `images` images with their labels, at least one.

    Procedures, beside the inference's `infer` and `evaluate` (positions count the images in `pixels`):
    - `gradients(first, count)` evaluates the samples at these positions, as in training, and adds their gradients up
      in `gradients`;
    - `update(samples)` takes one step of the optimiser by the mean over so many samples;
    - `train(first, steps, batch)` does `gradients` and `update` for `steps` batches in a row.

    The optimiser (SGD unless given) reads row after row of `settings`, which has `steps` of them; `step` counts.
    Raises ConfigError where memory does not suffice, or layers cannot stand together.
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
    return Plan(buffers, {procedure.name: procedure for procedure in procedures})


def training_buffers(
    network: Architecture, images: int, optimiser: Optimiser, augmentation: Augmentation | None, steps: int
) -> dict[str, Buffer]:
    """The buffers of the inference, the gradients, and what optimiser and augmentation keep."""
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
