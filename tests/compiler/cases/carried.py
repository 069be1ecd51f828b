"""What lanes carry from one iteration to the next: sums, maxima, and what is not a reduction."""

from tests.compiler.cases.case import LEAST, MOST, NAN, F, Table

TABLE = Table()
body, case = TABLE.body, TABLE.case

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
