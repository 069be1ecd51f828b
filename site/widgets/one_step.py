"""One whole step of gradient descent on the subject: every number before, its gradient, and after."""

from widgets.diagram import Column
from widgets.dom import by_id, element, listen, replace, run
from widgets.figures import exact, number
from widgets.layer_titles import layer_title
from widgets.sum_table import row
from widgets.texts import nearly, text

ROWS = 25  # of the table at once
ROOM = 12  # rem, the height of a picture


class OneStep:
    def __init__(self, ask, chosen):
        """Controls the parts of #learn-step. ask(action, **message) is the worker's answer, or None; calls
        chosen(weight) with layer, role and element of a number that is chosen in a picture."""
        self.ask, self.chosen = ask, chosen
        self.columns = {}  # the pictures of the tensors before the step, by their roles
        self.first = 0
        self.answer = self.drawn = None
        self.asking = self.stale = False
        listen(by_id("step-layer"), "change", lambda event: self.start())
        listen(by_id("learn-rate"), "input", lambda event: self.start())
        listen(by_id("step-earlier"), "click", lambda event: self.turn(-ROWS))
        listen(by_id("step-later"), "click", lambda event: self.turn(ROWS))

    def use(self, layers):
        """The layers with weights of the network."""
        names = [layer["name"] for layer in layers]
        if names != [option.value for option in by_id("step-layer").options]:
            replace(by_id("step-layer"), [element("option", layer_title(name), value=name) for name in names])
            by_id("step-layer").value = names[-1]

    def rate(self):
        """The learning rate; the slider has its logarithm."""
        return float(f"{10 ** float(by_id('learn-rate').value):.2g}")

    def start(self):
        self.first = 0
        self.refresh()

    def turn(self, by):
        self.first = max(0, self.first + by)
        self.refresh()

    def refresh(self):
        by_id("learn-rate-shown").textContent = f"{self.rate():g}"
        by_id("learn-rate").setAttribute("aria-valuetext", f"{self.rate():g}")
        self.stale = True
        if not self.asking:
            run(self.refresh_all())

    async def refresh_all(self):
        self.asking = True
        try:
            while self.stale and by_id("step-layer").value:
                self.stale = False
                message = {"layer": by_id("step-layer").value, "learning_rate": self.rate()}
                answer = await self.ask("one_step", first=self.first, count=ROWS, **message)
                if answer:
                    self.show(answer)
        finally:
            self.asking = False

    def show(self, answer):
        self.answer = answer
        before, after = answer["before"], answer["after"]
        by_id("step-words").textContent = text(
            "learn.step_words",
            before=exact(before["loss"]),
            after=exact(after["loss"]),
            name=answer["class"],
            probability_before=share(before["probability"]),
            probability_after=share(after["probability"]),
        )
        by_id("step-count").textContent = text("learn.moved", moved=answer["moved"], numbers=answer["numbers"])
        lines = []
        for one in answer["rows"]:
            where = text(f"learn.role_{one['role']}") + " " + ", ".join([str(at) for at in one["at"]])
            cells = [element("th", where, scope="row")]
            numbers = (exact(one["before"]), number(one["gradient"]), exact(one["after"]))
            cells += [element("td", value) for value in numbers]
            lines.append(row(cells))
        replace(by_id("step-table").tBodies[0], lines)
        last = self.first + len(lines)
        by_id("step-earlier").disabled = self.first == 0
        by_id("step-later").disabled = last >= answer["moved"]
        shown = {"first": self.first + 1 if lines else 0, "last": last, "moved": answer["moved"]}
        by_id("step-page").textContent = text("learn.rows", **shown)
        self.show_pictures(answer)

    def show_pictures(self, answer):
        """Each tensor before, where a number can be chosen; its gradient; and after."""
        if self.drawn != (answer["layer"], [shown["before"]["shape"] for shown in answer["pictures"]]):
            self.drawn = (answer["layer"], [shown["before"]["shape"] for shown in answer["pictures"]])
            self.build(answer["pictures"])
        for shown in answer["pictures"]:
            tensor = text(f"learn.role_{shown['role']}")
            before = shown["before"]
            column = self.columns[shown["role"]]
            column.show(dict(before, name=tensor, output_shape=before["shape"]))
            fit(column.holder, before)
            layer = layer_title(answer["layer"])
            column.holder.setAttribute("aria-label", text("learn.sheet_choose", tensor=tensor, layer=layer))
            for name in ("gradient", "after"):
                sheet = shown[name]
                image = self.images[(shown["role"], name)]
                image.setAttribute("src", sheet["picture"])
                fit(image, sheet)
                words = text(f"learn.sheet_{name}", tensor=tensor)
                shape = " × ".join([str(size) for size in sheet["shape"]])
                largest = number(sheet["largest"])
                image.setAttribute("alt", text("learn.sheet_alt", name=words, shape=shape, largest=largest))

    def build(self, pictures):
        """The figures of another layer."""
        parts = []
        self.columns, self.images = {}, {}
        for shown in pictures:
            role, shape = shown["role"], shown["before"]["shape"]
            for name in ("before", "gradient", "after"):
                figure = element("figure", class_="wide" if len(shape) < 4 and shape[-1] > 100 else "")
                image = element("img", alt="", draggable="false")
                figure.append(image)
                caption = text(f"learn.sheet_{name}", tensor=text(f"learn.role_{role}"))
                figure.append(element("figcaption", caption))
                parts.append(figure)
                if name == "before":
                    self.columns[role] = Column(role, figure, image, self.choose)
                else:
                    self.images[(role, name)] = image
        replace(by_id("step-pictures"), parts)

    def choose(self, role, index):
        """A number of a picture was chosen: its map is a channel of a filter."""
        for name, column in self.columns.items():
            column.mark(index if name == role else None)
        shape = next(shown["before"]["shape"] for shown in self.answer["pictures"] if shown["role"] == role)
        if len(shape) == 4:
            index = [index[0] // shape[1], index[0] % shape[1]] + index[1:]
        elif len(shape) == 2:
            index = index[1:]
        self.chosen({"layer": self.answer["layer"], "role": role, "element": index})


def fit(picture, sheet):
    """Gives a picture the width at which it is as high as there is room, unless it is much wider than high."""
    width = sheet["columns"] * (sheet["width"] + 1) - 1
    height = -(-sheet["shown"] // sheet["columns"]) * (sheet["height"] + 1) - 1
    picture.style.setProperty("width", f"min(100%, {ROOM * width / height}rem)")


def share(probability):
    return probability if isinstance(probability, str) else nearly(probability)
