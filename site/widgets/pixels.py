"""A map as a picture whose pixels are chosen by a tap, a click, or the arrow keys."""

from pyscript import document
from widgets.dom import element, listen

MOVES = {"ArrowUp": (-1, 0), "ArrowDown": (1, 0), "ArrowLeft": (0, -1), "ArrowRight": (0, 1)}


class Pixels:
    def __init__(self, host, name, choose):
        """Fills `host`; calls choose(row, column)."""
        self.host, self.choose = host, choose
        self.rows = self.columns = 1
        self.at = (0, 0)
        self.picture = element("img", alt="")
        self.box = element("span", class_="box")
        host.append(self.picture)
        host.append(self.box)
        for attribute, value in (("role", "application"), ("tabindex", "0"), ("aria-label", name)):
            host.setAttribute(attribute, value)
        listen(host, "click", self.clicked)
        listen(host, "keydown", self.pressed)

    def show(self, picture, rows, columns, at):
        self.rows, self.columns = rows, columns
        if self.picture.getAttribute("src") != picture:
            self.picture.setAttribute("src", picture)
        self.mark(at)

    def mark(self, at):
        self.at = at
        style = self.box.style
        style.setProperty("top", f"{100 * at[0] / self.rows}%")
        style.setProperty("left", f"{100 * at[1] / self.columns}%")
        style.setProperty("height", f"{100 / self.rows}%")
        style.setProperty("width", f"{100 / self.columns}%")

    def clicked(self, event):
        box = self.picture.getBoundingClientRect()
        row = int((event.clientY - box.top) / box.height * self.rows)
        column = int((event.clientX - box.left) / box.width * self.columns)
        self.take(row, column)

    def pressed(self, event):
        if event.key in MOVES:
            event.preventDefault()
            down, right = MOVES[event.key]
            self.take(self.at[0] + down, self.at[1] + right)

    def take(self, row, column):
        at = (min(max(row, 0), self.rows - 1), min(max(column, 0), self.columns - 1))
        self.mark(at)
        self.choose(*at)


def svg(tag, **attributes):
    """A new SVG element; _ in attribute names becomes -."""
    made = document.createElementNS("http://www.w3.org/2000/svg", tag)
    for name, value in attributes.items():
        made.setAttribute(name.strip("_").replace("_", "-"), str(value))
    return made
