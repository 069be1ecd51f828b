"""Numbers as the page writes them: the same forms as site/widgets/figures.py, which runs in MicroPython."""

from array import array
from decimal import ROUND_HALF_UP, Context, Decimal

__all__ = ["cell", "exact", "number", "shown"]


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
