"""One network can be used from any thread and from any child process."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from scnn import Conv2D, Dense, Flatten, MaxPool2D, Network, ReLU, load_digits
from scnn.data.dataset import ImageDataset

LAYERS = [Conv2D(4, 5, padding=2), ReLU(), MaxPool2D(2), Flatten(), Dense(10)]


@pytest.fixture(scope="module")
def network() -> Network:
    return Network((1, 28, 28), LAYERS, seed=1)


@pytest.fixture(scope="module")
def digits() -> ImageDataset:
    return load_digits()[1].select(range(10), 10)


def test_many_threads_ask_one_network(network: Network, digits: ImageDataset) -> None:
    """Eight threads predict and evaluate at the same time, with the same results as a single thread."""
    images = [digits.image(index) for index in range(len(digits))]
    alone = [network.logits(image) for image in images]
    report = network.evaluate(digits)

    def ask(turn: int) -> bool:
        index = turn % len(images)
        if turn % 25 == 0:
            return network.evaluate(digits) == report
        return network.logits(images[index]) == alone[index]

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(1000)))


def test_engines_are_used_again(network: Network, digits: ImageDataset) -> None:
    """Threads that run one after another share an engine: nothing is compiled twice."""
    made = []

    def make_engine(plan):  # type: ignore[no-untyped-def]
        from scnn.engines import compiled

        made.append(plan)
        return compiled(plan)

    for _ in range(3):
        network.predict(digits.image(0), make_engine=make_engine)
    assert len(made) == 1


def test_an_engine_that_was_stopped_is_not_used_again() -> None:
    """After an error the next caller gets a new engine."""
    from scnn.engines import Interpreter
    from scnn.network.lowering import lower
    from scnn.network.pool import EnginePool

    network, pool, used = Network((1, 2, 2), [Flatten(), Dense(2)]), EnginePool(), []
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), pool.lend(Interpreter, 0, lambda: lower(network)) as engine:
            used.append(engine)
            raise ZeroDivisionError
    assert used[0] is not used[1]


@pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="this system does not fork")
def test_a_forked_child_uses_the_same_network(network: Network, digits: ImageDataset) -> None:
    """A child process compiles its own engines, even for networks that the parent has not used."""
    expected = network.predict(digits)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            fresh = Network((1, 28, 28), LAYERS, seed=2)
            os.write(write, bytes(network.predict(digits)) + bytes(fresh.predict(digits.image(0))))
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        answer = pipe.read()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert list(answer[:-1]) == expected and len(answer) == len(expected) + 1
