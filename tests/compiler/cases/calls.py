"""Calls of kernels, and runs one after the other."""

from tests.compiler.cases.case import F, Table

TABLE = Table()
body, case = TABLE.body, TABLE.case

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
