"""Numbers and places in words, the same wherever the page shows what the engine computed."""

from pyscript import window
from widgets.layer_titles import layer_title
from widgets.texts import text, written

MINUS = "\u2212"


def short(value):
    """Two decimals, or two digits of what is closer to zero."""
    if isinstance(value, str) or abs(value) >= 1000:
        return number(value)
    if value == 0 or abs(value) >= 0.005:
        return cell(value)
    return signed(f"{rounded(value, 2):.2g}")


def cell(value):
    """Two decimals, for a picture's cells, which are narrow."""
    if isinstance(value, str) or abs(value) >= 1000:
        return number(value)
    shown = window.Number.new(abs(value)).toFixed(2)
    return signed(f"-{shown}" if value < 0 and float(shown) else shown)


def number(value):
    """Four significant digits, for tables; NaN and infinity come as words."""
    if isinstance(value, str):
        return value.replace("-", MINUS)
    return signed(f"{rounded(value, 4):.4g}")


def exact(value):
    """The fewest digits that are this very float32."""
    return signed(value if isinstance(value, str) else shortest(value))


def shortest(value):
    """The fewest digits that are this very float32, as Python reads them."""
    for digits in range(1, 10):
        found = rounded(value, digits)
        if window.Math.fround(found) == value:
            break
    return ("%." + str(digits) + "g") % found


def signed(number):
    """A number's text with a true minus and the language's decimal separator."""
    return written(number.replace("-", MINUS))


def rounded(value, digits):
    """The nearest number with this many digits, ties away from zero; minus zero is zero. MicroPython's own rounding
    is not always to the nearest."""
    return float(window.Number.new(value).toPrecision(digits)) if value else 0


def axes(column, at):
    """What the numbers of an index mean, in words: "map, row, column"."""
    kinds = {
        ("weights", 4): "weights_4",
        ("weights", 2): "weights_2",
        ("image", 3): "image",
        ("output", 3): "maps",
    }
    kind = kinds.get((column["tensor"], len(at)), "units")
    return text(f"see.axes_{kind}")


def index_text(column, at):
    """An index as numbers: "3, 14, 14"; of the image, which has one channel, row and column alone."""
    shown = at[1:] if column["tensor"] == "image" and len(at) == 3 else at
    return ", ".join([str(one) for one in shown]).replace("-", MINUS)


def element_name(column, at):
    """An element in words: "map 3, row 14, column 14 of Convolution 1"."""
    kind = column["tensor"]
    name = {
        ("weights", 4): "filter_weight",
        ("weights", 2): "dense_weight",
        ("image", 3): "pixel",
        ("output", 3): "map_pixel",
        ("bias", 1): "bias_of",
    }.get((kind, len(at)), "unit")
    given = {"a": at[0]}
    for letter, one in zip("bcd", at[1:]):
        given[letter] = one
    return text(f"see.place_{name}", layer=layer_title(column.get("layer") or ""), **given)
