"""The diagram of the network, from the image to the probabilities: a contact sheet of each layer's maps.

Tapping a pixel, or moving there with the arrow keys, selects that number; the place that is shown explains it.
"""

from pyscript import document
from widgets.dom import by_id, element, listen, run
from widgets.layer_names import INPUT
from widgets.layer_titles import layer_title
from widgets.texts import text, written

IMAGE = "image"  # the name of the first column, which is no layer


class Diagram:
    def __init__(self, request, subject, selected, shown):
        """`subject` returns the message's fields of the image that is shown. Calls selected(selection) for a number
        that is chosen: {"layer": name, "element": [channel, row, column] or [unit]}, and shown(answer)
        after each change of the diagram."""
        self.request, self.subject, self.selected, self.shown = request, subject, selected, shown
        self.columns = []
        self.answer = None
        self.selection = None
        self.waiting = self.stale = False
        self.image = Column(IMAGE, by_id("seen").parentElement, by_id("seen"), self.choose)

    # ---------------------------------------------------------------------------------------- showing

    def refresh(self):
        """Asks for the diagram of the subject, at most one request at a time."""
        self.stale = True
        if not self.waiting:
            run(self.refresh_all())

    async def refresh_all(self):
        self.waiting = True
        while self.stale:
            self.stale = False
            subject = self.subject()
            if subject:
                answer = await self.request("diagram", **subject)
                if answer:
                    self.show(answer)
        self.waiting = False

    def show(self, answer):
        """Shows an answer to `diagram`."""
        names = [layer["name"] + layer["text"] for layer in answer["layers"]]
        before = [layer["name"] + layer["text"] for layer in self.answer["layers"]] if self.answer else None
        self.answer = answer
        if names != before:
            self.build(answer["layers"])
        for column, layer in zip(self.columns, answer["layers"]):
            column.show(layer)
        shape = answer["prediction"]["shape"]
        self.image.layout = {"shown": 1, "columns": 1, "width": shape[2], "height": shape[1], "shape": shape}
        self.shown(answer)
        if self.selection:
            run(self.say())

    def build(self, layers):
        """Makes the columns of another network."""
        items = by_id("layers-shown")
        for old in list(items.children):
            if not old.classList.contains("subject"):
                old.remove()
        self.columns = []
        for layer in layers[:-1]:  # the loss has no picture
            figure = element("figure", class_=f"layer {layer['kind'].lower()}")
            caption = element("figcaption")
            caption.append(element("span", layer_title(layer["name"]), class_="name"))
            caption.append(element("code", f"{layer['name']}: {layer['text']}", class_="at-code"))
            if layer["reads"]:
                read = ", ".join([column_title(name) for name in layer["reads"]])
                caption.append(element("small", "← " + read, class_="size"))
            caption.append(element("small", " × ".join([str(side) for side in layer["output_shape"]]), class_="size"))
            picture = element("img", alt="", draggable="false")
            figure.append(caption)
            figure.append(picture)
            if layer["parameters"]:
                weights = text("diagram.weights", count=layer["parameters"])
                figure.append(element("small", weights, class_="at-numbers"))
            item = element("li")
            item.append(figure)
            items.append(item)
            self.columns.append(Column(layer["name"], figure, picture, self.choose))
        if self.selection and self.column(self.selection["layer"]) is None:
            self.selection = None

    def column(self, name):
        return next((one for one in [self.image] + self.columns if one.name == name), None)

    # --------------------------------------------------------------------------------------- selecting

    def choose(self, name, position):
        """The person chose the number at this position, as an index of each axis, of a layer's output."""
        self.selection = {"layer": name, "element": position}
        for column in [self.image] + self.columns:
            column.mark(position if column.name == name else None)
        self.selected(self.selection)
        run(self.say())

    async def say(self):
        """Says the number that is selected."""
        selection, column = self.selection, self.column(self.selection["layer"])
        layer = 0 if column is self.image else self.columns.index(column) + 1
        position = column.flat(selection["element"])
        answer = await self.request("value", layer=layer, position=position, **self.subject())
        if answer and selection == self.selection:
            name = column_title(selection["layer"])
            number = written(f"{answer['value']:.4g}")
            by_id("selection").textContent = f"{name}: {element_text(selection['element'])} = {number}"

    def mark(self, boxes):
        """Draws windows: a list of {"layer", "map", "row", "column", "height", "width"}."""
        for column in [self.image] + self.columns:
            column.frame([box for box in boxes if box["layer"] == column.name])


class Column:
    """One layer: its picture, and the number in it that the pointer or the arrow keys choose."""

    def __init__(self, name, figure, picture, choose):
        self.name, self.choose = name, choose
        self.layout = None
        self.position = None
        self.holder = element("div", class_="sheet", tabindex="0", role="application")
        picture.replaceWith(self.holder)
        self.holder.append(picture)
        self.picture = picture
        self.cursor = element("div", class_="cursor", hidden="")
        self.holder.append(self.cursor)
        self.frames = []
        self.holder.setAttribute("aria-label", text("diagram.sheet", name=column_title(name)))
        listen(self.holder, "click", self.click)
        listen(self.holder, "keydown", self.key)

    def show(self, layer):
        """Shows a layer's part of an answer to `diagram`."""
        self.layout = layer
        self.picture.src = layer["picture"]
        self.holder.classList.toggle("thin", sheet_width(layer) == 1)  # a vector
        label = text("diagram.sheet", name=column_title(layer["name"]))
        self.holder.setAttribute(
            "aria-label", f"{label}: {' × '.join([str(side) for side in layer['output_shape']])}"
        )

    def click(self, event):
        if not self.layout:
            return
        box = self.holder.getBoundingClientRect()
        x = (event.clientX - box.left) / box.width * sheet_width(self.layout)
        y = (event.clientY - box.top) / box.height * sheet_height(self.layout)
        across, down = int(x) // (self.layout["width"] + 1), int(y) // (self.layout["height"] + 1)
        row = min(int(y) - down * (self.layout["height"] + 1), self.layout["height"] - 1)
        column = min(int(x) - across * (self.layout["width"] + 1), self.layout["width"] - 1)
        one = down * self.layout["columns"] + across
        if one < self.layout["shown"]:
            self.go(one, row, column)

    def key(self, event):
        moves = {"ArrowLeft": (0, -1), "ArrowRight": (0, 1), "ArrowUp": (-1, 0), "ArrowDown": (1, 0)}
        if not self.layout or (event.key not in moves and event.key not in ("Enter", " ", "PageUp", "PageDown")):
            return
        event.preventDefault()
        one, row, column = self.position or (0, self.layout["height"] // 2, self.layout["width"] // 2)
        if event.key in moves and self.position:
            down, across = moves[event.key]
            row = min(max(row + down, 0), self.layout["height"] - 1)
            column = min(max(column + across, 0), self.layout["width"] - 1)
        elif event.key in ("PageUp", "PageDown"):
            one = min(max(one + (1 if event.key == "PageDown" else -1), 0), self.layout["shown"] - 1)
        self.go(one, row, column)

    def go(self, one, row, column):
        """Chooses the number in this row and column of a map."""
        shape = self.layout["shape"]
        if len(shape) == 1 and row * self.layout["width"] + column >= shape[0]:
            return
        self.position = (one, row, column)
        self.choose(self.name, [one, row, column] if len(shape) > 1 else [row * self.layout["width"] + column])

    def flat(self, position):
        """The index in the flat output."""
        if len(position) == 1:
            return position[0]
        one, row, column = position
        return (one * self.layout["height"] + row) * self.layout["width"] + column

    def mark(self, position):
        """Shows the cursor at a number, or hides it."""
        self.cursor.hidden = position is None
        if position is None:
            self.position = None
            return
        if len(position) == 1:
            position = [0, position[0] // self.layout["width"], position[0] % self.layout["width"]]
        self.position = tuple(position)
        one, row, column = position
        self.set_box(self.cursor, one, row, column, 1, 1)

    def frame(self, boxes):
        """Draws windows around parts of maps."""
        for old in self.frames:
            old.remove()
        self.frames = []
        for box in boxes:
            made = element("div", class_="frame")
            self.holder.append(made)
            self.set_box(made, box["map"], box["row"], box["column"], box["height"], box["width"])
            self.frames.append(made)

    def set_box(self, target, one, row, column, height, width):
        layout = self.layout
        x = one % layout["columns"] * (layout["width"] + 1) + column
        y = one // layout["columns"] * (layout["height"] + 1) + row
        across, down = sheet_width(layout), sheet_height(layout)
        for name, share in (
            ("left", x / across),
            ("top", y / down),
            ("width", width / across),
            ("height", height / down),
        ):
            target.style.setProperty(name, f"{100 * share}%")


def sheet_width(layout):
    return layout["columns"] * (layout["width"] + 1) - 1


def sheet_height(layout):
    return -(-layout["shown"] // layout["columns"]) * (layout["height"] + 1) - 1


def column_title(name):
    """What a column shows, in plain words; layers read the image as "input"."""
    return text("diagram.image") if name in (IMAGE, INPUT) else layer_title(name)


def element_text(position):
    """An element's index in words."""
    if len(position) == 1:
        return text("diagram.unit", unit=position[0])
    return text("diagram.element", map=position[0], row=position[1], column=position[2])


class Depth:
    """The three depths at which the diagram is read: Picture, Numbers, Code."""

    def __init__(self, changed):
        """Calls changed(depth), which is picture, numbers or code."""
        self.changed = changed
        self.value = "picture"
        for radio in document.querySelectorAll("#depth input"):
            listen(radio, "change", lambda event: self.choose(event.target.value))
        self.choose("picture")

    def choose(self, value):
        self.value = value
        document.documentElement.dataset.depth = value
        self.changed(value)
