"""Lowering of a training: the network's plan plus loss, gradients, optimiser and augmentation."""

from scnn import kernels
from scnn.layers.layer import call
from scnn.network.architecture import Architecture
from scnn.network.forms import in_fastest_form
from scnn.network.lowering import (
    SAMPLES,
    Layout,
    activation_buffers,
    after_gradients,
    allocate_buffers,
    before_gradients,
    before_samples,
    counting,
    each_layer,
    forward_calls,
    gradient_buffers,
    learned_size,
    load_calls,
    lower,
    parameter_buffers,
    sample_buffers,
)
from scnn.plan import Argument, Buffer, Call, Loop, Offset, Plan, Procedure, allocate
from scnn.shards import largest_shard, merges, shard_sizes
from scnn.training.augmentation import Augmentation
from scnn.training.batches import ShardLoops, least_of, with_samples
from scnn.training.optimisers import SETTINGS, SGD, Optimiser
from scnn.training.own_optimiser import bound, require_known, require_new

__all__ = ["lower_training"]


def lower_training(
    network: Architecture,
    images: int,
    optimiser: Optimiser | None = None,
    augmentation: Augmentation | None = None,
    steps: int = 1,
    batch_size: int = 1,
) -> Plan:
    """The plan of a network's training, with memory for up to `images` images and their labels, at least one.

    Procedures, in addition to those of inference (positions are indices into `pixels`):
    - `learn(first, count)` evaluates these samples in training mode, and adds their gradients to `gradients`;
    - `gradients(first, count)` also tallies them;
    - `keep_sum(slot)`, `join_sum(slot)` and `add_sums(slot, other)` add up the shards of a batch (`scnn.shards`);
    - `update(samples)` takes one optimiser step with the mean over that many samples, and resets the gradients;
    - `swap()` exchanges the weights and their average, if the optimiser averages them;
    - `train(first, steps)` does all of that for `steps` consecutive batches.

    The optimiser (SGD by default) reads one row of `settings` in each of `steps` steps; `step` is the index of the
    next one. `counter` is what the samples' random numbers depend on (`scnn.kernels.functions.seed_sample`). Raises
    ConfigError if the network needs too much memory, or if its layers cannot be combined.
    """
    optimiser = bound(optimiser or SGD(), network.edits)
    least = least_of(network)
    shards = shard_sizes(batch_size, least)
    inference = lower(network, images)
    network = in_fastest_form(network)
    loops = ShardLoops(network, loading_calls(network, augmentation), largest_shard(batch_size, least))
    state = {**loops.buffers, **(augmentation.buffers() if augmentation else {})}
    buffers = training_buffers(network, images, optimiser, state, steps, len(shards) - 1)
    size = buffers["gradients"].length
    sums = {
        name: call(getattr(kernels, name), size=size) for name in ("keep_sum", "join_sum", "add_sums") if shards[1:]
    }
    whole = buffers["parameters"].length
    update = each_layer(network, lambda layer, shape, _: layer.after_batch(shape))
    steps_of = optimiser.steps(network.specifications(), learned_size(network, buffers), whole)
    update += require_known(optimiser, steps_of, buffers)
    swap = call(kernels.swap_weights, size=whole)
    once = before_samples(network, training=True)
    before, after_samples = before_gradients(network), after_gradients(network)
    batch: list[Call | Loop] = [*once]
    first = 0
    for count, after in zip(shards, merges(range(len(shards)))[0], strict=True):
        batch += [*before, *loops.calls(Offset("start", first), count), *after_samples]
        batch += [Call(sums[merge.procedure].kernel, at(sums[merge.procedure], *merge.slots)) for merge in after]
        first += count
    batch.append(counting(network, "start", batch_size))
    batch += [with_samples(one, batch_size) for one in update]
    learning: tuple[Call | Loop, ...] = (*once, *before, *loops.calls("first", "count"), *after_samples)
    procedures = [
        *inference.procedures.values(),
        Procedure("learn", SAMPLES, learning),
        Procedure("gradients", SAMPLES, (*learning, counting(network, "first", "count"))),
        *(Procedure(name, slots_of(one), (one,)) for name, one in sums.items()),
        Procedure("update", ("samples",), tuple(update)),
        *([Procedure("swap", (), (swap,))] if optimiser.averaging else []),
        Procedure("train", ("first", "steps"), (Loop("start", "first", "steps", batch_size, tuple(batch)),)),
    ]
    return network.edits.applied(Plan(buffers, {procedure.name: procedure for procedure in procedures}, shards))


def loading_calls(network: Architecture, augmentation: Augmentation | None) -> list[Call]:
    """The calls that load one sample, and before that its random numbers, if something reads them."""
    load = (
        [*augmentation.load(network.input_shape), call(kernels.load_label)] if augmentation else load_calls(network)
    )
    forward = forward_calls(network, training=True)
    seed = [call(kernels.seed_sample)] if any(is_random(step) for step in [*load, *forward]) else []
    return [*seed, *load]


def is_random(step: Call) -> bool:
    return "random" in step.arguments.values()


def slots_of(step: Call) -> tuple[str, ...]:
    """The parameters of a call of `keep_sum`, `join_sum` or `add_sums` that are rows."""
    return tuple(name for name in ("slot", "other") if name in step.arguments)


def at(step: Call, *slots: int) -> dict[str, Argument]:
    """The arguments of the call with these rows."""
    return {**step.arguments, **dict(zip(slots_of(step), slots, strict=True))}


def training_buffers(
    network: Architecture,
    images: int,
    optimiser: Optimiser,
    more: Layout,
    steps: int,
    sums: int,
) -> dict[str, Buffer]:
    """The buffers of inference, of the gradients and so many sums of them, of the optimiser, and `more`."""
    buffers = allocate_buffers(
        network,
        {
            **parameter_buffers(network),
            **gradient_buffers(network),
            "settings": ("float32", (steps, SETTINGS)),
            **({"shares": ("float32", (steps,))} if optimiser.averaging else {}),
            "step": ("int32", (1,)),
            "counter": ("int32", (2,)),
            "random": ("int32", (1,)),
            **more,
            **sample_buffers(network, images),
            **activation_buffers(network),
        },
    )
    size = buffers["parameters"].length
    work = optimiser.work(network.specifications())
    require_new(optimiser, [*optimiser.buffers, *work], buffers)
    state: Layout = {"sums": ("float32", (sums, size))} if sums else {}
    state |= {**dict.fromkeys(optimiser.buffers, ("float32", (size,))), **work}
    return {**buffers, **allocate(state, after=buffers)}
