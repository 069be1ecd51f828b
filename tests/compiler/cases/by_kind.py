"""More kernels for the table of cases: one text in each kind of loop, bytes of uint8 buffers, reductions of int32.

`{kind}` stands for a loop of eight turns. Every case runs a second time, on other inputs, whether it stopped or not.
"""

from collections.abc import Sequence

from tests.compiler.cases.case import INFINITY, LEAST, MOST, NAN, Case, F

__all__ = ["CASES_BY_KIND"]

KINDS = ("range(8)", "unrolled(8)", "blocked(8, 3)", "lanes(8)", "lanes(8, 8)")
WILD = [10**8, -1, 8, 0, 7, LEAST, MOST, 3]
ODD = [NAN, INFINITY, -INFINITY, -0.0, 0.0, 1e-45, 3.4e38, -1.5]
HEAD = (
    "def kernel(out: Float32Buffer, x: Float32Buffer, whole: Int32Buffer, n: Int32Buffer, m: Int32Buffer, "
    "c: Uint8Buffer):\n"
)
CALLED = """
def take(out: Float32Buffer, x: Float32Buffer, at: Int32, k: Int32):
    if k >= 0 and k < 8:
        out[at] = x[k]
    else:
        if k > 8:
            out[at] = 1.0
def divided(a: Int32, by: Int32) -> Int32:
    rest = a // by
    return rest
""".strip()

CASES_BY_KIND: list[Case] = []


def each(name: str, ends: str, text: str, **inputs: Sequence[float]) -> None:
    """A case for each kind of loop; the second run has 1 everywhere in n and m."""
    for kind in KINDS if "{kind}" in text else ("",):
        lines = "".join(f"    {line}\n" for line in text.replace("{kind}", kind).strip().splitlines())
        source = f"{CALLED}\n{HEAD}{lines}"
        lengths = dict.fromkeys(("out", "x", "whole", "n", "m", "c"), 8)
        then: dict[str, Sequence[float]] = {**{name: [0] * 8 for name in lengths}, "x": F, "n": [1] * 8, "m": [1] * 8}
        CASES_BY_KIND.append(Case(f"{name}: {kind}", ends, source, lengths, inputs={"x": F, **inputs}, then=then))


each(
    "wild indices behind both limits",
    "same",
    """
for i in {kind}:
    if n[i] >= 0 and n[i] < 8:
        out[i] = x[n[i]]
    else:
        out[i] = -1.0
""",
    n=WILD,
)
each(
    "wild indices behind ifs in one another",
    "same",
    """
for i in {kind}:
    if n[i] >= 0:
        if n[i] < 8:
            out[i] = x[n[i]]
""",
    n=WILD,
)
each(
    "wild indices behind or",
    "same",
    """
for i in {kind}:
    out[i] = 5.0 if n[i] < 0 or n[i] >= 8 or x[n[i]] > 3.0 else -2.0
""",
    n=WILD,
)
each(
    "wild indices behind not",
    "same",
    """
for i in {kind}:
    if not (n[i] < 0 or n[i] > 7):
        out[i] = x[n[i]]
""",
    n=WILD,
)
each(
    "wild indices in wild indices",
    "same",
    """
for i in {kind}:
    out[i] = x[n[m[i]]] if m[i] >= 0 and m[i] < 8 and n[m[i]] >= 0 and n[m[i]] < 8 else -3.0
""",
    n=WILD,
    m=WILD,
)
each("wild indices behind a called kernel's if", "same", "for i in {kind}:\n    take(out, x, i, n[i])", n=WILD)
each("one limit of two", "outside", "for i in {kind}:\n    if n[i] < 8:\n        out[i] = x[n[i]]", n=WILD)
each(
    "both edges of a row",
    "same",
    """
for i in {kind}:
    total = 0.0
    for j in range(-1, 2):
        if i + j >= 0 and i + j < 8:
            total += x[i + j]
    out[i] = total
""",
)
each(
    "whole numbers of odd floats as indices",
    "same",
    """
for i in {kind}:
    k = int(x[i])
    out[i] = x[k] if k < 8 and k >= 0 else 0.25
""",
    x=ODD,
)
each(
    "divisors behind and, and behind a conditional expression",
    "same",
    """
for i in {kind}:
    whole[i] = 1 if n[i] != 0 and 100 // n[i] > 2 else 2
    whole[i] += 7 % n[i] if n[i] != 0 else -7 // m[i] if m[i] != 0 else 99
""",
    n=[0, 3, 50, -1, 0, LEAST, MOST, 7],
    m=[0, 1, 1, 1, -2, 0, 0, 0],
)
each(
    "an error in one lane, and before it another one in a later lane",
    "outside",
    """
for i in {kind}:
    if n[i] > 3:
        out[i] = x[n[i] + 1]
    else:
        whole[i] = 5 // n[i]
""",
    n=[1, 2, 3, 4, 5, 7, 0, 1],
)
each(
    "errors of two statements in other turns",
    "zero divisor",
    """
for i in {kind}:
    whole[i] = 5 // m[i]
    out[i] = x[n[i]]
""",
    n=[1, 2, 3, 4, 5, 7, 9, 1],
    m=[1, 1, 0, 1, 1, 1, 1, 1],
)
each(
    "an error of an argument, and one of the called kernel",
    "zero divisor",
    """
for i in {kind}:
    whole[i] = divided(n[i], m[n[i]])
""",
    n=[1, 2, 3, 4, 5, 7, 9, 1],
    m=[9, 0, 9, 9, 9, 9, 9, 9],
)
for index, first in (("k + j", -2), ("k - j", 2), ("k + j", MOST), ("k - j", LEAST), ("k * 4 + j + 8", 2**30)):
    each(
        f"a shared index {index} that leaves the buffer, from {first}",
        "outside",
        f"k = n[0]\nfor j in {{kind}}:\n    out[j] = x[{index}]",
        n=[first],
    )
each(
    "comparisons, quotients and rests of sums that wrap",
    "same",
    """
k = n[0]
for i in {kind}:
    whole[i] = 1 if k + i < k + 2 else 0
    m[i] = (k + i) // 4 + (i * 1073741824) % 7 + min(k + i, k) + abs(k - i)
""",
    n=[MOST - 1],
)
each(
    "floats of every sort in every operation",
    "same",
    """
for i in {kind}:
    out[i] = min(x[i], x[7 - i]) + max(-0.0, x[i]) * 0.0 - abs(-x[i]) / 3.0
    whole[i] = float_to_bits(min(0.0, x[i])) + int(x[i] * 3.0)
    m[i] = 1 if not (x[i] < x[7 - i]) and x[i] != x[i] or x[i] >= -0.0 else 2
""",
    x=ODD,
)
each(
    "bytes read, compared, summed and used as an index",
    "same",
    """
total = 0
for i in lanes(8, 8):
    total += c[i] * c[i]
    if c[i] > 200:
        whole[i] = c[7 - i] - 256
    out[i] = x[c[i] & 7] + float(c[i]) / 255.0
m[0] = total
""",
    c=[0, 1, 5, 6, 7, 250, 255, 128],
)
each("bytes behind the end", "outside", "for i in {kind}:\n    whole[i] = c[i + m[0]]", c=[9] * 8, m=[1] * 8)
each("a byte that is stored", "refused", "for i in {kind}:\n    c[i] = n[i]")
for form in ("t += n[i]", "t -= n[i]", "t = n[i] + t", "t = max(t, n[i])", "t = n[i] if n[i] < t else t"):
    for start in (MOST, LEAST):
        each(
            f"int32 carried from {start}: {form}",
            "same",
            f"t = {start}\nfor i in lanes(7, 8):\n    if m[i] == 0:\n        {form}\nwhole[0] = t",
            n=[MOST, LEAST, 1, 2, LEAST, LEAST, 7, 9],
            m=[0, 0, 1, 0, 0, 1, 0, 0],
        )
for form in ("t = t | n[i]", "t *= n[i]", "t = n[i] - t", "t = max(t, n[i] + t)"):
    each(f"int32 carried otherwise: {form}", "refused", f"t = 1\nfor i in lanes(8):\n    {form}\nwhole[0] = t")
for index in ("i + 3", "3 * i + 2", "3 * i - 5", "1 - i"):
    for kind in ("lanes(4)", "blocked(4, 2)"):
        each(
            f"a step of 2 that meets another step once, at {index}, in {kind}",
            "refused",
            f"for i in {kind}:\n    out[2 * i] = x[i]\n    whole[i] = int(out[{index}])",
        )
for shift in ("k", "k * k", "k // 3", "2 * k"):
    for kind in ("lanes(4)", "blocked(4, 2)"):
        each(
            f"a store beside a read, apart by {shift} from data, in {kind}",
            "refused",
            f"k = n[0]\nfor i in {kind}:\n    out[i + {shift}] = x[i]\n    whole[i] = int(out[i])",
        )
