"""Loops inside of loops, of every kind."""

from tests.compiler.cases.case import F, Table

TABLE = Table()
body, case = TABLE.body, TABLE.case

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
