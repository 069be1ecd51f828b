"""Accesses that a branch or a condition guards."""

from tests.compiler.cases.case import F, Table

TABLE = Table()
body, case = TABLE.body, TABLE.case

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
