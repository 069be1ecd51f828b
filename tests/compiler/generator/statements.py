"""Writes the statements of random kernels."""

from collections.abc import Callable

from tests.compiler.generator.buffers import FLOAT_BUFFERS, INT_BUFFERS, LENGTH, STORED
from tests.compiler.generator.expressions import ExpressionWriter, Together

__all__ = ["Writer"]


class Writer(ExpressionWriter):
    """Writes one kernel."""

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
            at = self.index_of_turn()
        else:
            buffer, at = self.choose((*STORED, "a", "n")), self.index(1)
        value = self.whole(2) if buffer in INT_BUFFERS else self.number(3)
        return self.line(f"{indent}{buffer}[{at}] {self.choose(['=', '=', '=', '+='])} {value}")

    def store_at_local(self, indent: str) -> str:
        """A store at an index that a local holds, which a branch or an inner loop may have set otherwise."""
        assert self.together
        buffer, name, own = self.choose(self.together.stored), self.fresh("k"), self.index_of_turn()

        def other() -> str:
            return own if self.chance(0.6) else self.choose([self.index_of_turn(), self.index(0), f"{name} * 1"])

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
        at = self.index_of_turn() if self.together else self.index(1)
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
            at = self.index_of_turn() if self.together else self.index(0)
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
