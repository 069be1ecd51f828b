"""Differential fuzzing: random kernels run interpreted, rounding as float32 does, and compiled. No bit may differ.

`--fuzz N` sets how many kernels are made. What is generated keeps inside what both engines define: whole numbers
stay within int32, int(…) is given bounded numbers, and floats meet what a buffer held before they are combined.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scnn.compiler import Options, compile_plan
from scnn.engines.hosts import WasmtimeHost
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import WasmEngine
from scnn.errors import KernelBoundsError
from tests.compiler.support import OFF, bits, kernel_of, plan_of, run

LENGTH = 32
FLOATS = ("a", "b")  # read by every kernel
WHOLES = ("n", "m")
ODD = [0.0, -0.0, 1.0, -1.5, float("inf"), float("-inf"), float("nan"), 3.4e38, 1e-45, 0.1, 16777216.0, -2.5e-39]


class Writer:
    """Writes one kernel, deciding by `draw`. Whole numbers are written with their least and largest value."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.lines: list[str] = []
        self.loops: dict[str, tuple[int, int]] = {}  # a loop's name → its least and largest value
        self.floats: list[str] = []  # locals that are sure to have a value
        self.wholes: dict[str, tuple[int, int]] = {}
        self.names = 0
        self.stores = ["out", "other"]

    def pick(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def choose(self, options: list[str]) -> str:
        return self.draw(st.sampled_from(options))

    def fresh(self, letter: str) -> str:
        self.names += 1
        return f"{letter}{self.names}"

    # ------------------------------------------------------------------------------------ expressions

    def whole(self, depth: int = 2) -> tuple[str, int, int]:
        """A whole number, and between what it lies."""
        kind = self.pick(0, 9) if depth else self.pick(0, 2)
        if kind == 0 or (kind == 1 and not self.loops and not self.wholes):
            value = self.pick(-9, 40)
            return (str(value), value, value) if value >= 0 else (f"({value})", value, value)
        if kind == 1:
            known = {**self.loops, **self.wholes}
            name = self.choose(sorted(known))
            return name, *known[name]
        if kind == 2:
            return f"({self.choose(list(WHOLES))}[{self.place()}] & 255)", 0, 255
        one, low, high = self.whole(depth - 1)
        if kind in (3, 4):
            by = self.pick(1, 9) * (1 if self.pick(0, 1) else -1)
            ends = sorted((low // by, high // by))
            if kind == 3:
                return f"({one} // {by})", ends[0], ends[1]
            return f"({one} % {by})", *((0, by - 1) if by > 0 else (by + 1, 0))
        if kind == 5 and max(abs(low), abs(high)) < 2**20:
            by = self.pick(0, 6)
            return (f"({one} << {by})", low << by, high << by)
        if kind == 6:
            by = self.pick(0, 6)
            return f"({one} >> {by})", low >> by, high >> by
        other, bottom, top = self.whole(depth - 1)
        if kind == 7 and max(abs(low), abs(high)) * max(abs(bottom), abs(top)) < 2**24:
            products = [x * y for x in (low, high) for y in (bottom, top)]
            return f"({one} * {other})", min(products), max(products)
        if kind == 8:
            test = self.test(depth - 1)
            return f"({one} if {test} else {other})", min(low, bottom), max(high, top)
        if self.pick(0, 1):
            return f"({one} - {other})", low - top, high - bottom
        return f"({one} + {other})", low + bottom, high + top

    def place(self) -> str:
        """An index that lies inside, by a constant, a loop, a mask or a remainder."""
        inside = [name for name, (low, high) in self.loops.items() if low >= 0 and high < LENGTH]
        kind = self.pick(0, 3)
        if kind == 0 or (kind == 1 and not inside):
            return str(self.pick(0, LENGTH - 1))
        if kind == 1:
            return self.choose(inside)
        one, _, _ = self.whole(1)
        return f"{one} & {LENGTH - 1}" if kind == 2 else f"{one} % {LENGTH}"

    def number(self, depth: int = 3) -> str:
        """A float: what a buffer held, or made of such."""
        kind = self.pick(0, 8) if depth else self.pick(0, 1)
        if kind == 0 or (kind == 1 and not self.floats):
            return f"{self.choose(list(FLOATS))}[{self.place()}]"
        if kind == 1:
            return self.choose(self.floats)
        one = self.number(depth - 1)
        if kind == 2:
            constant = self.draw(st.sampled_from(["0.5", "2.0", "0.1", "3.0", "1e10", "0.0"]))
            return f"({one} {self.choose(['+', '-', '*', '/'])} {constant})"
        if kind == 3:
            return f"({one} {self.choose(['+', '-', '*'])} float({self.whole(1)[0]}))"
        if kind == 4:
            return f"({one} * sqrt({self.choose(list(FLOATS))}[{self.place()}] * 0.0 + 2.0))"
        if kind == 5:
            return f"(-{one})"
        other = self.number(depth - 1)
        if kind == 6:
            return f"({one} if {self.test(depth - 1)} else {other})"
        return f"({one} {self.choose(['+', '-', '*', '/'])} {other})"

    def test(self, depth: int = 1) -> str:
        kind = self.pick(0, 4) if depth > 0 else self.pick(0, 1)
        comparison = self.choose(["<", "<=", ">", ">=", "==", "!="])
        if kind == 0:
            return f"{self.number(0)} {comparison} {self.number(0)}"
        if kind == 1:
            return f"{self.whole(1)[0]} {comparison} {self.whole(1)[0]}"
        if kind == 2:
            return f"not ({self.test(depth - 1)})"
        return f"({self.test(depth - 1)}) {self.choose(['and', 'or'])} ({self.test(depth - 1)})"

    # ------------------------------------------------------------------------------------- statements

    def block(self, depth: int, indent: str) -> None:
        for _ in range(self.pick(1, 3)):
            self.statement(depth, indent)

    def statement(self, depth: int, indent: str) -> None:
        kind = self.pick(0, 8) if depth else self.pick(0, 4)
        if kind <= 1:
            self.store(indent)
        elif kind == 2:
            reuse = bool(self.floats) and self.pick(0, 1)
            name = self.choose(self.floats) if reuse else self.fresh("f")
            self.lines.append(f"{indent}{name} = {self.number()}")
            self.floats += [] if reuse else [name]
        elif kind == 3:
            name = self.fresh("k")
            text, low, high = self.whole()
            self.lines.append(f"{indent}{name} = {text}")
            self.wholes[name] = (low, high)
        elif kind == 4:
            text = self.number(1)
            bounded = f"({text} if {text} < 100.0 else 100.0) if {text} > -100.0 else -100.0"
            self.lines.append(f"{indent}wide[{self.place()}] = int({bounded})")
        elif kind == 5:
            self.either(depth, indent)
        else:
            self.loop(depth, indent)

    def store(self, indent: str) -> None:
        if self.pick(0, 3):
            self.lines.append(f"{indent}{self.choose(self.stores)}[{self.place()}] = {self.number()}")
        else:
            self.lines.append(f"{indent}wide[{self.place()}] = {self.whole()[0]}")

    def either(self, depth: int, indent: str) -> None:
        self.lines.append(f"{indent}if {self.test()}:")
        self.inside(lambda: self.block(depth - 1, indent + "    "))
        if self.pick(0, 1):
            self.lines.append(f"{indent}else:")
            self.inside(lambda: self.block(depth - 1, indent + "    "))

    def loop(self, depth: int, indent: str) -> None:
        name = self.fresh("i")
        kind = self.choose(["range", "range", "unrolled", "lanes", "blocked"])
        if kind in ("lanes", "blocked"):
            self.independent(kind, name, indent)
            return
        count = self.pick(0, 6)
        if kind == "unrolled" or self.pick(0, 1):
            numbers, text = range(count), f"{kind}({count})"
        else:
            start, by = self.pick(-3, 20), self.choose(["1", "2", "3", "-1", "-2"])
            stop = start + count * int(by) + (1 if self.pick(0, 1) else 0)
            numbers, text = range(start, stop, int(by)), f"range({start}, {stop}, {by})"
        self.lines.append(f"{indent}for {name} in {text}:")
        self.loops[name] = (min(numbers, default=0), max(numbers, default=0))
        self.inside(lambda: self.block(depth - 1, indent + "    "))
        del self.loops[name]

    def independent(self, kind: str, name: str, indent: str) -> None:
        """Turns that each store at a place of their own, and read only what no turn stores."""
        count = self.pick(1, 23)
        width = self.choose(["", ", 4", ", 8", ", 12"]) if kind == "lanes" else f", {self.pick(1, 5)}"
        self.lines.append(f"{indent}for {name} in {kind}({count}{width}):")
        self.loops[name] = (0, count - 1)
        inner = indent + "    "
        shift = self.pick(0, LENGTH - count)

        def body() -> None:
            local = self.fresh("v")
            self.lines.append(f"{inner}{local} = {self.plain(name, count)}")
            if self.pick(0, 1):
                self.lines.append(f"{inner}if {local} {self.choose(['<', '>', '!='])} {self.plain(name, count)}:")
                self.lines.append(f"{inner}    {local} = {local} * 0.5 + {self.plain(name, count)}")
            self.lines.append(f"{inner}{self.choose(self.stores)}[{name} + {shift}] = {local}")

        self.inside(body)
        del self.loops[name]

    def plain(self, name: str, count: int) -> str:
        """A float of one turn: read at the turn's place, or at one that is the same for all."""
        at = [
            name,
            f"{name} + {self.pick(0, LENGTH - count)}",
            f"{count - 1} - {name}",
            str(self.pick(0, LENGTH - 1)),
        ]
        one = f"{self.choose(list(FLOATS))}[{self.choose(at)}]"
        other = f"{self.choose(list(FLOATS))}[{self.choose(at)}]"
        form = self.pick(0, 4)
        if form == 0:
            return f"{one} + float({self.choose(list(WHOLES))}[{self.choose(at)}] & 31)"
        if form == 1:
            return f"({one} if {one} < {other} else {other})"
        if form == 2:
            return f"{one} * float({name} * {self.pick(-3, 3)} + 1)"
        return f"{one} {self.choose(['+', '-', '*', '/'])} {other}"

    def inside(self, write: "object") -> None:
        """What gets its first value in here may have none afterwards."""
        floats, wholes = list(self.floats), dict(self.wholes)
        write()  # type: ignore[operator]
        self.floats, self.wholes = floats, wholes


HEAD = (
    "def kernel(out: Float32Buffer, other: Float32Buffer, wide: Int32Buffer, "
    "a: Float32Buffer, b: Float32Buffer, n: Int32Buffer, m: Int32Buffer):\n"
)
LENGTHS = dict.fromkeys(("out", "other", "wide", "a", "b", "n", "m"), LENGTH)


@st.composite
def sources(draw: st.DrawFn) -> str:
    """The source of a random kernel."""
    writer = Writer(draw)
    writer.block(3, "    ")
    return HEAD + "\n".join(writer.lines) + "\n"


def inputs(draw: st.DataObject) -> dict[str, list[float]]:
    floats = st.one_of(st.sampled_from(ODD), st.floats(-100, 100, width=32))
    wholes = st.one_of(st.integers(-300, 300), st.sampled_from([2**31 - 1, -(2**31), 0]))
    return {
        **{name: draw.draw(st.lists(floats, min_size=LENGTH, max_size=LENGTH)) for name in FLOATS},
        **{name: draw.draw(st.lists(wholes, min_size=LENGTH, max_size=LENGTH)) for name in WHOLES},
    }


def compare(source: str, given_: dict[str, list[float]], host: WasmtimeHost, options: Options | None) -> None:
    plan = plan_of(kernel_of(source), LENGTHS, {})
    engine = WasmEngine(plan, host, options)
    try:
        expected = run(Interpreter(plan, exact=True), given_)
    except KernelBoundsError:
        with pytest.raises(KernelBoundsError):
            run(engine, given_)
        return
    found = run(engine, given_)
    for name, values in expected.items():
        assert bits(found[name]) == bits(values), f"{name} differs\n{source}"


def test_random_kernels(fuzz: int) -> None:
    """Compiled with all transformations and with none, every buffer is the interpreter's, to the bit."""
    host = WasmtimeHost()

    @settings(
        max_examples=fuzz,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(source=sources(), data=st.data())
    def compared(source: str, data: st.DataObject) -> None:
        given_ = inputs(data)
        for options in (None, OFF):
            compare(source, given_, host, options)

    compared()


def test_random_kernels_compile_to_the_same_bytes(fuzz: int) -> None:
    """The same source gives the same module, whatever was compiled before."""

    @settings(max_examples=max(fuzz // 20, 10), deadline=None, database=None, derandomize=True)
    @given(source=sources())
    def compared(source: str) -> None:
        one, other = (compile_plan(plan_of(kernel_of(source), LENGTHS, {})) for _ in range(2))
        assert one.code == other.code

    compared()
