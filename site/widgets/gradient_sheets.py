"""The gradients of the image and of every layer's output as contact sheets, from the loss back to the image."""

from widgets.diagram import Column, column_title
from widgets.dom import by_id, element, replace
from widgets.figures import number
from widgets.texts import text


class GradientSheets:
    def __init__(self, selected):
        """Fills #learn-sheets; calls selected({"layer": name, "element": index}) for a number that is chosen."""
        self.selected = selected
        self.columns = []

    def show(self, layers):
        """Shows the layers of an answer to `gradients`."""
        if [layer["name"] for layer in layers] != [column.name for column in self.columns][::-1]:
            self.build(layers)
        for column, layer in zip(self.columns, reversed(layers)):
            column.show(dict(layer, output_shape=layer["shape"]))
            name = text("learn.sheet_of", name=column_title(layer["name"]))
            label = text("learn.sheet_keys", name=name, largest=number(layer["largest"]))
            column.holder.setAttribute("aria-label", label)

    def build(self, layers):
        """Makes the columns of another network: from right to left, as the gradients are computed."""
        items = []
        self.columns = []
        for layer in reversed(layers):
            figure = element("figure")
            figure.append(element("figcaption", column_title(layer["name"])))
            picture = element("img", alt="", draggable="false")
            figure.append(picture)
            item = element("li")
            item.append(figure)
            items.append(item)
            self.columns.append(Column(layer["name"], figure, picture, self.choose))
        replace(by_id("learn-sheets"), items)

    def choose(self, name, index):
        self.selected({"layer": name, "element": index})

    def mark(self, answer):
        """Marks the number whose gradient is explained, and those that it was made from."""
        window = answer.get("window")
        for column in self.columns:
            here = column.name == answer["layer"] and answer["role"] == "output"
            column.mark(answer["index"] if here else None)
            column.frame(boxes_in(column, window) if window and window["gradient"] else [])


def boxes_in(column, window):
    if column.name != (window["layer"] or "image"):
        return []
    maps = range(column.layout["shown"]) if window["channel"] is None else [window["channel"]]
    box = {"row": window["row"], "column": window["column"], "height": window["rows"], "width": window["columns"]}
    return [dict(box, layer=column.name, map=one) for one in maps if one < column.layout["shown"]]
