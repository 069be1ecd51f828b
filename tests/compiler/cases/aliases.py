"""Parameters that share a buffer."""

from tests.compiler.cases.case import F, Table

TABLE = Table()
case = TABLE.case

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
