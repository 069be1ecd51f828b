"""The means of an exercise: numbers, a picture to choose a pixel of, and signs; larger ones have their own modules.

Each shows itself in `host`, gives its answer as plain data (None if it is incomplete), and restores one.
`try_out(trial)` asks the engine for a trial; `changed()` is called after each change by the person.
"""

from widgets.dom import element, listen
from widgets.figures import element_name, exact, number
from widgets.texts import text


class Means:
    def __init__(self, host, means, try_out, changed):
        self.host, self.means, self.try_out, self.changed = host, means, try_out, changed

    async def open(self):
        """Shows itself."""

    def answer(self):
        return None

    def restore(self, answer):
        """Shows an answer that was kept; one that does not fit is not shown."""

    def mark(self, verdict):
        """Marks where the answer is wrong."""


class Numbers(Means):
    async def open(self):
        self.fields = {}
        for one in self.means["fields"]:
            label = element("label", one["label"] + " ")
            field = element("input", type="number", step="any", inputmode="decimal")
            listen(field, "input", lambda event: self.changed())
            label.append(field)
            self.host.append(label)
            self.fields[one["name"]] = field

    def answer(self):
        values = {name: read(field) for name, field in self.fields.items()}
        return None if None in values.values() else values

    def restore(self, answer):
        for name, field in self.fields.items():
            if name in answer:
                field.value = str(answer[name])


class Pixel(Means):
    """A picture whose pixels are chosen as radio buttons are: the arrow keys move through them."""

    async def open(self):
        image = self.means["image"]
        largest = max(abs(value) for row in image for value in row) or 1
        box = element("div", class_="chosen-picture", role="radiogroup", aria_label=text("exercises.picture"))
        box.style.setProperty("--columns", str(len(image[0])))
        self.radios = {}
        for at, row in enumerate(image):
            for column, value in enumerate(row):
                label = element("label")
                name = text("exercises.pixel", row=at, column=column, value=number(value))
                radio = element("input", type="radio", name="exercise-pixel", aria_label=name)
                listen(radio, "change", lambda event: self.changed())
                shown = element("span", number(value), class_="below" if value < 0 else "above")
                shown.style.setProperty("--level", f"{40 * abs(value) / largest:.0f}%")
                label.append(radio)
                label.append(shown)
                box.append(label)
                self.radios[(at, column)] = radio
        self.host.append(box)

    def answer(self):
        return next((list(index) for index, radio in self.radios.items() if radio.checked), None)

    def restore(self, answer):
        radio = self.radios.get(tuple(answer))
        if radio:
            radio.checked = True


class Signs(Means):
    """Weights to nudge, and the sign of each gradient to choose."""

    async def open(self):
        self.choices = []
        for index, weight in enumerate(self.means["weights"]):
            part = element("fieldset", class_="nudged")
            name = element_name({"tensor": weight["role"], "layer": weight["layer"]}, weight["index"])
            part.append(element("legend", text("exercises.weight", name=name, value=number(weight["value"]))))
            said = element("output", text("exercises.nudge"), aria_label=text("exercises.losses", name=name))
            row = element("div", class_="row")
            for change in (0.01, -0.01):
                label = text("exercises.up") if change > 0 else text("exercises.down")
                button = element("button", label, type="button", class_="secondary outline")
                listen(button, "click", lambda event, at=index, by=change, to=said: self.nudge(at, by, to))
                row.append(button)
            row.append(said)
            part.append(row)
            radios = {}
            choices = element("div", class_="row")
            for sign in self.means["signs"]:
                label = element("label")
                radio = element("input", type="radio", name=f"exercise-sign-{index}")
                listen(radio, "change", lambda event: self.changed())
                label.append(radio)
                label.append(element("span", text(f"exercises.sign_{sign}")))
                choices.append(label)
                radios[sign] = radio
            part.append(choices)
            self.choices.append(radios)
            self.host.append(part)

    async def nudge(self, at, change, said):
        answer = await self.try_out({"weight": at, "change": change})
        if answer and "error" not in answer:
            before, after = answer["loss"], answer["changed"]
            values = {"before": exact(before), "after": exact(after), "difference": number(after - before)}
            said.textContent = text("exercises.nudged", **values)

    def answer(self):
        signs = [next((sign for sign, one in radios.items() if one.checked), None) for radios in self.choices]
        return None if None in signs else signs

    def restore(self, answer):
        for sign, radios in zip(answer, self.choices):
            if sign in radios:
                radios[sign].checked = True


def read(field):
    """The number in a field; None if there is none."""
    try:
        value = float(field.value.replace(",", "."))
    except ValueError:
        return None
    return int(value) if value == int(value) else value


def means_of(kind):
    """The class for a kind of exercise; the larger ones are imported when they are needed."""
    if kind == "filter":
        from widgets.exercise_filter import Filter

        return Filter
    if kind == "kernel":
        from widgets.exercise_kernel import Kernel

        return Kernel
    if kind == "training":
        from widgets.exercise_training import Training

        return Training
    return {"numbers": Numbers, "element": Pixel, "signs": Signs}[kind]
