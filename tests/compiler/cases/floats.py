"""Arithmetic of float32."""

from tests.compiler.cases.case import INFINITY, LEAST, MOST, NAN, Table

TABLE = Table()
body = TABLE.body

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
