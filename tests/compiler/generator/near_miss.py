"""Loops whose iterations are nearly independent: there a fault of the analysis shows.

A kernel of `statements.py` has many statements, and the compiler refuses it for the first reason of several. These
have one loop and a few statements, so that each rule of the analysis is the only one that matters in some of them.
"""

from collections.abc import Callable
from random import Random

from tests.compiler.generator.buffers import LENGTH

__all__ = ["NearMiss"]

BEFORE_A_WRAP = 2**31 - 8


class NearMiss:
    """Writes one loop over lanes or blocks that stores into one buffer, with a few forms of index."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lines: list[str] = []
        self.carries = False
        self.kind = random.choice(("lanes", "lanes", "blocked"))
        self.count = random.choice((2, 3, 4, 5, 8, 9, 11))
        self.buffer = random.choice(("out", "other", "wide"))
        self.names = 0
        width = random.choice(("", ", 4", ", 8")) if self.kind == "lanes" else f", {random.choice((2, 3, 4))}"
        if random.random() < 0.3:
            self.lines.append("    k = 1")
        self.lines.append(f"    for i in {self.kind}({self.count}{width}):")
        self.forms = [self.form() for _ in range(random.choice((1, 2, 2, 3)))]
        for _ in range(random.choice((1, 1, 2, 2, 3))):
            self.statement()

    def form(self) -> str:
        """An index of iteration i, within the buffer in most cases."""
        count = self.count
        forms = ["i", "i", "i", "i + 1", f"i + {count}", f"i + {count - 1}", f"{count - 1} - i", f"{LENGTH - 1} - i"]
        forms += ["i * 2", "i * 2 + 1", "i // 2", "i % 3", "i & 3", "i | 1", "0", "3", "n[i] & 15"]
        forms += [f"(i + {BEFORE_A_WRAP + 5}) // 1073741824 + 2", "(i + 65536) * (i + 65536) // 65536"]
        forms += ["max(i - 1, 0)", "abs(i - 2)", "s & 7", "(s & 7) + i", "mix(i, 0) & 15"]
        return self.random.choice(forms)

    def at(self) -> str:
        return self.random.choice(self.forms)

    def value(self) -> str:
        """A number that tells iterations apart, often with an element that another one may store."""
        whole = self.buffer == "wide"
        own = "i * 7" if whole else "float(i)"
        element = f"{self.buffer}[{self.at()}]"
        source = self.random.choice(("a", "b", "other")) if not whole else self.random.choice(("n", "m"))
        options = [own, f"{own} + {element}", f"{own} + {element}", f"{own} + {source}[{self.at()}]"]
        if not whole:
            options.append(f"blend({element}, i)")
        return self.random.choice(options)

    def statement(self) -> None:
        forms: list[Callable[[], list[str]]] = [
            self.store,
            self.store,
            self.through_a_local,
            self.local_of_an_inner_loop,
            self.local_after_the_store,
            self.local_of_a_branch,
            self.store_in_an_inner_loop,
            self.store_where_an_index_wraps,
            self.store_that_takes_long_to_search,
            self.branch_that_wraps,
        ]
        if self.buffer != "wide":
            forms += [self.call, self.call]
        self.lines += [" " * 8 + line for line in self.random.choice(forms)()]

    def name(self) -> str:
        self.names += 1
        return self.random.choice(("k", f"k{self.names}"))

    def stored(self, at: str) -> str:
        return f"{self.buffer}[{at}] {self.random.choice(('=', '=', '+='))} {self.value()}"

    def turns(self) -> str:
        return self.random.choice(("range(2)", "range(3)", "range(1, 3)", "range(0)", "range(size)"))

    def store(self) -> list[str]:
        return [self.stored(self.at())]

    def through_a_local(self) -> list[str]:
        k = self.name()
        return [f"{k} = {self.at()}", self.stored(k)]

    def local_of_an_inner_loop(self) -> list[str]:
        k = self.name()
        inside = self.random.choice((self.at(), "j", "i + j", f"{k} + 1", f"{k} + j"))
        return [f"{k} = {self.at()}", f"for j in {self.turns()}:", f"    {k} = {inside}", self.stored(k)]

    def local_after_the_store(self) -> list[str]:
        k = self.name()
        inside = self.random.choice((self.at(), "j", "i + j", f"{k} + 1", f"{k} + j"))
        return [f"{k} = {self.at()}", f"for j in {self.turns()}:", f"    {self.stored(k)}", f"    {k} = {inside}"]

    def local_of_a_branch(self) -> list[str]:
        k = self.name()
        test = self.random.choice(("i > 1", "n[i] > 3", "a[i] > 0.5", "s > 3"))
        lines = [f"{k} = {self.at()}", f"if {test}:", f"    {k} = {self.at()}"]
        if self.random.random() < 0.5:
            lines += ["else:", f"    {k} = {self.at()}"]
        return [*lines, self.stored(k)]

    def store_in_an_inner_loop(self) -> list[str]:
        at = self.random.choice(("i + j", "i * 2 + j", "i * 3 + j", "i + j * 4", "j", f"i + j * {self.count}", "i"))
        return [f"for j in {self.turns()}:", f"    {self.stored(at)}"]

    def store_where_an_index_wraps(self) -> list[str]:
        """Iterations meet at one element, because 4 · 2³⁰ and 2 · 2³¹ are 0."""
        every, at = self.random.choice(
            ((4, "i * 1073741824"), (4, "(i << 30)"), (2, "(i << 31)"), (2, "(i << 31) + 1"))
        )
        return [f"if (i & {every - 1}) == 0:", f"    {self.stored(at)}"]

    def store_that_takes_long_to_search(self) -> list[str]:
        """A sum that is 0 for nearly no bits, but for those of small numbers, which are all 0."""
        factors = [self.random.randrange(10**6, 2 * 10**6) for _ in range(12)]
        sums = " + ".join(f"(n[i] >> {5 + bit} & 1) * {factor}" for bit, factor in enumerate(factors))
        return [self.stored(sums)]

    def branch_that_wraps(self) -> list[str]:
        """A condition that is true only because a sum wraps."""
        test = self.random.choice(
            (f"i + {BEFORE_A_WRAP} < 5", f"i + {BEFORE_A_WRAP + 5} < i", f"i - {BEFORE_A_WRAP} > 5")
        )
        at = self.random.choice((self.at(), "i * 2 + 6", "i + 20", "i - 9"))
        return [f"if {test}:", f"    {self.stored(at)}"]

    def call(self) -> list[str]:
        source = self.random.choice((self.buffer, self.buffer, "a"))
        if self.random.random() < 0.5:
            return [f"put({self.buffer}, {source}, {self.at()}, {self.random.choice(('1', 'i', 'n[i]'))}, float(i))"]
        return [f"shift({self.buffer}, {source}, {self.at()}, {self.random.choice((0, 1, 2, self.count))})"]
