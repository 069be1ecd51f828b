"""Loops that are lawful, or refused, or stop, by one rule of the compiler: without it, each gives something else.

A loop of `near_miss.py` has a few statements, and what shows one fault is often hidden by the next statement, for
which the kernel is refused anyway. Here is one statement, or one access before another.
"""

from collections.abc import Callable
from random import Random

from tests.compiler.generator.buffers import LENGTH

__all__ = ["OneRule"]

INT32 = 2**31
SQUARE = 46340  # the largest number whose square is within int32


class OneRule:
    """Writes one loop over lanes or blocks."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lines: list[str] = []
        self.carries = False
        self.kind = random.choice(("lanes", "lanes", "blocked"))
        self.count = random.choice((2, 3, 4, 4, 5, 8, 8, 9, 11))
        self.buffer = random.choice(("out", "other", "wide"))
        rules: list[Callable[[], list[str]]] = [
            self.carried_name,
            self.carried_name,
            self.two_accesses,
            self.two_accesses,
            self.accesses_of_a_kernel,
            self.index_in_memory,
            self.index_that_wraps,
            self.sum_that_wraps,
            self.product,
            self.comparison_that_wraps,
            self.index_of_many_solutions,
            self.local_of_one_branch,
            self.local_of_one_branch,
            self.local_of_an_inner_loop,
            self.local_of_an_inner_loop,
            self.store_in_an_inner_loop,
            self.bounds_of_an_inner_loop,
            self.loop_in_a_loop,
            self.value_of_a_kernel,
            self.end_of_the_buffer,
        ]
        body = random.choice(rules)()
        if self.carries:
            self.write("t = 1.0", 1)
        self.write(f"for i in {self.loop(self.kind, self.count)}:", 1)
        for line in body:
            self.write(line, 2)
        if self.carries:
            self.write("out[20] = t", 1)

    def write(self, line: str, depth: int) -> None:
        self.lines.append("    " * depth + line)

    def choose(self, *options: str) -> str:
        return self.random.choice(options)

    def loop(self, kind: str, count: int) -> str:
        if kind == "blocked":
            return f"blocked({count}, {self.random.choice((2, 3, 4, count))})"
        return f"{kind}({count}{self.choose('', ', 4', ', 8') if kind == 'lanes' else ''})"

    def number(self, at: str = "i") -> str:
        """One that differs between iterations."""
        if self.buffer == "wide":
            return self.choose(f"{at} * 7", f"n[{at}] + {at}", f"m[{at}]")
        return self.choose(f"float({at})", f"a[{at}] + float({at})", f"b[{at}] * 0.5")

    def plus(self, element: str) -> str:
        return f"{self.number()} + {self.buffer}[{element}]"

    def change(self, at: str, indent: str = "") -> list[str]:
        """A change of one element. What it was is read by itself in some: two statements are executed for each of the
        iterations that run together before the next one is."""
        how = self.random.random()
        lines = [f"{self.buffer}[{at}] {'=' if how < 0.2 else '+='} {self.number()}"]
        if how > 0.5:
            lines = [f"e = {self.buffer}[{at}] + {self.number()}", f"{self.buffer}[{at}] = e"]
        return [indent + line for line in lines]

    def store(self, at: str, value: str = "") -> str:
        return f"{self.buffer}[{at}] = {value or self.number()}"

    # ------------------------------------------------------------------------------------------- rules

    def carried_name(self) -> list[str]:
        """Iterations pass a name on: lawful in lanes if it is a reduction of one kind, and read by nothing else."""
        self.carries = True
        value = self.choose("a[i]", "b[i]", "float(i)", "a[i] * b[i]")
        forms = (f"t += {value}", f"t = max(t, {value})", f"t = {value} if {value} > t else t")
        others = (
            f"t = t * {value}",
            f"t = {value} - t",
            f"t = {value}",
            f"t = t + t + {value}",
            f"t = max(t, t * {value})",
        )
        lines = [self.choose(*forms, *forms, *others)]
        return self.random.choice(
            (
                lines,
                [*lines, self.choose("out[i] = t", "out[i] = b[i] + t", "f = t * 0.5", "a[int(t) & 7] = 1.0")],
                [*lines, self.choose(*forms)],
                [f"if {self.choose('t > 2.0', 'a[i] > 0.5', 'i > 1')}:", "    " + lines[0]],
                [f"for j in range({self.choose('2', '0', 'size')}):", "    " + lines[0]],
            )
        )

    def two_accesses(self) -> list[str]:
        """An element that another iteration stores, near or far, before or after, or none does."""
        far, count = self.random.choice((1, 2, 3, self.count - 1, self.count)), self.count
        one, other = self.random.sample((f"i + {far}", "i", "i", f"{count - 1} - i", "i * 2", f"i * 2 + {far}"), 2)
        lines = [f"e = {self.buffer}[{one}] + {self.number()}", f"{self.buffer}[{other}] = e"]
        return lines if self.random.random() < 0.7 else [self.store(one), self.store(other, self.number("i"))]

    def accesses_of_a_kernel(self) -> list[str]:
        """Elements that a called kernel reads and stores, also through two parameters that are one buffer."""
        self.buffer, by = self.choose("out", "other"), self.random.choice((0, 1, 2, self.count))
        at, source = self.choose("i", "i", "i + 1", "i // 2", "n[i] & 15"), self.choose(self.buffer, self.buffer, "a")
        call = self.choose(
            f"put({self.buffer}, {source}, {at}, {self.choose('1', 'i', 'n[i]')}, float(i))",
            f"shift({self.buffer}, {source}, {at}, {by})",
            f"put({self.buffer}, {source}, i + {by}, 1, {self.buffer}[i])",
        )
        return [call] if self.random.random() < 0.7 else [call, *self.change("i")]

    def index_in_memory(self) -> list[str]:
        """Elements at indices that are read from a buffer, and differ between iterations as they happen to."""
        at = self.choose("(n[i] & 7) + i", "i * 2 + (n[i] & 1)", "i * 2 + (n[i] & 3)", "n[i] & 15", "i + n[0]")
        if self.random.random() < 0.5:
            return self.change(at)
        return [f"e = {self.buffer}[{at}] + {self.number()}", f"{self.buffer}[{self.choose('i', 'i + 2', at)}] = e"]

    def index_that_wraps(self) -> list[str]:
        """Iterations meet at one element, because 4 · 2³⁰ and 2 · 2³¹ are 0."""
        every, at = self.random.choice(((4, "i * 1073741824"), (4, "(i << 30)"), (2, "(i << 31) + 1")))
        self.count = self.random.choice((3, 5, 8, 9))
        return [f"if (i & {every - 1}) == 0:", *self.change(at, "    ")]

    def sum_that_wraps(self) -> list[str]:
        """The last iteration's sum is below 0, and so it reads an element that another one stores."""
        self.count = self.random.choice((3, 4, 5, 8))
        base = self.random.randint(self.count + 2, 12)
        read = f"(i + {INT32 - self.count + 1}) // 1073741824 + {base}"
        first = base - self.random.choice((2, 2, 3)) - self.random.randrange(self.count - 1)
        return [self.store(f"i + {first}", self.plus(read))]

    def product(self) -> list[str]:
        """(i - 2)² is least between the first iteration and the last; (46340 + i)² is below 0 but for the first."""
        if self.random.random() < 0.5:
            self.count = 5
            index = f"(i - 2) * (i - 2) * {self.choose('3', '4', '5')} + {self.choose('0', '1')}"
            return [self.store("i", self.plus(index))]
        square = self.choose(f"(i + {SQUARE}) * (i + {SQUARE})", f"(i * 3 + {SQUARE}) * (i + {SQUARE})")
        return [self.store(self.choose("i", "i + 1"), self.plus(f"({square} >> 28) + {self.choose('8', '9', '0')}"))]

    def comparison_that_wraps(self) -> list[str]:
        """A condition that is otherwise only because a sum wraps."""
        by = INT32 - self.random.randint(1, 4)
        test = self.choose(f"i + {by} < i", f"i + {by} < 5", f"i - {by} > 5", f"i + {by} > i", f"i - {by} <= i")
        return [f"if {test}:", f"    {self.store(self.choose('i', 'i + 3'))}"]

    def index_of_many_solutions(self) -> list[str]:
        """A sum that is the same for nearly no bits, but for those of small numbers, which are all 0."""
        factors = [self.random.randrange(10**6, 2 * 10**6) for _ in range(12)]
        sums = " + ".join(f"(n[i] >> {5 + bit} & 1) * {factor}" for bit, factor in enumerate(factors))
        return self.change(sums)

    def local_of_one_branch(self) -> list[str]:
        """A local that is another index in some of the iterations."""
        test = self.choose("i > 1", "n[i] > 3", "a[i] > 0.5", "s > 3")
        one, other = self.random.sample(
            ("i", "i", "i", "i + 1", "1", "n[i] & 7", f"i + {self.count - 1}", "s & 7"), 2
        )
        return self.random.choice(
            (
                [f"k = {one}", f"if {test}:", f"    k = {other}", *self.change("k")],
                [f"if {test}:", f"    k = {one}", "else:", f"    k = {other}", *self.change("k")],
                [f"k = {one}", f"if {test}:", f"    k = {other}", "else:", *self.change("k", "    ")],
            )
        )

    def local_of_an_inner_loop(self) -> list[str]:
        """A local that is another index in, or after, an inner loop."""
        inside = self.choose("k + 1", "k * 2", "0", "j", "i + j", "i", "n[i] & 7")
        turns = self.choose("range(0)", "range(2)", "range(3)", "unrolled(2)", "range(size)")
        lines = [f"k = {self.choose('i', 'i', 'i * 2', 'i + 1')}", f"for j in {turns}:"]
        if self.random.random() < 0.5:
            return [*lines, *self.change("k", "    "), f"    k = {inside}"]
        return [*lines, f"    k = {inside}", *self.change("k")]

    def store_in_an_inner_loop(self) -> list[str]:
        """Each iteration stores a few elements, which may be those of the next one."""
        turns = self.random.choice((2, 3))
        at = self.choose("i + j", f"i * {turns} + j", f"i + j * {self.count}", f"i * 2 + j * {turns - 1}", "i", "j")
        return [f"for j in {self.choose('range', 'unrolled')}({turns}):", *self.change(at, "    ")]

    def bounds_of_an_inner_loop(self) -> list[str]:
        """An inner loop whose bounds differ between iterations, or do not."""
        self.count = self.random.choice((2, 3, self.count))
        turns = self.choose("i + 1", f"{self.count} - i", f"{self.count} - i - 1", "i, 3", "i // 4 + 2", "2 - i // 8")
        sums = f"{self.buffer}[i] += {self.number('j')}"
        return [f"for j in {self.choose('range', 'range', 'unrolled')}({turns}):", f"    {sums}"]

    def loop_in_a_loop(self) -> list[str]:
        """Iterations that run together inside of those that do; only loops over lanes cannot."""
        kind, turns = self.choose("lanes", "lanes", "blocked"), self.random.choice((2, 4, 5))
        self.count = min(self.count, LENGTH // turns)
        lines = [self.store(f"i * {turns} + j", self.choose(self.number(), self.number("j")))]
        if self.random.random() < 0.3:
            lines = ["if j > i:", "    " + lines[0]]
        return [f"for j in {self.loop(kind, turns)}:", *("    " + line for line in lines)]

    def value_of_a_kernel(self) -> list[str]:
        """A kernel's branches and locals differ between iterations as the arguments do."""
        if self.buffer == "wide":
            return [self.store("i", self.choose("mix(i, n[i] & 7)", "mix(n[i] & 7, 3)", "mix(3, i)"))]
        return [
            self.store("i", self.choose("blend(a[i], i)", "blend(b[i], n[i])", "blend(a[i], 3)", "blend(1.0, i)"))
        ]

    def end_of_the_buffer(self) -> list[str]:
        """Elements at the beginning or at the end of a buffer, or beyond it for some iterations."""
        self.count = self.random.choice((4, 8, self.count))
        after = LENGTH - self.count + self.random.choice((-1, 0, 0, 1, 2))
        at = self.choose(
            f"i + {after}",
            f"(s & 3) + {after - 1} + i",
            f"{LENGTH - 1 - after} - i",
            f"{LENGTH - after} - (s & 3) - i",
            f"i * 2 + {LENGTH - 2 * self.count + self.random.choice((1, 2, 3))}",
        )
        if self.random.random() < 0.5:
            return [self.store(at)]
        return [self.store("i", self.number(at) if "s" not in at else self.number().replace("[i]", f"[{at}]"))]
