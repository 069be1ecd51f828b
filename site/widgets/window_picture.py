"""A number's picture: the window and the filter as coloured cells with numbers, or bars for what counts most."""

from widgets.dom import element, listen, replace
from widgets.figures import cell, element_name, short
from widgets.texts import text

BARS = 8


class WindowPicture:
    def __init__(self, host, choose_channel):
        """Fills `host`; calls choose_channel(channel) for the window in another map of the layer before."""
        self.host, self.choose_channel = host, choose_channel
        self.cells = []  # the cells of one step, for each step
        self.offset = 0  # the step of the first of them

    def show(self, answer):
        """Shows an answer to `element`."""
        self.cells, self.offset = [], 0
        backward = answer.get("backward")
        form = answer["form"]
        if form == "sum" and "grid" in answer:
            parts = self.window(answer)
        elif form == "sum" or form == "softmax":
            parts = self.bars(answer)
        elif form == "maximum":
            parts = self.pool(answer)
        elif form == "rectified":
            parts = [large(f"max(0, {short(answer['rows'][0]['values'][0])}) = {short(answer['value'])}")]
        elif form == "gate":
            value, arriving = answer["rows"][0]["values"]
            parts = [
                large(text("learn.gate", input=short(value), gradient=short(arriving), value=short(answer["value"])))
            ]
        elif form == "difference":
            parts = [large(f"{short(answer['probability'])} \u2212 {answer['truth']} = {short(answer['value'])}")]
        else:
            parts = [large(short(answer["value"]))]
        self.host.classList.toggle("of-gradients", bool(backward))
        replace(self.host, parts)

    def window(self, answer):
        """Window × filter = products, for one map of the layer before, then the sum."""
        grid, side = answer["grid"], answer["grid"]["size"]
        grids = [cells(grid[name], side, text(f"see.grid_{name}")) for name in ("input", "weights", "products")]
        self.offset = grid["channel"] * side * side
        self.cells = list(zip(*[made for _, made in grids]))
        line = element("div", class_="product")
        for (figure, _), sign in zip(grids, ("×", "=", "")):
            line.append(figure)
            if sign:
                line.append(element("span", sign, class_="sign"))
        parts = [line]
        if grid["channels"] > 1:
            chooser = element("select", aria_label=text("see.channel"))
            for channel, value in enumerate(grid["sums"]):
                option = element("option", text("see.channel_sum", channel=channel, sum=short(value)), value=channel)
                option.selected = channel == grid["channel"]
                chooser.append(option)
            listen(chooser, "change", lambda event: self.choose_channel(int(chooser.value)))
            parts.append(chooser)
        sums = (
            text("see.one_sum", sum=short(sum(grid["sums"])))
            if grid["channels"] == 1
            else text("see.channel_sums", count=grid["channels"], sum=short(sum(grid["sums"])))
        )
        bias = text("see.plus_bias", bias=short(answer["bias"]["value"]))
        return parts + [large(f"{sums} {bias} = {short(answer['value'])}")]

    def bars(self, answer):
        """A bar for each of the largest contributions."""
        rows = answer["rows"]
        shown = (
            sorted(range(len(rows)), key=lambda at: -size_of(rows[at]))[:BARS] if answer["form"] == "sum" else None
        )
        shown = range(len(rows)) if shown is None else sorted(shown)
        largest = max([size_of(rows[at]) for at in shown] or [0]) or 1
        list_ = element("ul", class_="bars-of-sum")
        self.cells = [()] * len(rows)
        for at in shown:
            one = rows[at]
            column, index = answer["columns"][0], one["at"][0]
            name = text("see.padding") if one.get("padding") or index is None else element_name(column, index)
            item = element("li")
            item.append(element("span", name, class_="name"))
            bar = element("span", class_="bar-of-sum " + sign_of(one["product"]))
            bar.style.setProperty("--share", str(size_of(one) / largest))
            item.append(bar)
            item.append(element("span", short(one["product"]), class_="value"))
            list_.append(item)
            self.cells[at] = (item,)
        rest = answer["terms"] - len(shown) if answer["form"] == "sum" else 0
        parts = [list_]
        if rest:
            parts.append(element("p", text("see.more_products", count=rest), class_="note"))
        if answer["form"] == "softmax":
            result = f"{short(answer['power'])} / {short(answer['total'])} = {short(answer['value'])}"
        else:
            bias = " " + text("see.plus_bias", bias=short(answer["bias"]["value"])) if answer["bias"] else ""
            average = "Average" in answer["kind"] and not answer["backward"]
            products = text("see.mean_of" if average else "see.sum_of", count=answer["terms"])
            result = f"{products}{bias} = {short(answer['value'])}"
        return parts + [large(result)]

    def pool(self, answer):
        side = round(len(answer["rows"]) ** 0.5)
        figure, made = cells([one["values"][0] for one in answer["rows"]], side, text("see.grid_window"))
        for shown, one in zip(made, answer["rows"]):
            shown.classList.toggle("won", one["won"])
        self.cells = [(shown,) for shown in made]
        line = element("div", class_="product")
        line.append(figure)
        return [line, large(text("see.largest_is", value=short(answer["value"])))]

    def mark(self, answer, at):
        """Marks the cells of a step, or none."""
        for index, made in enumerate(self.cells):
            for shown in made:
                shown.classList.toggle("running", at is not None and index + self.offset == at)


def cells(values, side, name):
    """A square of coloured cells with their numbers; (its figure, its cells)."""
    numbers = [0 if isinstance(value, str) else value for value in values]
    largest = max([abs(value) for value in numbers] or [0]) or 1
    figure = element("figure", class_="window")
    figure.append(element("figcaption", name))
    box = element("div", class_="cells", role="img", aria_label=f"{name}: " + ", ".join(map(cell, values)))
    box.style.setProperty("--side", str(side))
    made = []
    for value, shown in zip(numbers, values):
        one = element("span", cell(shown), class_=sign_of(value))
        one.style.setProperty("--share", str(abs(value) / largest))
        box.append(one)
        made.append(one)
    figure.append(box)
    return figure, made


def size_of(one):
    value = one["product"]
    return 0 if isinstance(value, str) else abs(value)


def sign_of(value):
    return "zero" if isinstance(value, str) or value == 0 else "positive" if value > 0 else "negative"


def large(content):
    return element("p", content, class_="large")
