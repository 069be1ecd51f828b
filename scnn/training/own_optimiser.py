"""Optimisers of one's own: one whose kernel is a text, and what a training checks of every class.

A class of one's own is a subclass of `Optimiser` (`scnn.training.optimisers`); `resume` takes it by `optimisers=`.
`OwnOptimiser` needs no class: its kernel is a text among the network's edits, so that files and the page have it.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scnn.errors import ConfigError
from scnn.network.edits import Edits
from scnn.plan import Call, Kernel
from scnn.training.optimisers import Optimiser

__all__ = ["OWN_UPDATE", "OwnOptimiser", "bound", "require_known", "require_new"]

OWN_UPDATE = "own_update"
GIVEN = {"parameters": "Float32Buffer", "gradients": "Float32Buffer", "rate": "Float32Buffer", "size": "Size"}
IN_CHECKPOINTS = ("sums", "average", "order", "order_random", "best_parameters")  # beside the buffers of the engine


@dataclass(frozen=True)
class OwnOptimiser(Optimiser):
    """Runs a kernel of the network's edits once a step. It reads `gradients`, the mean over the batch with the weight
    decay, and `rate[0]`, the learning rate times the schedule's factor, and changes `parameters`; `size` is the
    length of all. Every other float32 buffer of the kernel is a state, which starts as zeros and is kept from step to
    step. Raises ConfigError for values out of range; a training raises it for a kernel that is not there, or that
    cannot be an optimiser's.
    """

    __slots__ = ("function", "roles")  # what `bound` adds: no part of the optimiser's settings

    learning_rate: float = 0.01
    kernel: str = OWN_UPDATE

    def __setstate__(self, state: Any) -> None:
        """Restores a copy; attributes of a frozen dataclass cannot be assigned."""
        for part in state if isinstance(state, tuple) else (state,):
            for name, value in (part or {}).items():
                object.__setattr__(self, name, value)

    @property
    def state(self) -> tuple[str, ...]:
        return tuple(name for name in self.ready()[1] if name not in GIVEN)

    def update(self, size: int) -> Call:
        function, roles = self.ready()
        return Call(function, {name: size if name == "size" else name for name in roles})

    def ready(self) -> tuple[Kernel, dict[str, str]]:
        if not hasattr(self, "function"):
            raise ConfigError(
                f"the optimiser OwnOptimiser runs the kernel {self.kernel}, which is not one of the edited kernels"
            )
        optimiser: Any = self
        return optimiser.function, optimiser.roles


def bound(optimiser: Optimiser, edits: Edits) -> Optimiser:
    """The optimiser, one whose kernel is a text with that kernel. Raises ConfigError for a kernel that is not there,
    or that cannot be an optimiser's."""
    if not isinstance(optimiser, OwnOptimiser):
        return optimiser
    found, kernel = replace(optimiser), edits.kernels.get(optimiser.kernel)
    if kernel is not None:
        roles = edits.roles(optimiser.kernel)
        require_roles(optimiser.kernel, roles)
        object.__setattr__(found, "function", kernel)
        object.__setattr__(found, "roles", roles)
    found.ready()
    return found


def require_roles(kernel: str, roles: Mapping[str, str]) -> None:
    for name, kind in GIVEN.items():
        if roles.get(name) != kind:
            raise ConfigError(f"{kernel}: an optimiser's kernel has the parameter {name}: {kind}")
    for name, kind in roles.items():
        if name not in GIVEN and kind != "Float32Buffer":
            raise ConfigError(
                f"{kernel}: an optimiser's kernel takes float32 buffers and the size size, not {name}: {kind}"
            )


def require_new(optimiser: Optimiser, names: list[str], taken: Container[str]) -> None:
    """Raises ConfigError if a state of the optimiser has the name of another buffer, or of something that checkpoints
    contain."""
    for name in names:
        if name in taken or names.count(name) > 1 or (name in IN_CHECKPOINTS and name in optimiser.state):
            kind = type(optimiser).__name__
            raise ConfigError(f"{kind}: the state {name!r:.80} has the name of another buffer; choose another one")


def require_known(optimiser: Optimiser, calls: list[Call], buffers: Iterable[str]) -> list[Call]:
    """The calls of the optimiser's step. Raises ConfigError if one reads a buffer that is not there."""
    known = {*buffers, "samples"}
    for step in calls:
        for parameter, argument in step.arguments.items():
            if isinstance(argument, str) and argument not in known:
                raise ConfigError(
                    f"{type(optimiser).__name__}: unknown buffer {argument!r:.80} for the parameter {parameter} of "
                    f"{step.kernel.__name__}; expected a number, parameters, gradients, rate, settings, step or a "
                    f"state: {', '.join(optimiser.state) or 'there is none'}"
                )
    return calls
