"""Writes the expressions of random kernels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.compiler.generator.buffers import (
    FLOAT_BUFFERS,
    FLOAT_TEXTS,
    LENGTH,
    LIMITS,
)

__all__ = ["ExpressionWriter", "Together"]


@dataclass
class Together:
    """The iterations that run together around a statement: their loops and counts, and what they store and carry."""

    loops: list[tuple[str, int]] = field(default_factory=list)
    stored: tuple[str, ...] = ()
    carried: dict[str, str] = field(default_factory=dict)  # name → how it is combined
    lanes: bool = False
    style: float = 0.0  # which form of index the stores mostly have: one form for all keeps turns apart

    @property
    def turns(self) -> int:
        product = 1
        for _, count in self.loops:
            product *= count
        return product


class ExpressionWriter:
    """The names that a kernel has at a point, and expressions of them."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lines: list[str] = []
        self.loops: dict[str, tuple[int, int]] = {}  # a loop's name → its least and largest value
        self.floats: list[str] = []  # locals that are sure to have a value
        self.wholes: list[str] = []
        self.own: set[str] = set()  # locals of the innermost turns that run together
        self.together: Together | None = None
        self.names = 0
        self.carries = False

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def choose(self, options: Sequence[str]) -> str:
        return self.random.choice(options)

    def one_of(self, *makers: tuple[float, Callable[[], str]]) -> str:
        weights = [weight for weight, _ in makers]
        return self.random.choices([maker for _, maker in makers], weights)[0]()

    def fresh(self, letter: str) -> str:
        self.names += 1
        return f"{letter}{self.names}"

    # ------------------------------------------------------------------------------------ expressions

    def whole(self, depth: int) -> str:
        leaf = [
            (2, lambda: self.literal()),
            (4, self.known_whole),
            (2, lambda: self.read(("n", "m", "wide", "c"), depth)),
        ]
        if depth <= 0:
            return self.one_of(*leaf)

        def one() -> str:
            return self.whole(depth - 1)

        def other() -> str:
            return self.whole(depth - 2)

        return self.one_of(
            *leaf,
            (3, lambda: f"({one()} {self.choose('+-*')} {other()})"),
            (
                1,
                lambda: (
                    f"({one()} {self.choose(['//', '%'])} {self.choose(['7', '-3', '2', '24', '(-1)', other()])})"
                ),
            ),
            (1, lambda: f"({one()} {self.choose('&|')} {self.choose(['7', '255', '(-8)', other()])})"),
            (1, lambda: f"({one()} {self.choose(['<<', '>>'])} {self.choose(['1', '5', '31', self.known_whole()])})"),
            (1, lambda: f"{self.choose(['min', 'max'])}({one()}, {other()})"),
            (1, lambda: f"({one()} if {self.test(depth - 1)} else {other()})"),
            (0.5, lambda: f"abs({one()})"),
            (0.5, lambda: f"(-{one()})"),
            (0.4, lambda: f"int({self.number(depth - 1)})"),
            (0.4, lambda: f"float_to_bits({self.number(depth - 1)})"),
            (0.4, lambda: f"mix({one()}, {other()})"),
        )

    def literal(self) -> str:
        value = self.random.choice(LIMITS) if self.chance(0.15) else self.random.randint(-9, 40)
        return str(value) if value >= 0 else f"({value})"

    def known_whole(self) -> str:
        known = [*self.loops, *self.loops, *(name for name in self.wholes if self.may_read(name)), "s", "size"]
        return self.choose(known)

    def may_read(self, name: str) -> bool:
        return self.together is None or name not in self.together.carried or self.chance(0.1)

    def number(self, depth: int) -> str:
        locals_ = [name for name in self.floats if self.may_read(name)]
        leaf: list[tuple[float, Callable[[], str]]] = [
            (1, lambda: f"({self.choose(FLOAT_TEXTS)})"),
            (4, lambda: self.read(FLOAT_BUFFERS, depth)),
        ]
        if locals_:
            leaf.append((4, lambda: self.choose(locals_)))
        if depth <= 0:
            return self.one_of(*leaf)

        def one() -> str:
            return self.number(depth - 1)

        def other() -> str:
            return self.number(depth - 2)

        return self.one_of(
            *leaf,
            (4, lambda: f"({one()} {self.choose('+-*/')} {other()})"),
            (1.5, lambda: f"({one()} if {self.test(depth - 1)} else {other()})"),
            (1, lambda: f"{self.choose(['min', 'max'])}({one()}, {other()})"),
            (1, lambda: f"{self.choose(['abs', 'sqrt', '-'])}({one()})"),
            (1, lambda: f"float({self.whole(depth - 1)})"),
            (0.4, lambda: f"bits_to_float({self.whole(depth - 1)})"),
            (0.6, lambda: f"blend({one()}, {self.whole(1)})"),
        )

    def test(self, depth: int) -> str:
        comparison = self.choose(["<", "<=", ">", ">=", "==", "!="])
        leaf: list[tuple[float, Callable[[], str]]] = [
            (2, lambda: f"{self.number(0)} {comparison} {self.number(0)}"),
            (2, lambda: f"{self.whole(1)} {comparison} {self.whole(0)}"),
        ]
        if self.loops:
            leaf.append((2, lambda: f"{self.choose(list(self.loops))} {comparison} {self.random.randint(-1, 8)}"))
        if depth <= 0:
            return self.one_of(*leaf)
        return self.one_of(
            *leaf,
            (1, lambda: f"not ({self.test(depth - 1)})"),
            (2, lambda: f"({self.test(depth - 1)}) {self.choose(['and', 'or'])} ({self.test(depth - 1)})"),
            (1.5, self.guarded_test),
        )

    def guarded_test(self) -> str:
        """A comparison that keeps an index in range, and the element that it guards."""
        k = self.known_whole()
        by = self.random.randint(1, 3)
        element = f"{self.choose(self.readable(FLOAT_BUFFERS))}[{k} - {by}]"
        return f"({k} >= {by} and {k} < {LENGTH}) and {element} > 0.5"

    # ------------------------------------------------------------------------------------------ buffers

    def readable(self, buffers: Sequence[str]) -> list[str]:
        """Iterations that run together mostly do not read what they store."""
        stored = self.together.stored if self.together else ()
        free = [name for name in buffers if name not in stored]
        return free if free and self.chance(0.99) else list(buffers)

    def read(self, buffers: Sequence[str], depth: int) -> str:
        if self.together and self.chance(0.15):
            mine = [name for name in self.together.stored if name in buffers]
            if mine:
                return f"{self.choose(mine)}[{self.index_of_turn()}]"
        return f"{self.choose(self.readable(buffers))}[{self.index(depth)}]"

    def index(self, depth: int) -> str:
        """An index, in most cases in range."""
        inside = [name for name, (low, high) in self.loops.items() if low >= 0 and high < LENGTH]
        near: list[tuple[float, Callable[[], str]]] = [(2, lambda: str(self.random.randrange(LENGTH)))]
        if inside:
            near.append((5, lambda: self.choose(inside)))
            near.append((2, lambda: f"{self.choose(inside)} + {self.random.randint(0, 5)}"))
            near.append((1, lambda: f"{self.random.randint(9, LENGTH - 1)} - {self.choose(inside)}"))
        if depth > 0:
            near.append((1, lambda: f"{self.whole(1)} & {self.choose(['15', '7'])}"))
            near.append((1, lambda: f"{self.whole(1)} % {LENGTH}"))
            near.append((0.3, lambda: self.whole(1)))
            near.append((0.5, lambda: f"n[{self.random.randrange(LENGTH)}]"))
        return self.one_of(*near)

    def index_of_turn(self) -> str:
        """An index that differs between iterations that run together."""
        assert self.together
        loops, turns = self.together.loops, self.together.turns
        if self.chance(0.02):
            return self.index(1)
        text = loops[0][0]
        for name, count in loops[1:]:
            text = f"({text} * {count} + {name})"
        style = self.together.style if self.chance(0.93) else self.random.random()
        inner = [
            name for name, (low, high) in self.loops.items() if low == 0 and 0 < high < 3 and name not in dict(loops)
        ]
        room = LENGTH // max(turns, 1)
        if style < 0.25 and room >= 3:
            return f"{text} * 3 + {self.choose(inner) if inner else 1}"
        if style < 0.4:
            return f"{turns - 1} - {text}"
        if style < 0.55 and room >= 2:
            return self.choose([f"{text} * 2", f"{text} * 2 + (n[{loops[-1][0]}] & 1)", f"{text} * 2 + 1"])
        if style < 0.65:
            return f"{text} + {self.choose(['0', str(turns)])}"
        if style < 0.68:
            return f"{text} * {self.choose(['1073741824', '65536', '(-1)'])}"
        return text
