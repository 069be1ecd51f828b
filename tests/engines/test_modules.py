"""Which compiled modules are kept, and that a kept one is the right one."""

from concurrent.futures import ThreadPoolExecutor
from types import FunctionType

import pytest

from scnn import Network
from scnn.engines import modules
from scnn.engines.modules import MOST, module_of
from scnn.layers import Conv2D, Dense, Flatten, LeakyReLU, ReLU
from scnn.network.lowering import lower
from scnn.plan import Buffer, Call, Plan, Procedure
from scnn.training.lowering import lower_training
from tests.compiler.support import kernel_of


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    modules.KEPT.clear()


def network(*layers: object) -> Network:
    return Network((1, 6, 6), [Conv2D(2, 3), *layers, Flatten(), Dense(3)])  # type: ignore[list-item]


def test_equal_plans_share_a_module() -> None:
    """Also with kernels that are derived."""
    for layer in (ReLU(), LeakyReLU()):
        first, second = (lower_training(network(layer), 4) for _ in range(2))
        assert first is not second and module_of(first) is module_of(second)
    assert len(modules.KEPT) == 2


def test_plans_that_differ_do_not() -> None:
    """In a layer, its settings, a size, or the number of images."""
    plans = [
        lower(network(ReLU())),
        lower(network()),
        lower(network(LeakyReLU(0.25))),
        lower(network(LeakyReLU(0.5))),
        lower(network(ReLU()), 1),
        lower(network(ReLU()), 2),
    ]
    assert len({module_of(plan).code for plan in plans}) == len(plans) == len(modules.KEPT)


@pytest.mark.parametrize(("one", "other"), [(0.0, -0.0), (1.0, 2.0)])
def test_numbers_that_compare_equal_are_told_apart(one: float, other: float) -> None:
    """0.0 == -0.0 for Python, not for a kernel."""
    kernel = kernel_of("def k(out: Float32Buffer, factor: Float32):\n    out[0] = factor\n")
    assert isinstance(kernel, FunctionType)
    kernel.__module__ = "scnn.kernels.planted"
    codes = [module_of(plan_of(Call(kernel, {"out": "out", "factor": factor}))).code for factor in (one, other)]
    assert codes[0] != codes[1] and len(modules.KEPT) == 2


def test_a_users_kernel_is_compiled_each_time() -> None:
    """The functions that it calls may have been redefined."""
    kernel = kernel_of("def k(out: Float32Buffer):\n    out[0] = 1.0\n")
    plan = plan_of(Call(kernel, {"out": "out"}))
    assert module_of(plan) is not module_of(plan) and not modules.KEPT


def test_the_oldest_are_dropped() -> None:
    """The one that is used again stays."""
    used = lower(network())
    kept = module_of(used)
    for images in range(1, MOST + 3):
        module_of(lower(network(), images))
        assert module_of(used) is kept
    assert len(modules.KEPT) == MOST


def test_threads_share_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """While others are dropped, each thread gets the module of its own plan."""
    monkeypatch.setattr(modules, "MOST", 2)
    plans = [lower(network(), images) for images in range(6)]
    codes = [module_of(plan).code for plan in plans]

    def ask(turn: int) -> bool:
        return module_of(plans[turn % 6]).code == codes[turn % 6]

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(ask, range(60)))
    assert len(modules.KEPT) == 2


def plan_of(call: Call) -> Plan:
    return Plan({"out": Buffer("out", "float32", (4,), 0)}, {"run": Procedure("run", (), (call,))})
