"""Turns of a loop that touch the same elements, and turns that do not."""

from tests.compiler.cases.case import F, Table

TABLE = Table()
body, case = TABLE.body, TABLE.case

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
