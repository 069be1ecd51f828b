"""Random kernels for the fuzzer: nested loops of all kinds, branches, carried names, guarded and arbitrary indices,
the limits of int32, aliased buffers, calls. Most are valid; the compiler should refuse the others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

__all__ = ["LENGTH", "LENGTHS", "Example", "example"]

LENGTH = 24
FLOAT_BUFFERS, INT_BUFFERS = ("out", "other", "a", "b"), ("wide", "n", "m")
LENGTHS = dict.fromkeys((*FLOAT_BUFFERS, *INT_BUFFERS, "c"), LENGTH)
STORED = ("out", "other", "wide")

LIMITS = [2**31 - 1, -(2**31), 2**30, 2**16, -(2**16), 2**31 - 7, -(2**31) + 5, -1]
ODD = [0.0, -0.0, 1.0, -1.5, float("inf"), float("-inf"), float("nan"), 3.4e38, 1e-45, 0.1, 16777217.0, -2.5e-39]
FLOAT_TEXTS = ["0.5", "2.0", "0.1", "3.0", "1e10", "0.0", "-0.0", "16777217.0", "1e-40", "3e38", "-7.25"]

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
    writer = Writer(random)
    writer.block(random.choice((2, 3, 3, 4)), "    ", random.choice((1, 2, 3, 4)))
    source = HELPERS + HEAD + "\n".join(writer.lines) + "\n"
    pairs = [("other", "out"), ("a", "out"), ("b", "a"), ("b", "other"), ("m", "n"), ("m", "wide")]
    alias = dict([random.choice(pairs)]) if random.random() < 0.15 else {}
    runs = tuple(inputs(random, alias) for _ in range(2))
    return Example(source, alias, {"size": random.choice((3, 4, 6, 8))}, whole(random), runs, writer.carries)


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


def whole(random: Random) -> int:
    kind = random.random()
    if kind < 0.15:
        return random.choice(LIMITS)
    return random.randint(-9, 40) if kind < 0.9 else random.randint(-(2**31), 2**31 - 1)


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


class Writer:
    """Writes one kernel."""

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
                return f"{self.choose(mine)}[{self.place_of_turn()}]"
        return f"{self.choose(self.readable(buffers))}[{self.place(depth)}]"

    def place(self, depth: int) -> str:
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

    def place_of_turn(self) -> str:
        """An index that differs between iterations that run together."""
        assert self.together
        loops, turns = self.together.loops, self.together.turns
        if self.chance(0.02):
            return self.place(1)
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

    # ---------------------------------------------------------------------------------------- statements

    def block(self, depth: int, indent: str, count: int = 0) -> None:
        for _ in range(count or self.random.choice((1, 1, 2, 2, 3))):
            self.statement(depth, indent)

    def statement(self, depth: int, indent: str) -> None:
        kinds: list[tuple[float, Callable[[], str]]] = [
            (4, lambda: self.store(indent)),
            (2, lambda: self.assign(indent, "f")),
            (1.5, lambda: self.assign(indent, "k")),
        ]
        if self.together:
            kinds.append((1.5, lambda: self.store_at_local(indent)))
        if self.together and self.together.carried:
            kinds.append((4, lambda: self.reduce(indent)))
        if depth > 0:
            kinds.append((2.5, lambda: self.branch(depth, indent)))
            kinds.append((5, lambda: self.loop(depth, indent)))
        kinds.append((1, lambda: self.call(indent)))
        self.one_of(*kinds)

    def line(self, text: str) -> str:
        self.lines.append(text)
        return text

    def store(self, indent: str) -> str:
        if self.together:
            buffer = self.choose(self.together.stored if self.chance(0.98) else STORED)
            at = self.place_of_turn()
        else:
            buffer, at = self.choose((*STORED, "a", "n")), self.place(1)
        value = self.whole(2) if buffer in INT_BUFFERS else self.number(3)
        return self.line(f"{indent}{buffer}[{at}] {self.choose(['=', '=', '=', '+='])} {value}")

    def store_at_local(self, indent: str) -> str:
        """A store at an index that a local holds, which a branch or an inner loop may have set otherwise."""
        assert self.together
        buffer, name, own = self.choose(self.together.stored), self.fresh("k"), self.place_of_turn()

        def other() -> str:
            return own if self.chance(0.6) else self.choose([self.place_of_turn(), self.place(0), f"{name} * 1"])

        self.line(f"{indent}{name} = {own}")
        if self.chance(0.6):
            self.line(f"{indent}if {self.test(1)}:")
            self.line(f"{indent}    {name} = {other()}")
            if self.chance(0.4):
                self.line(f"{indent}else:")
                self.line(f"{indent}    {name} = {other()}")
        elif self.chance(0.5):
            inner = self.fresh("i")
            self.line(f"{indent}for {inner} in range({self.random.choice((0, 1, 2, 3))}):")
            self.line(f"{indent}    {name} = {other()}")
        value = self.whole(1) if buffer in INT_BUFFERS else self.number(1)
        return self.line(f"{indent}{buffer}[{name}] {self.choose(['=', '+='])} {value}")

    def assign(self, indent: str, letter: str) -> str:
        known = self.floats if letter == "f" else self.wholes
        free = [name for name in known if self.together is None or name in self.own]
        carried = [name for name in known if name not in free]
        value = self.number(3) if letter == "f" else self.whole(3)
        if carried and self.chance(0.06):
            return self.line(f"{indent}{self.choose(carried)} = {value}")
        if free and self.chance(0.5):
            return self.line(f"{indent}{self.choose(free)} {self.choose(['=', '+=', '-='])} {value}")
        name = self.fresh(letter)
        self.line(f"{indent}{name} = {value}")
        known.append(name)
        self.own.add(name)
        return name

    def reduce(self, indent: str) -> str:
        assert self.together
        name = self.choose(list(self.together.carried))
        form = self.together.carried[name] if self.chance(0.95) else self.choose(FORMS)
        value = self.whole(2) if name in self.wholes else self.number(2)
        if form == "sum":
            return self.line(f"{indent}{name} {self.choose(['+=', '-='])} {value}")
        return self.line(f"{indent}{name} = " + form.format(m=name, e=value))

    def branch(self, depth: int, indent: str) -> str:
        self.line(f"{indent}if {self.test(2)}:")
        self.inside(lambda: self.block(depth - 1, indent + "    "))
        if self.chance(0.5):
            self.line(f"{indent}else:")
            self.inside(lambda: self.block(depth - 1, indent + "    "))
        return ""

    def call(self, indent: str) -> str:
        at = self.place_of_turn() if self.together else self.place(1)
        targets = [name for name in (self.together.stored if self.together else STORED) if name != "wide"]
        if not targets:
            return self.store(indent)
        target, source = self.choose(targets), self.choose(self.readable(("a", "b", "out", "other")))
        return self.one_of(
            (3, lambda: self.line(f"{indent}put({target}, {source}, {at}, {self.whole(1)}, {self.number(1)})")),
            (2, lambda: self.line(f"{indent}shift({target}, {source}, {at}, {self.random.randint(0, 3)})")),
            (
                0.02 if self.together else 1,
                lambda: self.row(f"{indent}row({target}, {source}, {self.random.randint(0, 9)}, size)"),
            ),
        )

    def row(self, text: str) -> str:
        self.carries = True
        return self.line(text)

    # --------------------------------------------------------------------------------------------- loops

    def loop(self, depth: int, indent: str) -> str:
        name = self.fresh("i")
        kind = self.choose(["range", "range", "unrolled", "lanes", "lanes", "blocked"])
        if kind == "lanes" and self.together and self.together.lanes and self.chance(0.95):
            kind = "range"
        if kind in ("lanes", "blocked"):
            return self.loop_together(kind, name, depth, indent)
        count = self.random.choice((0, 1, 2, 3, 3, 4, 17) if kind == "unrolled" else (0, 1, 2, 3, 3, 6))
        if kind == "unrolled" or self.chance(0.6):
            numbers, text = range(count), f"{kind}({count})"
        else:
            start, by = self.random.choice((-3, 0, 1, 5, 20, 2**31 - 20)), self.random.choice((1, 2, 3, -1, -2))
            stop = start + count * by + (self.chance(0.5) if by > 0 else 0)
            numbers, text = range(start, stop, by), f"range({start}, {stop}, {by})"
        if self.chance(0.03):
            numbers, text = range(4), f"{kind}({self.known_whole()} & 3)"
        self.line(f"{indent}for {name} in {text}:")
        self.loops[name] = (min(numbers, default=0), max(numbers, default=0))
        self.inside(lambda: self.block(depth - 1, indent + "    "))
        del self.loops[name]
        return ""

    def loop_together(self, kind: str, name: str, depth: int, indent: str) -> str:
        outer, own = self.together, self.own
        room = LENGTH // max(outer.turns, 1) if outer else LENGTH
        count = min(self.random.choice((1, 2, 3, 5, 6, 8, 9, 13, 23)), max(room, 1))
        width = self.choose(["", ", 4", ", 8", ", 12"]) if kind == "lanes" else f", {self.random.randint(1, 5)}"
        made = self.made_to_be_carried(indent) if kind == "lanes" and self.chance(0.6) else []
        locals_ = [local for local in (*self.floats, *self.wholes) if outer is None or local in self.own]
        carried = {}
        for local in locals_:
            if kind == "lanes" and (local in made or self.chance(0.4)):
                carried[local] = self.choose(FORMS)
        self.carries |= bool(carried)
        stored = outer.stored if outer else tuple(self.random.sample(STORED, self.random.choice((1, 1, 2))))
        loops = [*(outer.loops if outer else []), (name, count)]
        inherited = outer.carried if outer else {}
        self.line(f"{indent}for {name} in {kind}({count}{width}):")
        self.loops[name] = (0, count - 1)
        lanes = kind == "lanes" or (outer is not None and outer.lanes)
        style = outer.style if outer else self.random.random()
        self.together, self.own = Together(loops, stored, {**inherited, **carried}, lanes, style), set()
        if kind == "blocked" and self.chance(0.9):
            self.together.carried = {}
        self.inside(lambda: self.body_that_reduces(depth, indent + "    "))
        self.together, self.own = outer, own
        del self.loops[name]
        for local in carried:
            if self.chance(0.6):
                self.show(local, indent)
        return ""

    def made_to_be_carried(self, indent: str) -> list[str]:
        """New locals just before a loop, which carries them."""
        made = []
        for letter in self.random.choice(("f", "f", "k", "fk")):
            name = self.fresh(letter)
            self.line(f"{indent}{name} = {self.number(1) if letter == 'f' else self.whole(1)}")
            (self.floats if letter == "f" else self.wholes).append(name)
            self.own.add(name)
            made.append(name)
        return made

    def body_that_reduces(self, depth: int, indent: str) -> None:
        assert self.together
        if self.together.carried and self.chance(0.5):
            self.reduce(indent)
            if self.chance(0.4):
                return
        self.block(depth - 1, indent)

    def show(self, local: str, indent: str) -> None:
        """Stores what a loop has carried, so that it can be seen."""
        buffers = INT_BUFFERS if local in self.wholes else FLOAT_BUFFERS
        stored = [name for name in (self.together.stored if self.together else STORED) if name in buffers]
        if stored:
            at = self.place_of_turn() if self.together else self.place(0)
            self.line(f"{indent}{self.choose(stored)}[{at}] = {local}")

    def inside(self, write: Callable[[], None]) -> None:
        """Names that are first assigned in this block may have no value after it."""
        floats, wholes, own = list(self.floats), list(self.wholes), set(self.own)
        write()
        self.floats, self.wholes, self.own = floats, wholes, own


FORMS = [
    "sum",
    "sum",
    "max({m}, {e})",
    "min({e}, {m})",
    "max({e}, {m})",
    "{e} if {e} > {m} else {m}",
    "{m} if {m} >= {e} else {e}",
    "{e} if {m} > {e} else {m}",
]
