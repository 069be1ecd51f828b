"""Whether sharing pays: both ways are measured, the faster one is chosen, and measured again later."""

from scnn.engines.pays import PROBES, Pays


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def measure(pays: Pays, clock: Clock, alone: float, shared: float) -> list[bool]:
    """Runs batches that take so long until the decision; returns which were shared."""
    ways = []
    while pays.measuring:
        way = pays.shared
        seconds = shared if way else alone
        clock.now += seconds
        pays.record(way, seconds)
        ways.append(way)
    return ways


def test_both_ways_are_measured_and_the_faster_is_taken() -> None:
    """In turn, alone first."""
    for alone, shared in ((2.0, 1.0), (1.0, 2.0)):
        clock = Clock()
        pays = Pays(clock)
        assert measure(pays, clock, alone, shared) == [False, True] * PROBES
        assert pays.shared == pays.faster == (shared < alone)


def test_it_is_measured_again_later() -> None:
    """One batch of each way, after a pause that grows; other programs may have come or gone."""
    clock = Clock()
    pays = Pays(clock)
    measure(pays, clock, 2.0, 1.0)
    clock.now += 0.5
    assert not pays.measuring and pays.shared
    clock.now += 0.6
    for _ in range(PROBES):
        before = pays.faster
        assert pays.measuring and pays.faster == before, "what is measured again does not change what is said"
        assert measure(pays, clock, 2.0, 3.0) == [False, True]
        clock.now += 0.6
        assert not pays.measuring
        clock.now += 60.0
    assert not pays.shared or pays.measuring


def test_one_slow_batch_does_not_decide() -> None:
    """The fastest of each way counts, since others are delayed by other programs."""
    clock = Clock()
    pays = Pays(clock)
    for seconds in (1.0, 9.0, 9.0):
        pays.record(True, seconds)
        pays.record(False, 2.0)
    assert not pays.measuring and pays.shared
