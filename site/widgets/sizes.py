"""The sizes of weights, gradients and steps by layer, as numbers with bars on a logarithmic scale."""

import math

from widgets.dom import by_id, element, replace
from widgets.layer_titles import layer_title
from widgets.texts import written

COLUMNS = ("weights", "gradients", "step")
LOWEST = -6  # the power of ten with an empty bar
HIGHEST = 1  # the power of ten with a full bar


class Sizes:
    def __init__(self):
        self.rows = {}  # by layer: (number, bar) for each column

    def reset(self):
        for cells in self.rows.values():
            for number, bar in cells:
                number.textContent, bar.value = "–", 0

    def show(self, sizes):
        """Shows the sizes of an answer, in the order of the layers."""
        if sorted(self.rows) != sorted([size["layer"] for size in sizes]):
            self.build(sizes)
        for size in sizes:
            for name, (number, bar) in zip(COLUMNS, self.rows[size["layer"]]):
                value = size[name]
                number.textContent = short(value)
                bar.value = share(value)

    def build(self, sizes):
        lines = []
        self.rows = {}
        for size in sizes:
            line, cells = element("tr"), []
            line.append(element("th", layer_title(size["layer"]), scope="row"))
            for _ in COLUMNS:
                cell, number = element("td"), element("span", "–")
                bar = element("meter", min=0, max=1, value=0, aria_hidden="true")
                cell.append(number)
                cell.append(bar)
                line.append(cell)
                cells.append((number, bar))
            self.rows[size["layer"]] = cells
            lines.append(line)
        replace(by_id("size-rows"), lines)


def short(value):
    """Two significant digits."""
    if value is None:
        return "∞"
    return "0" if value == 0 else written(f"{value:.2g}")


def share(value):
    if value is None:
        return 1
    return 0 if value <= 0 else min(1, max(0, (math.log10(value) - LOWEST) / (HIGHEST - LOWEST)))
