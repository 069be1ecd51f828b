"""Loops that compute one value or change one element, where the order of what happens, or what does not, can be seen.

Each is about one rule of the code that the compiler makes: what is evaluated, in which lanes and in which order, what
must not be moved or shared, and the numbers at the limits of their types.
"""

from collections.abc import Callable
from random import Random

from tests.compiler.generator.buffers import FLOAT_TEXTS, LENGTH, LIMITS

__all__ = ["OneValue"]


class OneValue:
    """Writes one loop of any kind. It `carries` a name if one is a reduction."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lines: list[str] = []
        self.carries = False
        self.kind = random.choice(("range", "lanes", "lanes", "lanes", "blocked", "unrolled"))
        self.count = random.choice((2, 3, 4, 5, 8, 9, 11))
        rules: list[Callable[[], list[str]]] = [
            self.guarded_element,
            self.guarded_divisor,
            self.guarded_test,
            self.element_that_no_turn_reads,
            self.order_of_errors,
            self.quotient,
            self.shift,
            self.extremum,
            self.constants,
            self.bits,
            self.reduction,
            self.number_that_changes_later,
            self.element_that_changes,
            self.end_of_a_loop,
        ]
        for line in random.choice(rules)():
            self.lines.append("    " + line)

    def choose(self, *options: str) -> str:
        return self.random.choice(options)

    def head(self) -> str:
        by = {"lanes": self.choose("", ", 4", ", 8"), "blocked": f", {self.random.choice((2, 3, 4))}"}
        return f"for i in {self.kind}({self.count}{by.get(self.kind, '')}):"

    def loop(self, *body: str) -> list[str]:
        return [self.head(), *("    " + line for line in body)]

    def float_(self) -> str:
        return self.choose("a[i]", "b[i]", "float(i)", "a[i] * 0.5", self.random.choice(FLOAT_TEXTS))

    def whole(self) -> str:
        return self.choose("n[i]", "m[i]", "i", "s", "c[i]", f"({self.random.choice(LIMITS)})")

    # ---------------------------------------------------------------------- what is evaluated, and when

    def guard(self) -> tuple[str, str]:
        """A test, and an index that is in range where the test is true."""
        by = self.random.choice((3, 8, 12))
        return self.random.choice(
            (
                (f"i * {by} < {LENGTH}", f"i * {by}"),
                (f"i >= {by // 3}", f"i - {by // 3}"),
                ("n[i] >= 0 and n[i] < 24", "n[i]"),
                ("s >= 0 and s < 24", "s"),
            )
        )

    def guarded_element(self) -> list[str]:
        """An element that exists in some iterations only."""
        test, at = self.guard()
        element = f"{self.choose('a', 'b', 'other')}[{at}]"
        return self.random.choice(
            (
                self.loop(f"out[i] = {element} if {test} else {self.float_()}"),
                self.loop(f"out[i] = {element} if {test} else {self.float_()}"),
                self.loop(f"out[i] = {self.float_()} if not ({test}) else {element} * 2.0"),
                self.loop(f"if {test}:", f"    out[i] = {element}"),
                self.loop(f"if {test}:", f"    out[{at}] = {self.float_()}"),
                self.loop("f = 0.5", f"if {test}:", f"    f = {element}", "out[i] = f + a[i]"),
            )
        )

    def guarded_divisor(self) -> list[str]:
        """A division by a number that is 0 in some iterations."""
        divisor, operator = self.choose("n[i]", "(n[i] & 3)", "i", "(i - 1)", "(s & 1)"), self.choose("//", "%")
        value = f"{self.whole()} {operator} {divisor}"
        test = f"{divisor} {self.choose('!= 0', '> 0', '< 0')}"
        return self.random.choice(
            (
                self.loop(f"wide[i] = {value} if {test} else 7"),
                self.loop(f"if {test}:", f"    wide[i] = {value}"),
                self.loop(f"if {divisor} == 0 or {value} > 1:", "    wide[i] = i"),
            )
        )

    def guarded_test(self) -> list[str]:
        """An operand of `and` or `or` that can stop, and is not evaluated in some iterations."""
        test, at = self.guard()
        compared = f"{self.choose('a', 'b')}[{at}] {self.choose('>', '<')} 0.5"
        whole = self.choose(f"({test}) and {compared}", f"not ({test}) or {compared}", f"a[i] > 0.5 or {compared}")
        if self.random.random() < 0.5:
            return self.loop(f"if {whole}:", f"    out[i] = {self.float_()}")
        return self.loop(f"out[i] = {self.float_()} if {whole} else {self.float_()}")

    def element_that_no_turn_reads(self) -> list[str]:
        """An element that is the same in all iterations, and read in none of them where it does not exist."""
        by = self.choose("s", "s", "s * 3", "s - 9")
        body = [f"if {by} >= 0 and {by} < {LENGTH}:", f"    out[i] = {self.choose('a', 'other')}[{by}]"]
        return self.loop(*body) if self.random.random() < 0.5 else self.loop("f = a[i]", *body, "other[i] = f")

    def order_of_errors(self) -> list[str]:
        """A store whose value and index both stop, for different reasons."""
        first = f"n[i + {LENGTH - self.random.choice((0, 1))}]"
        self.kind = self.choose("range", "range", self.kind)
        divided = self.choose("7 // i", "7 % i", "m[i] // (i * 3)")
        store = self.choose(f"wide[{first} & 7] = {divided}", f"wide[{divided} & 7] = {first}")
        return self.loop(store)

    # --------------------------------------------------------------------------------- single operations

    def quotient(self) -> list[str]:
        """Signs, and the smallest number by -1."""
        top = self.choose("n[i]", "(n[i] << 31)", "(i << 31)", "(i << 31)", "i - 4", "(i - 4) * 3")
        bottom = self.choose(
            "(-1 - (m[i] & 1))",
            "(-1 - (m[i] & 1))",
            "(-1)",
            "3",
            "(-3)",
            "(i - 3)",
            "((m[i] & 1) * 2 - 1)",
            "m[i]",
            "s",
        )
        return self.loop(f"wide[i] = {top} {self.choose('//', '%')} {bottom}")

    def shift(self) -> list[str]:
        amount = self.choose("i", "n[i]", "(n[i] & 31)", "(i & 3)", "s", "(i * 11)")
        return self.loop(f"wide[i] = {self.whole()} {self.choose('<<', '>>')} {amount}")

    def extremum(self) -> list[str]:
        """Zeros of both signs, and NaN."""
        one, other = self.random.sample(("a[i] * 0.0", "b[i] * 0.0", "b[i]", "0.0", "-0.0", "a[i]", "sqrt(a[i])"), 2)
        return self.loop(f"out[i] = {self.choose('min', 'max')}({one}, {other})")

    def constants(self) -> list[str]:
        """Arithmetic that the compiler can do itself."""
        one, other, third = (self.random.choice(FLOAT_TEXTS) for _ in range(3))
        value = f"({one} {self.choose(*'+-*/')} {other})"
        lines = self.loop(f"out[i] = {value} {self.choose(*'+-*/')} {self.choose(third, 'a[i]', 'float(i)')}")
        return [*lines, f"other[3] = {self.choose('0.0', '-0.0', third)}", f"other[4] = {self.choose('0.0', '-0.0')}"]

    def bits(self) -> list[str]:
        value = self.choose(
            "a[i]", "a[i] - a[i]", "a[i] * 0.0", "sqrt(b[i])", "-a[i]", "b[i] / 0.0", "sqrt(-1.0 - abs(a[i]))"
        )
        if self.random.random() < 0.2:
            return self.loop("out[i] = bits_to_float(n[i])", f"wide[i] = int({self.float_()})")
        return self.loop(f"wide[i] = float_to_bits({value}){self.choose('', ' + i', ' & 255')}")

    def reduction(self) -> list[str]:
        """The order of what is combined, which NaN, zeros of both signs and rounding show."""
        self.kind = self.choose("lanes", "lanes", self.kind)
        self.carries = self.kind == "lanes"
        self.count = self.random.choice((4, 5, 8, 9, 13, 16, 23))
        value = self.choose("a[i]", "a[i] * 0.0", "a[i] * 0.0", "a[i] * b[i]", "abs(a[i]) + 1.0", "-abs(b[i]) - 1.0")
        form = self.choose(
            f"t += {value}",
            f"t -= {value}",
            f"t = max(t, {value})",
            f"t = min({value}, t)",
            f"t = {value} if {value} > t else t",
            f"t = t if t >= {value} else {value}",
            f"t = {value} if t > {value} else t",
        )
        return [f"t = {self.choose('0.0', '-0.0', 'b[0]', '-1e30', '3.0')}", *self.loop(form), "out[0] = t"]

    # -------------------------------------------------------------------------------- what changes later

    def number_that_changes_later(self) -> list[str]:
        """A sum of a name that is assigned again before the sum is read."""
        first = ["k = i", f"if {self.choose('s > 3', 'n[i] > 3', 'i > 1')}:", f"    k = {self.choose('2', 'i + 1')}"]
        sum_ = self.choose("j = k + 1", "j = k * 2 + i", "j = k", "j = i - k")
        again = self.choose("k = 9", "k += 3", "k = n[i]", "k = k * 2")
        last = self.choose("wide[i] = j", "wide[i] = j * 2 + k", "out[i] = a[j & 15]", "wide[i] = mix(j, k & 3)")
        return self.loop(*first, sum_, again, last)

    def element_that_changes(self) -> list[str]:
        """An element that is read before and after it is stored."""
        at, inner = self.choose("3", "0", "s & 7"), f"for j in range({self.random.choice((1, 2, 3))}):"
        self.kind = self.choose("range", "range", "unrolled", self.kind)
        read, stored = f"out[{at}]", self.choose(f"out[{at}]", f"out[{at}]", "out[3]", "out[i]")
        value = self.choose("float(i) + 2.0", "a[i]", f"{read} * 2.0", f"{read} + 1.0", f"{read} + 1.0")
        change = f"{stored} {self.choose('=', '=', '+=')} {value}"
        return self.random.choice(
            (
                self.loop(f"f = {read} * 2.0", change, f"other[i] = {read} * 2.0 + f"),
                self.loop(change, f"other[i] = {read} + 1.0"),
                self.loop(f"f = {read} + 1.0", inner, f"    {change}", f"other[i] = {read} + 1.0 - f"),
                self.loop(
                    f"if {self.choose('a[i] > 0.5', 's > 3', 'i > 0')}:", f"    {change}", f"other[i] = {read}"
                ),
                [f"f = {read} + 1.0", *self.loop(change), f"other[0] = {read} + 1.0", "other[1] = f"],
            )
        )

    def end_of_a_loop(self) -> list[str]:
        """Numbers at the limits of int32."""
        first, by = self.random.choice(((2**31 - 20, 1), (2**31 - 20, 3), (-(2**31) + 20, -1), (-(2**31) + 20, -7)))
        last = 2**31 - 1 if by > 0 else -(2**31)
        count = f"range({first}, {last}, {by})"
        return [
            f"for i in {count}:",
            f"    wide[(i & 7) + {self.choose('0', '8')}] {self.choose('=', '+=')} i",
            "wide[20] = 3",
        ]
