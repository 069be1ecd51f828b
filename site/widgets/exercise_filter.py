"""The means of a filter: its numbers, and the map that the engine makes of a digit with it."""

from widgets.dom import element, listen, run
from widgets.exercise_means import Means, read
from widgets.texts import text


class Filter(Means):
    async def open(self):
        size = self.means["size"]
        self.fields = []
        grid = element("div", class_="filter-grid", role="group", aria_label=text("exercises.filter"))
        grid.style.setProperty("--columns", str(size))
        for row in range(size):
            for column in range(size):
                label = text("exercises.filter_number", row=row, column=column)
                field = element("input", type="number", step="any", aria_label=label)
                field.value = f"{self.means['start'][row][column]:g}"
                listen(field, "input", lambda event: self.edited())
                self.fields.append(field)
                grid.append(field)
        pictures = element("div", class_="pictures-of-filter", aria_hidden="true")
        self.image, self.map = (element("img", alt="", width=112, height=112) for _ in range(2))
        pictures.append(self.image)
        pictures.append(element("span", "→"))
        pictures.append(self.map)
        part = element("div", class_="filter-part")
        part.append(grid)
        part.append(pictures)
        self.host.append(part)
        self.said = element("p", class_="note", role="status", aria_label=text("exercises.map"))
        self.host.append(self.said)
        self.stale = self.asking = False
        self.refresh()

    def edited(self):
        self.changed()
        self.refresh()

    def refresh(self):
        """Shows the map again, one request at a time."""
        self.stale = True
        if not self.asking:
            run(self.refresh_all())

    async def refresh_all(self):
        self.asking = True
        try:
            while self.stale:
                self.stale = False
                trial = self.answer()
                answer = await self.try_out(trial) if trial else None
                if answer and "error" not in answer:
                    self.image.setAttribute("src", answer["image"])
                    self.map.setAttribute("src", answer["map"])
                    self.said.textContent = text("exercises.map_of", largest=answer["largest"])
        finally:
            self.asking = False

    def answer(self):
        values = [read(field) for field in self.fields]
        for field, value in zip(self.fields, values):
            if value is None:
                field.setAttribute("aria-invalid", "true")
            else:
                field.removeAttribute("aria-invalid")
        if None in values:
            return None
        size = self.means["size"]
        return [values[size * row : size * row + size] for row in range(size)]

    def restore(self, answer):
        values = [value for row in answer for value in row]
        for field, value in zip(self.fields, values):
            field.value = f"{value:g}"
        self.refresh()
