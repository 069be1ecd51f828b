"""The samples of one shard in training: one after the other, or layer by layer where a layer needs all of them.

A sample usually goes through all layers, forward and backward, before the next one. A layer with `forward_passes`,
such as BatchNorm2D, needs sums over all samples before it can compute its output for any of them. There the loop over
the samples ends, and another one begins: a network with one BatchNorm2D has four loops, the first one from loading to
the sum of its inputs. A layer's buffers hold one sample, as ever; what a later loop needs again is kept in a buffer
with a row for each sample, which is the batch axis of these plans. Networks without such layers have one loop.

A shard has the same samples whatever the number of workers, and sums are in their order, so the bits are the same.
"""

from dataclasses import dataclass, field
from math import prod

from scnn import kernels
from scnn.layers.layer import Pass, call
from scnn.network.architecture import Architecture
from scnn.network.lowering import (
    Layout,
    activation_buffers,
    after_gradients,
    backward_calls,
    before_gradients,
    before_samples,
    forward_calls,
    gradient,
    gradient_additions,
    gradient_buffers,
    layer_backward_calls,
    needed_gradients,
    parameter_buffers,
    resolve_roles,
    sample_buffers,
    score_calls,
)
from scnn.plan import Argument, Call, Loop, Offset
from scnn.shards import LEAST, LEAST_TOGETHER

__all__ = ["ShardLoops", "least_of", "needs_passes", "with_samples"]


def least_of(network: Architecture) -> int:
    """The fewest samples in a shard (`scnn.shards.shard_sizes`): more if a layer reads all of them."""
    return LEAST_TOGETHER if needs_passes(network) else LEAST


def needs_passes(network: Architecture) -> bool:
    """Whether a layer reads all samples of a shard."""
    return any(layer.forward_passes(shape) for layer, shape in zip(network.layers, network.shapes, strict=False))


@dataclass
class Sweep:
    """One loop over the samples of a shard, with what comes before and after it."""

    before: list[Call] = field(default_factory=list)
    each: list[Call] = field(default_factory=list)
    after: list[Call] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """The buffers of the calls for each sample."""
        return {str(argument) for step in self.each for argument in step.arguments.values()}


class ShardLoops:
    """The loops over a shard's samples. `load` are the calls that load a sample, and `largest` is the number of
    samples in the largest shard."""

    def __init__(self, network: Architecture, load: list[Call], largest: int) -> None:
        self.network, self.largest = network, largest
        if needs_passes(network):
            self.sweeps = sweeps_of(network, load)
        else:
            each = [*load, *forward_calls(network, training=True), *score_calls(network), *backward_calls(network)]
            self.sweeps = [Sweep(each=each)]
        self.kept = kept_buffers(network, self.sweeps)

    @property
    def buffers(self) -> Layout:
        """The rows of what the samples keep."""
        return {row_of(name): (kind, (self.largest, *shape)) for name, (kind, shape) in self.kept.items()}

    def calls(self, start: str | Offset, count: str | int) -> list[Call | Loop]:
        """The loops over the `count` samples from the position `start` on."""
        if not self.kept:
            return [Loop("position", start, count, 1, tuple(self.sweeps[0].each))]
        body: list[Call | Loop] = []
        for at, sweep in enumerate(self.sweeps):
            earlier = {name for one in self.sweeps[:at] for name in one.names}
            later = {name for one in self.sweeps[at + 1 :] for name in one.names}
            used = [name for name in self.kept if name in sweep.names]
            take = [self.moved(name, "take") for name in used if name in earlier]
            keep = [self.moved(name, "keep") for name in used if name in later]
            each = [*take, *(with_samples(step, count) for step in sweep.each), *keep]
            body += [with_samples(step, count) for step in sweep.before]
            body.append(Loop("position", "shard", count, 1, tuple(each)))
            body += [with_samples(step, count) for step in sweep.after]
        return [Loop("shard", start, 1, 1, tuple(body))]

    def moved(self, name: str, verb: str) -> Call:
        """The call that keeps a sample's buffer in its row, or takes it from there."""
        kind, shape = self.kept[name]
        kernel = getattr(kernels, f"{verb}_{'numbers' if kind == 'float32' else 'integers'}")
        return call(kernel, values=name, kept=row_of(name), first="shard", size=prod(shape))


def sweeps_of(network: Architecture, load: list[Call]) -> list[Sweep]:
    """The loops: each pass of a layer shares one with the layers before its first pass and after its last one."""
    sweeps = [Sweep(each=[*load])]

    def add(index: int, passes: list[Pass]) -> None:
        for number, one in enumerate(passes):
            if number:
                sweeps.append(Sweep())
            sweeps[-1].before += resolve_roles(one.before, network, index)
            sweeps[-1].each += resolve_roles(one.each, network, index)
            sweeps[-1].after += resolve_roles(one.after, network, index)

    for index, (layer, shape) in enumerate(zip(network.layers, network.shapes, strict=False)):
        add(index, layer.forward_passes(shape) or [Pass(layer.forward_training(shape))])
    sweeps[-1].each += score_calls(network)
    for index, (layer, shape) in reversed([*enumerate(zip(network.layers, network.shapes, strict=False))]):
        if not layer.forward_passes(shape):
            sweeps[-1].each += layer_backward_calls(network, index)
            continue
        needed = needed_gradients(network, index)
        add(index, layer.backward_passes(shape, any(needed.values())))
        sweeps[-1].each += gradient_additions(network, index, needed)
    return sweeps


def kept_buffers(network: Architecture, sweeps: list[Sweep]) -> Layout:
    """What a sample has in several of the loops: outputs, gradients of outputs, and other buffers of layers, but
    neither what belongs to a whole shard nor what is computed before it or completed after it."""
    of_parameters = {gradient(name) for name in parameter_buffers(network)}
    of_sample = {"random": ("int32", (1,)), **sample_buffers(network, 0), **activation_buffers(network)}
    of_sample |= {name: entry for name, entry in gradient_buffers(network).items() if name not in of_parameters}
    once = [*before_samples(network, training=True), *before_gradients(network), *after_gradients(network)]
    shared = {str(argument) for step in once for argument in step.arguments.values()}
    for owner, layer in zip(network.names, network.layers, strict=True):
        shared |= {f"{owner}.{role}" for role in layer.of_shard}
    shared |= {"loss_sum", "confusion", "outcomes", "labels", "pixels"}
    return {
        name: entry
        for name, entry in of_sample.items()
        if name not in shared and sum(name in sweep.names for sweep in sweeps) > 1
    }


def row_of(name: str) -> str:
    return f"{name} of samples"


def with_samples(step: Call, samples: Argument) -> Call:
    """The call with this number of samples, if it reads it."""
    return Call(step.kernel, {**step.arguments, **({"samples": samples} if "samples" in step.arguments else {})})
