"""Whether sharing the work pays, by measuring: small networks train faster alone. It changes no bit of a training."""

from collections.abc import Callable

__all__ = ["Pays"]

PROBES = 3  # measurements of each way; the fastest one counts
AGAIN = 1.0, 30.0  # seconds from one decision to the next measurement, at first and at most


class Pays:
    """Measures both ways in turn, and then says which was faster; from time to time it measures again, since other
    programs come and go. `clock` returns seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.seconds: dict[bool, list[float]] = {False: [], True: []}  # a batch, by whether it was shared
        self.pause, self.due = AGAIN[0], float("inf")
        self.faster = False  # whether sharing was faster when both ways were last measured

    @property
    def measuring(self) -> bool:
        """Whether the next batches are to be measured. Then they should be few."""
        if self.clock() >= self.due:
            self.due, self.pause = float("inf"), min(2 * self.pause, AGAIN[1])
            for found in self.seconds.values():
                del found[0]
        return any(len(found) < PROBES for found in self.seconds.values())

    @property
    def shared(self) -> bool:
        """Whether the next batches are to be shared."""
        if self.measuring:
            return len(self.seconds[True]) < len(self.seconds[False])
        return self.faster

    def record(self, shared: bool, seconds: float) -> None:
        """The time that a batch took."""
        self.seconds[shared].append(seconds)
        if all(len(found) >= PROBES for found in self.seconds.values()):
            self.due = self.clock() + self.pause
            self.faster = min(self.seconds[True]) < min(self.seconds[False])
