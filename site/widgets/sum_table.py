"""The table behind one number: a row for each number that it is made of, and the result in its foot."""

import asyncio

from widgets.dom import element, listen, replace
from widgets.figures import axes, element_name, exact, index_text, number
from widgets.layer_titles import layer_title
from widgets.texts import text

SLICE = 20  # rows that are added at once
PAUSE = 0.002  # seconds between two slices, so that the browser may do something else


class SumTable:
    def __init__(self, host, follow, show_everything, ask_rows):
        """Fills `host`. Calls follow(column, index) if a place is chosen, and show_everything() for all rows;
        ask_rows(first) gives those after the first ones."""
        self.host, self.follow, self.ask_rows = host, follow, ask_rows
        self.rows = []  # the rows of the body, as they were shown
        self.shown = None  # the answer that is shown
        self.more = element("button", text("see.show_all"), type="button", class_="outline secondary small")
        self.more.hidden = True
        listen(self.more, "click", lambda event: show_everything())
        self.scroller = element("div", class_="scroller")
        replace(host, [self.scroller, self.more])

    async def show(self, answer):
        """Shows an answer to `element`."""
        self.shown, self.rows = answer, []
        kind = KINDS.get(answer["form"])
        self.more.hidden = not answer.get("rest")
        if not kind:
            self.scroller.replaceChildren()
            return
        table = element("table", class_="sum", aria_label=text(kind.name))
        head, body, foot = element("thead"), element("tbody"), element("tfoot")
        head.append(row([element("th", title, scope="col") for title in kind.heads(answer)]))
        for cells in kind.feet(answer):
            foot.append(
                row([element("th", cells[0], scope="row", colspan=kind.width(answer) - 1), element("td", cells[1])])
            )
        for part in (head, body, foot):
            table.append(part)
        self.scroller.replaceChildren(table)
        rows = answer["rows"]
        while rows:
            await self.add(answer, kind, body, rows)
            whole = answer.get("terms", 0) <= len(self.rows) or answer.get("rest")
            if whole or self.shown is not answer:
                return
            rows = await self.ask_rows(len(self.rows))

    async def add(self, answer, kind, body, rows):
        """Adds rows to the body, as long as this answer is shown."""
        for count, one in enumerate(rows):
            if count and count % SLICE == 0:
                await asyncio.sleep(PAUSE)  # hundreds of rows, but no long task
            if self.shown is not answer:
                return
            line = row(
                [self.origin_cell(answer, one)] + [element("td", number(value)) for value in kind.values(answer, one)]
            )
            if one.get("won") or kind.marks(answer, one):
                line.classList.add("won")
            self.rows.append(line)
            body.append(line)

    def origin_cell(self, answer, one):
        """The cell that says where a number comes from; it leads there."""
        cell = element("th", scope="row")
        column, at = one.get("column", answer["columns"][0]), one["at"][0]
        if one.get("padding"):
            cell.textContent = text("see.padding")
        elif at is None:
            cell.textContent = "–"
        elif answer["form"] == "gradients":
            cell.textContent = layer_title(column["layer"])  # which passes it back
        elif column["tensor"] in ("image", "output"):
            name = element_name(column, at) if answer["form"] == "steps" else index_text(column, at)
            button = element("button", name, type="button", class_="place")
            listen(button, "click", lambda event: self.follow(column, at))
            cell.append(button)
        else:
            cell.textContent = index_text(column, at)
        return cell

    def mark(self, at):
        """Marks the row of one step, or none."""
        for index, line in enumerate(self.rows):
            line.classList.toggle("running", index == at)
        if at is not None and at < len(self.rows):
            box, inside = self.rows[at], self.scroller
            top = box.offsetTop
            if not inside.scrollTop <= top <= inside.scrollTop + inside.clientHeight - 2 * box.offsetHeight:
                inside.scrollTop = top - inside.clientHeight // 2


def row(cells):
    line = element("tr")
    for cell in cells:
        line.append(cell)
    return line


def heading(column):
    """What the numbers of a column are: the image, a layer's output, weights, or gradients."""
    if column.get("gradient"):
        layer = layer_title(column["layer"]) if column["layer"] else text("see.image")
        return text("see.column_gradient", layer=layer)
    if column["tensor"] == "image":
        return text("see.column_image")
    if column["tensor"] == "output":
        return text("see.column_output", layer=layer_title(column["layer"]))
    known = {"weights": "see.column_weight", "bias": "see.column_bias"}
    return text(known[column["tensor"]]) if column["tensor"] in known else column["tensor"]


class Kind:
    """How the answers of one form become a table."""

    name = "see.sum"

    def heads(self, answer):
        first = next((one["at"][0] for one in answer["rows"] if one["at"][0] is not None), [])
        where = axes(answer["columns"][0], first) if first else text("see.where")
        return [where] + [heading(column) for column in answer["columns"]] + self.last(answer)

    def last(self, answer):
        return []

    def width(self, answer):
        return 1 + len(answer["columns"]) + len(self.last(answer))

    def values(self, answer, one):
        return one["values"]

    def feet(self, answer):
        return [(text("see.result"), exact(answer["value"]))]

    def marks(self, answer, one):
        return False


class Sum(Kind):
    def last(self, answer):
        return [text("see.product")] if len(answer["columns"]) > 1 else []

    def values(self, answer, one):
        return one["values"] + ([one["product"]] if self.last(answer) else [])

    def feet(self, answer):
        feet = []
        if answer["rest"]:
            feet.append((text("see.rest", count=answer["rest"]["count"]), number(answer["rest"]["value"])))
        if answer["bias"]:
            feet.append((text("see.bias"), number(answer["bias"]["value"])))
        if "Average" in answer["kind"] and not answer["backward"]:
            feet.append((text("see.total"), exact(answer["total"])))
            return feet + [(text("see.mean"), exact(answer["value"]))]
        return feet + [(text("see.total"), exact(answer["value"]))]


class Maximum(Kind):
    name = "see.maximum"


class Softmax(Kind):
    def heads(self, answer):
        return [text("see.class"), text("see.logit"), text("see.largest"), text("see.power")]

    def width(self, answer):
        return 4

    def values(self, answer, one):
        return one["values"] + [one["product"]]

    def feet(self, answer):
        share = text("see.share", power=number(answer["power"]), total=number(answer["total"]))
        return [(text("see.total"), exact(answer["total"])), (share, exact(answer["value"]))]

    def marks(self, answer, one):
        return one["at"][0] == answer["index"]


class Steps(Kind):
    name = "see.reads"

    def heads(self, answer):
        return [text("see.where"), text("see.value")]

    def width(self, answer):
        return 2


class Gradients(Kind):
    """What each of several layers passes back."""

    def heads(self, answer):
        return [text("editor.layer"), text("learn.gradient")]

    def width(self, answer):
        return 2


class Gate(Kind):
    name = "see.gate"


KINDS = {
    "steps": Steps(),
    "sum": Sum(),
    "maximum": Maximum(),
    "rectified": Maximum(),
    "softmax": Softmax(),
    "gate": Gate(),
    "gradients": Gradients(),
}
