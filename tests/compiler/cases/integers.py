"""Arithmetic of int32, and of indices."""

from tests.compiler.cases.case import INFINITY, LEAST, MOST, NAN, Table

TABLE = Table()
body = TABLE.body

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
