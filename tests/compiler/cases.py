"""Kernels whose compiled results once differed from the exact interpreter: each must give the same bits, be refused
by a KernelError that says why, or stop with the same error at the same line. Each represents a kind of mistake, next
to its variants.

case(name, ends, source, lengths of the buffers, sizes, inputs, …): `ends` says how it ends. `alias` gives a parameter
the buffer of another one; `then` are inputs of a second run on the same engine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

F = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
NAN, INFINITY, LEAST, MOST = float("nan"), float("inf"), -(2**31), 2**31 - 1


@dataclass(frozen=True)
class Case:
    """`ends`: "same" bits, "refused", "outside" a buffer, or with a "zero divisor"."""

    name: str
    ends: str
    source: str
    lengths: Mapping[str, int]
    sizes: Mapping[str, int] = field(default_factory=dict)
    inputs: Mapping[str, Sequence[float]] = field(default_factory=dict)
    alias: Mapping[str, str] = field(default_factory=dict)
    then: Mapping[str, Sequence[float]] | None = None


CASES: list[Case] = []


def case(
    name: str,
    ends: str,
    source: str,
    lengths: Mapping[str, int],
    sizes: Mapping[str, int] | None = None,
    inputs: Mapping[str, Sequence[float]] | None = None,
    alias: Mapping[str, str] | None = None,
    then: Mapping[str, Sequence[float]] | None = None,
) -> None:
    CASES.append(Case(name, ends, source.strip() + "\n", lengths, sizes or {}, inputs or {}, alias or {}, then))


def body(name: str, ends: str, text: str, **inputs: Sequence[float]) -> None:
    """A case of one kernel, whose buffers have 8 elements unless given."""
    head = "def kernel(out: Float32Buffer, x: Float32Buffer, whole: Int32Buffer, n: Int32Buffer, m: Int32Buffer):\n"
    lines = "".join(f"    {line}\n" for line in text.strip().splitlines())
    given = {"x": F, **inputs}
    case(name, ends, head + lines, dict.fromkeys(("out", "x", "whole", "n", "m"), 8), inputs=given)


# ------------------------------------------------------------------------------------------ what lanes carry

body(
    "a prefix sum in lanes",
    "refused",
    """
total = 0.0
for i in lanes(8):
    total += x[i]
    out[i] = total
""",
)
body(
    "a branch on a carried sum",
    "refused",
    """
total = 0.0
for i in lanes(8):
    total += x[i]
    out[i] = 1.0 if total > 10.0 else 0.0
""",
)
body(
    "a carried sum under a condition on itself",
    "refused",
    """
total = 0.0
for i in lanes(8):
    if total < 6.0:
        total += x[i]
out[0] = total
""",
)
body(
    "a carried sum read by its own new value",
    "refused",
    """
total = 1.0
for i in lanes(8):
    total += x[i] * total
out[0] = total
""",
)
body(
    "a carried sum read by a call's argument",
    "refused",
    """
total = 1.0
for i in lanes(8):
    total += x[i]
    out[i] = sqrt(total)
""",
)
body(
    "two kinds of reduction of one name",
    "refused",
    """
total = 1.0
for i in lanes(8):
    total += x[i]
    total = max(total, x[i])
out[0] = total
""",
)
body(
    "a product carried",
    "refused",
    """
total = 1.0
for i in lanes(8):
    total *= x[i]
out[0] = total
""",
)
body(
    "a name that keeps the last turn's value",
    "refused",
    """
last = 0.0
for i in lanes(8):
    last = x[i]
out[0] = last
""",
)
body(
    "a name that keeps the last turn's value in blocked",
    "refused",
    """
last = 0.0
for i in blocked(8, 4):
    last = x[i]
out[0] = last
""",
)
body(
    "a sum in blocked",
    "refused",
    """
total = 0.0
for i in blocked(8, 4):
    total += x[i]
out[0] = total
""",
)
body(
    "a sum carried through an inner loop",
    "same",
    """
total = 0.5
for i in lanes(8):
    for j in range(3):
        total += x[i] * float(j)
out[0] = total
""",
)
body(
    "a sum carried in an inner blocked loop",
    "refused",
    """
total = 0.5
for i in lanes(8):
    for j in blocked(3, 2):
        total += x[i] * float(j)
out[0] = total
""",
)
body(
    "order of a sum in lanes",
    "same",
    """
total = 0.0
for i in lanes(8):
    total += x[i]
out[0] = total
""",
    x=[0.1, 1e8, 0.3, -1e8, 0.5, 0.7, 1.3, 2.1],
)
for count, by in ((3, 4), (7, 4), (8, 8), (7, 8), (5, 12)):
    body(
        f"order of sums in lanes({count}, {by})",
        "same",
        f"""
total = 0.25
other = 10.0
for i in lanes({count}, {by}):
    total += x[i] * 0.1
    if x[i] > 2.0:
        other -= x[i] / 3.0
        total += 1e7
out[0] = total
out[1] = other
""",
        x=[0.1, 1e8, 3.3, -1e8, 0.5, 7.7, 1.3, 2.1],
    )
body(
    "sums of whole numbers",
    "same",
    """
total = 7
rest = -3
for i in lanes(8):
    total += n[i]
    rest -= n[i] * n[i]
whole[0] = total
whole[1] = rest
""",
    n=[MOST, MOST, 5, -9, LEAST, 1, 2, 3],
)
for form in (
    "max({0}, {1})",
    "max({1}, {0})",
    "min({0}, {1})",
    "{1} if {1} > {0} else {0}",
    "{1} if {1} >= {0} else {0}",
    "{0} if {0} < {1} else {1}",
    "{0} if {1} > {0} else {1}",
):
    body(
        f"carried in lanes: {form}",
        "same",
        f"""
most = x[0]
whole_most = n[0]
for i in lanes(7, 8):
    most = {form.format("most", "x[i]")}
    if x[i] != 3.0:
        whole_most = {form.format("whole_most", "n[i]")}
out[0] = most
whole[0] = whole_most
""",
        x=[-0.0, 0.0, NAN, -5.0, 3.0, 9.0, 2.0, 8.0],
        n=[3, LEAST, MOST, 0, 9, 1, 5, 2],
    )
body(
    "a maximum that is read in the body",
    "refused",
    """
most = 0.0
for i in lanes(8):
    most = max(most, x[i])
    out[i] = most
""",
)
body(
    "a maximum by a branch",
    "refused",
    """
most = 0.0
for i in lanes(8):
    if x[i] > most:
        most = x[i]
out[0] = most
""",
)
case(
    "a sum carried through a call",
    "refused",
    """
def add(d: Float32Buffer, x: Float32Buffer, i: Int32, s: Float32):
    d[i] = x[i] + s
def kernel(out: Float32Buffer, x: Float32Buffer):
    s = 0.0
    for i in lanes(8):
        s += x[i]
        add(out, x, i, s)
""",
    {"out": 8, "x": 8},
    inputs={"x": F},
)

# ------------------------------------------------------------------------------------------ independence

body(
    "a name set in an inner loop leaks into the index",
    "refused",
    """
for i in blocked(8, 4):
    k = i
    for j in range(3):
        k = j * 0
    t = out[k]
    out[k] = t + x[i]
""",
)
body(
    "a name set on one side of an if",
    "refused",
    """
for i in blocked(8, 4):
    k = i
    if x[i] > 3.0:
        k = 0
    out[k] = x[i]
""",
)
body(
    "a name set differently on both sides of an if",
    "refused",
    """
for i in lanes(8):
    if x[i] > 3.0:
        k = i
    else:
        k = 7 - i
    out[k] = x[i]
""",
)
body(
    "a name set alike on both sides of an if",
    "same",
    """
for i in lanes(8):
    if x[i] > 3.0:
        k = i
    else:
        k = i
    out[k] = x[i]
""",
)
body(
    "a name of the turn before",
    "refused",
    """
k = 0
for i in blocked(8, 4):
    out[k] = x[i]
    k = i
""",
)
body(
    "turns that meet once in int32",
    "refused",
    """
for i in lanes(8):
    out[i * 1073741824 & 7] = x[i]
""",
)
body(
    "a coefficient that wraps to meet",
    "refused",
    """
for i in lanes(8):
    out[i * 1073741824 + i * 1073741824 + i * 1073741824 + i * 1073741824] = x[i]
""",
)
body(
    "two stores that meet",
    "refused",
    """
for i in lanes(8):
    out[i] = x[i]
    out[i ^ 1 if False else 7 - i] = x[i]
""".replace("i ^ 1 if False else ", ""),
)
body(
    "a store that another turn reads",
    "refused",
    """
for i in lanes(7):
    out[i + 1] = out[i] + 1.0
""",
)
body(
    "two stores far apart",
    "same",
    """
for i in lanes(4):
    out[i] = x[i]
    out[i + 4] = x[i + 4] * 2.0
""",
)
body(
    "two stores just not far enough apart",
    "refused",
    """
for i in lanes(5):
    out[i] = x[i]
    out[i + 3] = x[i] * 2.0
""",
)
body(
    "stores of even and odd elements",
    "same",
    """
for i in lanes(4):
    out[2 * i] = x[i]
    out[2 * i + 1] = x[i + 4]
""",
)
body(
    "masked store of elements that other turns have",
    "refused",
    """
for i in lanes(8):
    if i < 4:
        out[i] = x[i]
    else:
        out[i - 4] = x[i]
""",
)
case(
    "channel last",
    "same",
    """
def kernel(out: Float32Buffer, x: Float32Buffer, rows: Size, width: Size, channels: Size):
    for row in range(rows):
        for column in lanes(width):
            for channel in range(channels):
                out[(row * width + column) * channels + channel] = x[(channel * rows + row) * width + column]
""",
    {"out": 30, "x": 30},
    {"rows": 2, "width": 5, "channels": 3},
    {"x": list(range(30))},
)
case(
    "channel last, channels in lanes",
    "same",
    """
def kernel(out: Float32Buffer, x: Float32Buffer, rows: Size, width: Size, channels: Size):
    for row in range(rows):
        for channel in lanes(channels):
            for column in blocked(width, 2):
                out[(row * width + column) * channels + channel] = x[(channel * rows + row) * width + column]
""",
    {"out": 60, "x": 60},
    {"rows": 2, "width": 5, "channels": 6},
    {"x": list(range(60))},
)
case(
    "average pooling backward",
    "same",
    """
def kernel(d_input: Float32Buffer, d_output: Float32Buffer, channels: Size, height: Size, width: Size, size: Size):
    for channel in range(channels):
        for row in range(height // size):
            for column in lanes(width // size):
                g = d_output[(channel * (height // size) + row) * (width // size) + column] / float(size * size)
                for i in range(size):
                    for j in range(size):
                        d_input[(channel * height + row * size + i) * width + column * size + j] += g
""",
    {"d_input": 2 * 6 * 11, "d_output": 2 * 3 * 5},
    {"channels": 2, "height": 6, "width": 11, "size": 2},
    {"d_output": list(range(30))},
)
case(
    "average pooling backward, rows blocked",
    "same",
    """
def kernel(d_input: Float32Buffer, d_output: Float32Buffer, height: Size, width: Size, size: Size):
    for row in blocked(height // size, 2):
        for column in lanes(width // size):
            for i in range(size):
                for j in range(size):
                    d_input[(row * size + i) * width + column * size + j] += d_output[row * (width // size) + column]
""",
    {"d_input": 9 * 12, "d_output": 3 * 4},
    {"height": 9, "width": 12, "size": 3},
    {"d_output": list(range(12))},
)
case(
    "overlapping pooling backward",
    "refused",
    """
def kernel(d_input: Float32Buffer, d_output: Float32Buffer, count: Size, size: Size, stride: Size):
    for column in lanes(count):
        for j in range(size):
            d_input[column * stride + j] += d_output[column]
""",
    {"d_input": 20, "d_output": 8},
    {"count": 8, "size": 3, "stride": 2},
    {"d_output": F},
)
case(
    "two parameters of one buffer",
    "refused",
    """
def kernel(out: Float32Buffer, x: Float32Buffer):
    for i in lanes(7):
        out[i] = x[i + 1]
""",
    {"out": 8},
    inputs={"out": F},
    alias={"x": "out"},
)
case(
    "two parameters of one buffer, in place",
    "same",
    """
def kernel(out: Float32Buffer, x: Float32Buffer):
    for i in lanes(8):
        out[i] = x[i] + 1.0
""",
    {"out": 8},
    inputs={"out": F},
    alias={"x": "out"},
)
case(
    "aliases in plain loops",
    "same",
    """
def kernel(out: Float32Buffer, x: Float32Buffer):
    for i in range(7):
        t = x[i + 1]
        out[i] = t + x[i]
        out[i + 1] = x[i] * x[i]
""",
    {"out": 8},
    inputs={"out": F},
    alias={"x": "out"},
)
case(
    "aliases through a call",
    "refused",
    """
def move(d: Float32Buffer, s: Float32Buffer, to: Int32, by: Int32):
    d[to] = s[by]
def kernel(out: Float32Buffer, x: Float32Buffer):
    for i in lanes(7):
        move(out, x, i, i + 1)
""",
    {"out": 8},
    inputs={"out": F},
    alias={"x": "out"},
)
case(
    "calls that swap their buffers",
    "refused",
    """
def move(d: Float32Buffer, s: Float32Buffer, to: Int32, by: Int32):
    d[to] = s[by]
def kernel(out: Float32Buffer, x: Float32Buffer):
    for i in blocked(4, 2):
        move(out, x, i, i + 1)
        move(x, out, i, i)
""",
    {"out": 8, "x": 8},
    inputs={"x": F},
)
body(
    "an index from data in lanes",
    "refused",
    """
for i in lanes(8):
    out[n[i]] = x[i]
""",
)
body(
    "a shared index from before the loop",
    "same",
    """
k = n[0]
for i in lanes(4):
    out[k + i] = x[i]
""",
    n=[3],
)
body(
    "an index with a part from data that stays apart",
    "same",
    """
for i in lanes(4):
    out[i * 2 + (n[i] & 1)] = x[i]
""",
    n=[0, 1, 1, 3],
)
body(
    "gathered by data",
    "same",
    """
for i in lanes(8):
    out[i] = x[n[i]]
""",
    n=[7, 0, 3, 3, 1, 2, 6, 5],
)
body(
    "gathered by data, one outside",
    "outside",
    """
for i in lanes(8):
    out[i] = x[n[i]]
""",
    n=[7, 0, 3, 3, 1, 8, 6, 5],
)
body(
    "read backwards in lanes",
    "same",
    """
for i in lanes(8):
    out[i] = x[7 - i]
""",
)
body(
    "stored backwards in lanes",
    "same",
    """
for i in lanes(8):
    out[7 - i] = x[i] * 2.0
""",
)
body(
    "stored backwards under a mask",
    "same",
    """
for i in lanes(8):
    if x[i] > 3.0:
        out[7 - i] = x[i] * 2.0
""",
)
body(
    "read backwards from data, outside",
    "outside",
    """
k = n[0]
for i in lanes(8):
    out[i] = x[k - i]
""",
    n=[6],
)

# ------------------------------------------------------------------------------------------ loops in one another

body(
    "nested lanes",
    "refused",
    """
for i in lanes(4):
    for j in lanes(2):
        out[i * 2 + j] = x[i * 2 + j] + 1.0
""",
)
case(
    "nested lanes through a call",
    "refused",
    """
def inner(d: Float32Buffer, x: Float32Buffer, at: Int32):
    for j in lanes(2):
        d[at * 2 + j] = x[at * 2 + j]
def kernel(out: Float32Buffer, x: Float32Buffer):
    for i in lanes(4):
        inner(out, x, i)
""",
    {"out": 8, "x": 8},
    inputs={"x": F},
)
for outer in ("blocked(2, 2)", "blocked(2, 3)", "unrolled(2)", "range(2)"):
    for inner in ("lanes(4)", "blocked(4, 3)", "unrolled(4)"):
        body(
            f"{inner} in {outer}",
            "same",
            f"""
for i in {outer}:
    total = 0.0
    for j in {inner}:
        out[i * 4 + j] = x[i * 4 + j] + 1.0
        {"total += x[i * 4 + j]" if "blocked" not in inner else "t = 1"}
    out[i * 4] += total
""",
        )
body(
    "blocked in lanes",
    "same",
    """
for i in lanes(4):
    for j in blocked(2, 2):
        out[i * 2 + j] = x[i * 2 + j] + 1.0
""",
)
body(
    "bounds that differ between blocked turns",
    "refused",
    """
for i in blocked(4, 2):
    total = 0.0
    for j in range(i):
        total += x[j]
    out[i] = total
""",
)
body(
    "bounds that differ between what is left",
    "refused",
    """
for i in blocked(3, 4):
    total = 0.0
    for j in range(i):
        total += x[j]
    out[i] = total
""",
)
body(
    "bounds of the turn written out",
    "same",
    """
for i in unrolled(4):
    total = 0.0
    for j in range(i):
        total += x[j]
    out[i] = total
""",
)
case(
    "blocked by a negative number",
    "refused",
    """
def kernel(out: Float32Buffer, x: Float32Buffer, by: Size):
    for i in blocked(8, by):
        out[i] = x[i]
""",
    {"out": 8, "x": 8},
    {"by": -3},
    {"x": F},
)
case(
    "lanes by a negative number",
    "refused",
    """
def kernel(out: Float32Buffer, x: Float32Buffer, by: Size):
    for i in lanes(8, by):
        out[i] = x[i]
""",
    {"out": 8, "x": 8},
    {"by": -4},
    {"x": F},
)
for kind in ("range(n0)", "lanes(n0)", "unrolled(n0)", "blocked(n0, 2)"):
    case(
        f"a count below 0: {kind}",
        "same",
        f"""
def kernel(out: Float32Buffer, x: Float32Buffer, n0: Size):
    for i in {kind}:
        out[i] = x[i]
    out[7] = 1.0
""",
        {"out": 8, "x": 8},
        {"n0": -3},
        {"x": F},
    )
body(
    "a loop's name after the loop",
    "refused",
    """
for i in range(3):
    out[i] = x[i]
out[i] = 9.0
""",
)
body(
    "a local that is a loop's name, too",
    "refused",
    """
i = 5
for i in range(3):
    out[i] = x[i]
out[i] = 9.0
""",
)
body(
    "a name that has a value only if the loop runs",
    "refused",
    """
for i in range(0):
    t = 1.0
out[0] = t
""",
)
body(
    "a loop to the end of int32",
    "same",
    """
for i in range(2147483640, 2147483647, 3):
    whole[i - 2147483640] = i
""",
)
body(
    "a loop down to the end of int32",
    "same",
    """
for i in range(-2147483641, -2147483648, -3):
    whole[i + 2147483647 + 1] = i
""",
)

# ------------------------------------------------------------------------------------------ what is guarded

body(
    "a masked lane reads beyond the end",
    "outside",
    """
for i in lanes(8):
    if x[i] > 0.0:
        out[i] = x[i + 1]
""",
)
body(
    "a masked lane that is off reads beyond the end",
    "same",
    """
for i in lanes(8):
    if x[i] > 0.0:
        out[i] = x[i + 1]
""",
    x=[1, 1, 1, 1, 1, 1, 1, -1],
)
body(
    "a neighbour guarded by its index",
    "same",
    """
for c in lanes(8):
    if c > 0:
        out[c] = x[c - 1]
""",
)
body(
    "neighbours guarded in an expression",
    "same",
    """
for c in lanes(8, 8):
    out[c] = (x[c - 1] if c > 0 else 0.0) + (x[c + 1] if c < 7 else -1.0)
""",
)
body(
    "a store guarded by its index",
    "same",
    """
for c in lanes(8):
    if c > 2:
        out[c - 3] = x[c]
""",
)
body(
    "a store guarded by data",
    "same",
    """
for c in lanes(8):
    if n[c] == 1:
        out[c + 4] = x[c]
""",
    n=[1, 0, 1, 1, 0, 0, 0, 0],
)
body(
    "a store not guarded enough",
    "outside",
    """
for c in lanes(8):
    if n[c] == 1:
        out[c + 4] = x[c]
""",
    n=[1, 0, 1, 1, 1, 0, 0, 0],
)
body(
    "guarded by and",
    "same",
    """
for i in range(8):
    if i > 0 and x[i - 1] > 2.0:
        out[i] = 1.0
""",
)
body(
    "guarded by or in lanes",
    "same",
    """
for i in lanes(8):
    if i == 0 or x[i - 1] > 2.0:
        out[i] = 1.0
""",
)
body(
    "guarded by and, from data",
    "same",
    """
k = n[0]
for i in range(8):
    out[i] = 2.0 if k < 8 and k >= 0 and x[k] > 0.0 else 3.0
""",
    n=[99],
)
body(
    "guarded by the second operand of or",
    "outside",
    """
k = n[0]
for i in range(8):
    out[i] = 2.0 if k < 8 or x[k] > 0.0 else 3.0
""",
    n=[99],
)
body(
    "an index in a conditional expression",
    "same",
    """
out[0] = x[n[0]] if n[0] < 8 else -1.0
out[1] = x[n[1]] if n[1] < 8 else -1.0
""",
    n=[99, 3],
)
body(
    "a constant index behind a guard",
    "same",
    """
for i in range(2):
    if n[i] > 5:
        out[i] = x[20]
    out[i + 2] = x[20] if n[i] > 5 else 1.0
""",
)
body(
    "a load hoisted above a branch",
    "same",
    """
k = n[0]
for j in range(4):
    if k >= 0:
        out[j] = x[k] * 2.0
""",
    n=[-1],
)
body(
    "a load hoisted above its check",
    "outside",
    """
k = n[0]
for j in range(4):
    out[j] = x[k] * 2.0
""",
    n=[10**8],
)
body(
    "a load hoisted above a check that stops before",
    "outside",
    """
k = n[0]
for j in range(4):
    out[j + n[1]] = 1.0
    out[j] = x[k] * 2.0
""",
    n=[10**8, 8],
)
body(
    "a division hoisted above its branch",
    "same",
    """
d = n[0]
for j in range(4):
    if d != 0:
        whole[j] = 7 // d
""",
)
body(
    "a division in a lane that is off",
    "same",
    """
for j in lanes(8):
    if n[j] != 0:
        whole[j] = 100 // n[j]
        m[j] = -100 % n[j]
""",
    n=[0, 3, -7, 0, 1, -1, 9, 0],
)
body(
    "a division in lanes by zero",
    "zero divisor",
    """
for j in lanes(8):
    whole[j] = 100 // n[j]
""",
    n=[1, 3, -7, 4, 1, -1, 0, 5],
)
body(
    "an error in a lane after another's",
    "zero divisor",
    """
for j in lanes(8):
    out[j] = x[100 // n[j]]
""",
    n=[1, 30, 0, 40, 1, -1, 9, 5],
)
body(
    "a guarded call",
    "same",
    """
for i in lanes(8):
    if i > 3:
        out[i] = sqrt(x[i - 4]) if x[i - 4] > 1.0 else x[i - 4]
""",
)
case(
    "a call with a guarded read",
    "same",
    """
def put(d: Float32Buffer, x: Float32Buffer, i: Int32, by: Int32):
    if i >= by:
        d[i] = x[i - by]
    else:
        d[i] = x[i + by] if i + by < 6 else -1.0
def kernel(out: Float32Buffer, x: Float32Buffer):
    for i in lanes(8):
        put(out, x, i, 3)
""",
    {"out": 8, "x": 8},
    inputs={"x": F},
)
case(
    "a guarded read in an empty buffer",
    "same",
    """
def kernel(out: Float32Buffer, x: Float32Buffer, n: Int32Buffer):
    for i in lanes(8):
        if n[i] > 0:
            out[i] = x[i]
    if n[0] > 0:
        out[0] = x[n[0]]
""",
    {"out": 8, "x": 0, "n": 8},
)
body(
    "if and else, one changes the condition",
    "same",
    """
for i in lanes(8):
    v = x[i]
    if v > 3.0:
        v = v - 10.0
    else:
        v = v + 100.0
    out[i] = v
""",
)
body(
    "a condition that the body stores over",
    "same",
    """
for i in lanes(8):
    if out[i] < 0.5:
        out[i] = 1.0
        whole[i] = 1
    else:
        whole[i] = 2
""",
)

# ------------------------------------------------------------------------------------------ whole numbers

body(
    "overflow in a product",
    "same",
    """
for i in range(8):
    whole[i] = n[i] * n[i]
""",
    n=[100000] * 8,
)
body(
    "a coefficient beyond int32",
    "same",
    """
for i in range(8):
    whole[i] = i * 65536 * 65536 * 4
""",
)
body(
    "a coefficient that wraps",
    "same",
    """
for i in lanes(8):
    whole[i] = i * 1000000 * 1000 + 2147483647
""",
)
body(
    "an index wraps back inside",
    "same",
    """
k = n[0]
for j in range(2):
    out[k * 65536 + j] = 1.0
""",
    n=[65536],
)
body(
    "an index wraps back inside in lanes",
    "same",
    """
k = n[0]
for j in lanes(8):
    out[k * 65536 + j] = x[k * 65536 + j]
""",
    n=[65536],
)
body(
    "an index beyond int32 is outside",
    "outside",
    """
k = n[0]
out[k + 2147483647] = 1.0
""",
    n=[1],
)
body(
    "a comparison of sums that wrap",
    "same",
    """
k = n[0]
whole[0] = 1 if k + 1 > k else 0
whole[1] = 1 if k * 2 // 2 == k else 0
whole[2] = (k + 5) // 3
whole[3] = (k + 5) % 3
for i in range(3):
    whole[4 + i] = 1 if i + 2147483646 > 0 else 0
""",
    n=[MOST],
)
body(
    "a range that wraps is not proven",
    "outside",
    """
k = n[0] & 2147483647
if k > 2147483640:
    out[0] = x[k + k]
""",
    n=[MOST],
)
body(
    "limits of every operator",
    "same",
    """
for i in lanes(8):
    whole[i] = n[i] - m[i]
for i in range(8):
    whole[i] += -n[i] + abs(n[i]) * 3 + max(n[i], m[i]) - min(n[i], m[i]) + (n[i] & m[i]) - (n[i] | m[i])
""",
    n=[LEAST, MOST, LEAST, -1, 0, 5, MOST, LEAST],
    m=[LEAST, MOST, MOST, LEAST, 1, -5, -1, 1],
)
body(
    "abs in lanes and out",
    "same",
    """
for i in lanes(8):
    whole[i] = abs(n[i])
    out[i] = abs(x[i])
m[0] = abs(n[0])
out[0] = abs(x[1])
""",
    n=[LEAST, -1, 0, 1, MOST, -MOST, 7, -7],
    x=[-0.0, -NAN, -INFINITY, -1.5, 1.5, 0.0, 1e-45, -1e-45],
)
body(
    "minimum and maximum of everything",
    "same",
    """
for i in lanes(8):
    out[i] = max(x[i], x[7 - i]) + 0.0 * min(x[i], 0.0)
for i in range(8):
    whole[i] = float_to_bits(min(x[i], x[7 - i]))
    m[i] = float_to_bits(max(x[i], x[7 - i]))
""",
    x=[0.0, 1.0, NAN, 5.0, -5.0, 2.0, 1.0, -0.0],
)
body(
    "the smallest number by -1",
    "same",
    """
for i in range(8):
    whole[i] = n[i] // -1
    m[i] = n[i] % -1
""",
    n=[LEAST, MOST, 0, 1, -1, 5, -5, LEAST],
)
body(
    "the smallest number by -1 from data",
    "same",
    """
for i in lanes(8):
    whole[i] = n[i] // m[i]
for i in range(8):
    whole[i] += n[i] % m[i]
""",
    n=[LEAST, MOST, 0, 1, -1, 5, -5, LEAST],
    m=[-1, -1, -1, -1, -1, 2, 2, MOST],
)
body(
    "division of every sign",
    "same",
    """
for i in range(8):
    whole[i] = n[i] // m[i] * 100 + n[i] % m[i]
""",
    n=[7, -7, 7, -7, 6, -6, LEAST, MOST],
    m=[3, 3, -3, -3, -3, 3, LEAST, MOST],
)
body(
    "division by zero",
    "zero divisor",
    """
for i in range(8):
    whole[i] = n[i] // m[i]
""",
    n=[1] * 8,
    m=[1, 2, 0, 3, 4, 5, 6, 7],
)
body(
    "division by a constant zero",
    "zero divisor",
    """
zero = 0
whole[0] = n[0] % zero
""",
)
body(
    "a shift by each lane's amount",
    "same",
    """
for i in lanes(8):
    whole[i] = n[i] << m[i]
for i in lanes(8):
    n[i] = n[i] >> m[i]
""",
    n=[3, -3, LEAST, MOST, 5, 6, 7, -8],
    m=[1, 2, 3, 4, 31, 32, 33, -1],
)
body(
    "a shift by 32 and more",
    "same",
    """
for i in range(8):
    whole[i] = 5 >> n[i]
    m[i] = -5 << n[i]
""",
    n=[0, 1, 2, 31, 32, 33, 40, -3],
)
body(
    "a shift by a constant beyond 31",
    "refused",
    """
whole[0] = n[0] << 32
""",
)
body(
    "the smallest whole number",
    "same",
    """
whole[0] = -2147483648
whole[1] = -2147483648 - 1
whole[2] = -(-2147483648)
""",
)

# ------------------------------------------------------------------------------------------ float32

body(
    "a constant compared with an element",
    "same",
    """
for i in range(8):
    out[i] = 1.0 if x[i] == 0.1 else 0.0
""",
    x=[0.1] * 8,
)
body(
    "arithmetic of constants alone",
    "same",
    """
t = 0.1
u = t * t * t / 0.7
for i in range(8):
    out[i] = u * 1e7
""",
)
body(
    "square roots chained",
    "same",
    """
for i in range(8):
    out[i] = (sqrt(x[i]) * sqrt(x[i]) - 1.0) / 3.0
""",
)
body(
    "the square root of a negative",
    "same",
    """
for i in lanes(7):
    out[i] = sqrt(x[i])
""",
    x=[-1.0, -0.0, 0.0, INFINITY, -INFINITY, NAN, 2.0, 1.0],
)
body(
    "division by a zero constant",
    "same",
    """
zero = 0.0
for i in range(8):
    out[i] = 1.0 / zero + x[i]
out[0] = zero / zero
""",
)
body(
    "whole numbers of NaN and infinities",
    "same",
    """
for i in range(8):
    whole[i] = int(x[i])
for i in lanes(8):
    m[i] = int(x[i])
""",
    x=[NAN, INFINITY, 1e20, -1e20, -INFINITY, 0.9, -0.9, 2147483520.0],
)
body(
    "floats of whole numbers",
    "same",
    """
for i in lanes(8):
    out[i] = float(n[i]) / 3.0
""",
    n=[MOST, LEAST, 16777217, 16777219, -16777217, 33554434, 0, 1],
)
body(
    "bits of constants",
    "same",
    """
whole[0] = float_to_bits(0.1 * 3.0)
whole[1] = float_to_bits(3e38 * 10.0)
whole[2] = float_to_bits(-0.0)
whole[3] = float_to_bits(0.0 / 0.0)
""",
)
body(
    "bits of every NaN",
    "same",
    """
for i in lanes(8):
    whole[i] = float_to_bits(-x[i] + bits_to_float(n[i]))
for i in range(8):
    m[i] = float_to_bits(bits_to_float(n[i]))
""",
    n=[-1, 2143289345, 0x7F800001, 0, LEAST, 1, 0x7F800000, 5],
    x=[NAN, -NAN, 1.0, INFINITY, 0.0, 0.0, 3.0, NAN],
)
body("a deep expression", "refused", "out[0] = " + " + ".join(f"x[{i % 8}]" for i in range(400)))
body("a wide expression", "same", "out[0] = " + " + ".join(f"(x[{i % 8}] * {i}.5)" for i in range(90)))

# ------------------------------------------------------------------------------------------ runs and calls

body(
    "one call in another",
    "same",
    """
for i in lanes(8):
    out[i] = max(abs(min(x[i], 3.0)), sqrt(x[i]))
""",
)
case(
    "a kernel's name for its own",
    "same",
    """
def half(x: Float32) -> Float32:
    v = x * 0.5
    if v > 1.0:
        v = v - 1.0
    return v
def kernel(out: Float32Buffer, x: Float32Buffer):
    for i in lanes(8):
        v = x[i]
        out[i] = half(half(v) + v) + v
""",
    {"out": 8, "x": 8},
    inputs={"x": F},
)
case(
    "zeros of both signs as sizes",
    "same",
    """
def scaled(out: Float32Buffer, i: Int32, by: Float32):
    out[i] = 1.0 / by
def kernel(out: Float32Buffer):
    scaled(out, 0, 0.0)
    scaled(out, 1, -0.0)
""",
    {"out": 8},
)
case(
    "a stop, then a good run",
    "outside",
    """
def kernel(out: Float32Buffer, x: Float32Buffer, n: Int32Buffer):
    for i in range(4):
        out[i] = x[n[i]]
""",
    {"out": 8, "x": 8, "n": 8},
    inputs={"x": F, "n": [9] * 8},
    then={"n": [1] * 8},
)
case(
    "a stop, then another one",
    "zero divisor",
    """
def kernel(out: Int32Buffer, x: Int32Buffer, n: Int32Buffer):
    for i in range(4):
        out[i] = 5 // n[i]
        out[i] = x[n[i]]
""",
    {"out": 8, "x": 8, "n": 8},
    inputs={"n": [0] * 8},
    then={"n": [-1] * 8},
)
