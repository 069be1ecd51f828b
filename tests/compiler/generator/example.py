"""A random kernel with its inputs."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.compiler.generator.buffers import FLOAT_BUFFERS, INT_BUFFERS, LENGTH, ODD, whole
from tests.compiler.generator.near_miss import NearMiss
from tests.compiler.generator.one_rule import OneRule
from tests.compiler.generator.one_value import OneValue
from tests.compiler.generator.statements import Writer

__all__ = ["Example", "example"]

HELPERS = """
def blend(x: Float32, k: Int32) -> Float32:
    v = x * 0.5
    if k > 2:
        v = v + float(k)
    if v < x:
        v = max(v, x - 1.0)
    return v


def mix(i: Int32, j: Int32) -> Int32:
    r = i * 3 - j
    for t in range(3):
        r += t * i
    return r if i > j else abs(r)


def put(target: Float32Buffer, source: Float32Buffer, at: Int32, by: Int32, x: Float32):
    if by > 0:
        target[at] = source[at] + x
    else:
        target[at] = x


def shift(target: Float32Buffer, source: Float32Buffer, at: Int32, by: Int32):
    if at >= by:
        target[at] = source[at - by]


def row(target: Float32Buffer, source: Float32Buffer, first: Int32, size: Size):
    total = 0.0
    for t in lanes(size):
        total += source[t]
        target[first + t] = source[t] * 2.0
    target[first] += total


"""
HEAD = (
    "def kernel(out: Float32Buffer, other: Float32Buffer, wide: Int32Buffer, a: Float32Buffer, b: Float32Buffer, "
    "n: Int32Buffer, m: Int32Buffer, c: Uint8Buffer, s: Int32, size: Size):\n"
)


def whole_kernel(random: Random) -> Writer:
    """Several loops, branches and calls, in one another."""
    writer = Writer(random)
    writer.block(random.choice((2, 3, 3, 4)), "    ", random.choice((1, 2, 3, 4)))
    return writer


SHARES: dict[Callable[[Random], NearMiss | OneRule | OneValue | Writer], float] = {
    NearMiss: 0.15,
    OneRule: 0.3,
    OneValue: 0.25,
    whole_kernel: 0.3,
}


@dataclass(frozen=True)
class Example:
    """A kernel, and the inputs of its two runs. Unless a loop over lanes `carries` a name, the loops give the same
    bits when their turns run one after another."""

    source: str
    alias: dict[str, str]
    sizes: dict[str, int]
    argument: int
    runs: tuple[dict[str, list[float]], ...]
    carries: bool = False


def example(seed: int) -> Example:
    """The example of a seed, which is the same on every machine."""
    random = Random(seed)
    body = random.choices(list(SHARES), list(SHARES.values()))[0](random)
    source = HELPERS + HEAD + "\n".join(body.lines) + "\n"
    pairs = [("other", "out"), ("a", "out"), ("b", "a"), ("b", "other"), ("m", "n"), ("m", "wide")]
    alias = dict([random.choice(pairs)]) if random.random() < 0.15 else {}
    runs = tuple(inputs(random, alias) for _ in range(2))
    return Example(source, alias, {"size": random.choice((3, 4, 6, 8))}, whole(random), runs, body.carries)


def inputs(random: Random, alias: dict[str, str]) -> dict[str, list[float]]:
    odd = random.choice((0.0, 0.1, 0.5))
    floats = [name for name in FLOAT_BUFFERS if name not in alias]
    wholes = [name for name in INT_BUFFERS if name not in alias]
    given: dict[str, list[float]] = {}
    for name in floats:
        given[name] = [
            random.choice(ODD)
            if random.random() < odd
            else random.choice((random.uniform(-9, 9), random.randint(-3, 3)))
            for _ in range(LENGTH)
        ]
    for name in wholes:
        calm = random.random() < 0.5
        given[name] = [random.randrange(LENGTH) if calm else whole(random) for _ in range(LENGTH)]
    return {**given, "c": [random.randrange(256) for _ in range(LENGTH)]}
