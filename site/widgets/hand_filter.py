"""A filter made by hand: presets or own weights, stride and padding, and the map that the engine makes with it."""

from pyscript import document
from widgets.dom import by_id, element, listen, run
from widgets.explanation import Explanation
from widgets.figures import number
from widgets.pixels import Pixels
from widgets.texts import text

OWN = "own"


class HandFilter:
    def __init__(self, ask):
        """Fills #hand-filter; ask(action, **message) is the worker's answer, or None."""
        self.ask = ask
        self.presets = {}
        self.shown = None  # the message of the map that is shown
        self.weights = [[0.0] * 3 for _ in range(3)]
        self.at = None  # the pixel of the map that is explained
        self.inputs = []
        self.asking = self.stale = False
        self.pixels = Pixels(by_id("filter-map"), text("see.filter_map"), self.choose_pixel)
        self.explanation = Explanation(by_id("filter-element"), ask, steps="filter_steps")
        for name in ("stride", "padding"):
            listen(by_id(f"filter-{name}"), "input", lambda event: self.refresh())

    async def fill(self):
        """Lists the presets, once."""
        answer = await self.ask("filter_presets")
        if not answer or self.presets:
            return
        self.presets = {preset["name"]: preset["weights"] for preset in answer["presets"]}
        largest = answer["limits"]["weight"]
        choices = by_id("filter-presets")
        for name in [preset["name"] for preset in answer["presets"]] + [OWN]:
            label = element("label")
            radio = element("input", type="radio", name="filter", value=name)
            label.append(radio)
            label.append(element("span", text(f"see.filter_{name}")))
            listen(radio, "change", lambda event, name=name: self.choose_preset(name))
            choices.append(label)
        box = by_id("filter-weights")
        for row in range(3):
            for column in range(3):
                field = element("input", type="number", step="any", min=-largest, max=largest)
                field.setAttribute("aria-label", text("see.filter_weight", row=row, column=column))
                listen(field, "input", lambda event, row=row, column=column: self.change(row, column))
                self.inputs.append(field)
                box.append(field)
        self.choose_preset("vertical")

    def choose_preset(self, name):
        document.querySelector(f"#filter-presets input[value={name}]").checked = True
        if name != OWN:
            self.weights = [list(row) for row in self.presets[name]]
            for index, field in enumerate(self.inputs):
                field.value = f"{self.weights[index // 3][index % 3]:g}"
                field.removeAttribute("aria-invalid")
        self.refresh()

    def change(self, row, column):
        """A weight was typed. A value that is not a number is marked as invalid, and the filter is unchanged."""
        field = self.inputs[3 * row + column]
        document.querySelector(f"#filter-presets input[value={OWN}]").checked = True
        try:
            self.weights[row][column] = float(field.value)
        except ValueError:
            field.setAttribute("aria-invalid", "true")
            return
        field.removeAttribute("aria-invalid")
        self.refresh()

    def choose_pixel(self, row, column):
        self.at = [row, column]
        self.refresh()

    def message(self):
        stride, padding = int(by_id("filter-stride").value), int(by_id("filter-padding").value)
        return {"weights": self.weights, "stride": stride, "padding": padding}

    def refresh(self):
        """Computes the map again, one request at a time; with another filter, its strongest pixel is explained."""
        message = self.message()
        if message != self.shown:
            self.shown, self.at = message, None
        by_id("filter-stride-shown").textContent = str(message["stride"])
        by_id("filter-padding-shown").textContent = str(message["padding"])
        self.stale = True
        if not self.asking:
            run(self.refresh_all())

    async def refresh_all(self):
        self.asking = True
        try:
            while self.stale and self.presets:
                self.stale = False
                await self.update()
        finally:
            self.asking = False

    async def update(self):
        message = dict(self.message(), element=self.at)
        answer = await self.ask("filter", refusal=by_id("filter-refusal"), **message)
        if not answer:
            return
        rows, columns = answer["rows"], answer["columns"]
        message["element"] = answer["element"]["index"][1:]
        by_id("filter-image").setAttribute("src", answer["image"])
        self.pixels.show(answer["picture"], rows, columns, message["element"])
        row, column = message["element"]
        value, largest = number(answer["element"]["value"]), number(answer["largest"])
        message = text("see.filter_value", row=row, column=column, value=value, largest=largest)
        by_id("filter-value").textContent = message
        by_id("filter-size").textContent = text(
            "see.filter_size",
            side=answer["side"],
            padding=answer["padding"],
            padded=answer["side"] + 2 * answer["padding"],
            size=answer["size"],
            stride=answer["stride"],
            rows=rows,
        )
        await self.explanation.present(answer["element"], message)

    def depth_changed(self, depth):
        self.explanation.depth_changed(depth)
