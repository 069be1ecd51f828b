"""Numbers as the page and its tables have them: the forms of site/widgets/figures.py, which runs in MicroPython."""

from array import array
from decimal import ROUND_HALF_UP, Context, Decimal

from playwright.sync_api import Locator

__all__ = ["cell", "cells_of", "exact", "float32", "number", "shown", "titled"]


def minus(text: str) -> str:
    return text.replace("-", "\u2212")


def rounded(value: float, digits: int) -> float:
    """The nearest number with this many digits, ties away from zero."""
    return float(Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(Decimal(value)))


def cell(value: float) -> str:
    """Two decimals."""
    text = str(abs(Decimal(value)).quantize(Decimal("0.01"), ROUND_HALF_UP))
    return minus(f"-{text}" if value < 0 and float(text) else text)


def shown(value: float) -> str:
    """Two decimals, or two digits of what is closer to zero."""
    return cell(value) if value == 0 or 0.005 <= abs(value) < 1000 else minus(f"{rounded(value, 2):.2g}")


def number(value: float) -> str:
    """Four significant digits."""
    return minus(f"{rounded(value or 0.0, 4):.4g}")


def exact(value: float) -> str:
    """The fewest digits that are this very float32."""
    numbers = ((digits, rounded(value or 0.0, digits)) for digits in range(1, 10))
    digits, found = next((digits, one) for digits, one in numbers if array("f", [one])[0] == value)
    return minus(f"{found:.{digits}g}")


def float32(text: str) -> float:
    """The number that was written by `exact`."""
    return array("f", [float(text.replace("−", "-"))])[0]


def cells_of(rows: Locator) -> list[list[str]]:
    """The text of each cell of a table's rows."""
    cells = "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    found: list[list[str]] = rows.evaluate_all(cells)
    return found


def titled(name: str) -> str:
    """A layer's name, or a tensor's, in the page's words."""
    layer, dot, role = name.partition(".")
    if dot:
        return f"{role} of {titled(layer)}"
    kinds = {
        "conv2d": "Convolution",
        "relu": "ReLU",
        "maxpool2d": "Max pooling",
        "flatten": "Flatten",
        "dense": "Dense",
    }
    kind, _, number_ = name.partition("_")
    return (
        f"{kinds[kind]} {number_}"
        if kind in kinds
        else {"image": "Image", "softmaxcrossentropy": "Softmax", "logits": "logits"}[kind]
    )
