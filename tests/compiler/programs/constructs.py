"""Programs for the kernel language itself: arithmetic, comparisons, conversions, branches, loops, indices."""

from scnn.language import (
    Float32Buffer,
    Int32Buffer,
    Size,
    Uint8Buffer,
    bits_to_float,
    blocked,
    float_to_bits,
    lanes,
    sqrt,
    unrolled,
)
from tests.compiler.programs.program import FLOATS, PAIRS, WHOLE, Program


def arithmetic(out: Float32Buffer, x: Float32Buffer, y: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        out[5 * i] = x[i] + y[i]
        out[5 * i + 1] = x[i] - y[i]
        out[5 * i + 2] = x[i] * y[i]
        out[5 * i + 3] = x[i] / y[i]
        out[5 * i + 4] = -x[i]


def whole_numbers(out: Int32Buffer, n: Int32Buffer, size: Size) -> None:
    for i in range(size):
        out[8 * i] = n[i] // 7
        out[8 * i + 1] = n[i] % 7
        out[8 * i + 2] = n[i] // -5
        out[8 * i + 3] = n[i] % -5
        out[8 * i + 4] = (n[i] & 12) | 3
        out[8 * i + 5] = n[i] >> 2
        out[8 * i + 6] = n[i] << 3
        out[8 * i + 7] = -n[i] * 3 - 1


def comparisons(out: Int32Buffer, x: Float32Buffer, y: Float32Buffer, size: Size) -> None:
    for i in range(size):
        out[6 * i] = 1 if x[i] < y[i] else 0
        out[6 * i + 1] = 1 if x[i] <= y[i] else 0
        out[6 * i + 2] = 1 if x[i] > y[i] else 0
        out[6 * i + 3] = 1 if x[i] >= y[i] else 0
        out[6 * i + 4] = 1 if x[i] == y[i] else 0
        out[6 * i + 5] = 1 if (x[i] != y[i] and not x[i] < 0.0) or y[i] == 0.0 else 0


def conversions(out: Float32Buffer, whole: Int32Buffer, x: Float32Buffer, bytes_: Uint8Buffer, size: Size) -> None:
    for i in lanes(size):
        out[3 * i] = float(bytes_[i]) / 255.0
        out[3 * i + 1] = sqrt(x[i] * x[i])
        out[3 * i + 2] = bits_to_float(float_to_bits(x[i]) & 0x7FFFFFFF)
    for i in lanes(size):
        whole[i] = int(x[i])


def branches_in_lanes(out: Float32Buffer, x: Float32Buffer, size: Size) -> None:
    for i in lanes(size, 8):
        y = x[i]
        if y > 0.5:
            y = y * 2.0
            out[i] = y
        else:
            if y < -0.5:
                y = 0.0 - y
            out[i] = y + 1.0


def sums(out: Float32Buffer, x: Float32Buffer, rows: Size, columns: Size) -> None:
    for row in blocked(rows, 3):
        total = 0.25
        for column in lanes(columns, 8):
            total += x[row * columns + column]
        out[row] = total


def written_out(out: Float32Buffer, x: Float32Buffer, size: Size) -> None:
    total = x[0]
    for i in unrolled(size):
        for j in range(size - 1, -1, -2):
            total = total * 0.5 + x[j]
        out[i] = total


def scattered(out: Int32Buffer, place: Int32Buffer, size: Size) -> None:
    for i in range(size):
        if place[i] >= 0 and place[i] < 10:
            out[place[i]] += i


CONSTRUCTS = [
    Program(
        "arithmetic of odd numbers",
        arithmetic,
        {"out": 720, "x": 144, "y": 144},
        {"size": 144},
        {"x": PAIRS[0], "y": PAIRS[1]},
    ),
    Program("whole numbers", whole_numbers, {"out": 1600, "n": 200}, {"size": 200}, {"n": WHOLE}),
    Program(
        "comparisons", comparisons, {"out": 864, "x": 144, "y": 144}, {"size": 144}, {"x": PAIRS[0], "y": PAIRS[1]}
    ),
    Program(
        "conversions",
        conversions,
        {"out": 141, "whole": 47, "x": 47, "bytes_": 47},
        {"size": 47},
        {"x": FLOATS[:47], "bytes_": list(range(0, 235, 5))},
    ),
    Program("branches in lanes", branches_in_lanes, {"out": 53, "x": 53}, {"size": 53}, {"x": FLOATS[:53]}),
    *(
        Program(
            f"sums of {columns}",
            sums,
            {"out": 7, "x": 7 * columns},
            {"rows": 7, "columns": columns},
            {"x": FLOATS[: 7 * columns]},
        )
        for columns in (1, 3, 4, 9, 16, 31)
    ),
    Program("written out", written_out, {"out": 6, "x": 6}, {"size": 6}, {"x": FLOATS[:6]}),
    Program(
        "scattered", scattered, {"out": 10, "place": 60}, {"size": 60}, {"place": [w % 15 - 2 for w in WHOLE[:60]]}
    ),
]
