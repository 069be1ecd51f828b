"""One whole step of gradient descent on the subject: every number before, its gradient, and after."""

from widgets.dom import by_id, element, listen, nearly, replace, run
from widgets.figures import exact, number
from widgets.sum_table import row
from widgets.texts import text

ROWS = 25  # of the table at once


class OneStep:
    def __init__(self, ask):
        """Controls the parts of #learn-step. ask(action, **message) is the worker's answer, or None."""
        self.ask = ask
        self.first = 0
        self.answer = None
        self.asking = self.stale = False
        listen(by_id("step-layer"), "change", lambda event: self.start())
        listen(by_id("learn-rate"), "input", lambda event: self.start())
        listen(by_id("step-earlier"), "click", lambda event: self.turn(-ROWS))
        listen(by_id("step-later"), "click", lambda event: self.turn(ROWS))

    def use(self, layers):
        """The layers with weights of the network."""
        names = [layer["name"] for layer in layers]
        if names != [option.value for option in by_id("step-layer").options]:
            replace(by_id("step-layer"), [element("option", name, value=name) for name in names])
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
            cells += [element("td", exact(one[name])) for name in ("before", "gradient", "after")]
            lines.append(row(cells))
        replace(by_id("step-table").tBodies[0], lines)
        last = self.first + len(lines)
        by_id("step-earlier").disabled = self.first == 0
        by_id("step-later").disabled = last >= answer["moved"]
        shown = {"first": self.first + 1 if lines else 0, "last": last, "moved": answer["moved"]}
        by_id("step-page").textContent = text("learn.rows", **shown)
        self.show_pictures(answer["pictures"])

    def show_pictures(self, pictures):
        """Each tensor before, its gradient, and after."""
        parts = []
        for shown in pictures:
            for name in ("before", "gradient", "after"):
                sheet = shown[name]
                figure = element("figure")
                shape = " × ".join([str(size) for size in sheet["shape"]])
                words = text(f"learn.sheet_{name}", tensor=text(f"learn.role_{shown['role']}"))
                alt = text("learn.sheet_alt", name=words, shape=shape, largest=number(sheet["largest"]))
                image = element("img", src=sheet["picture"], alt=alt, class_="sheet")
                if len(sheet["shape"]) < 4 and sheet["shape"][-1] > 100:
                    image.classList.add("wide")
                figure.append(image)
                figure.append(element("figcaption", words))
                parts.append(figure)
        replace(by_id("step-pictures"), parts)


def share(probability):
    return probability if isinstance(probability, str) else nearly(probability)
