"""Finished runs: a list to compare with, and their curves as files."""

from pyscript import window
from pyscript.ffi import create_proxy, to_js
from widgets.dom import by_id, element, listen, percent, replace

MAX_RUNS = 8
DASHES = ([2, 3], [8, 4], [2, 6], [12, 3, 2, 3], [5, 5], [1, 2], [10, 8], [6, 2, 2, 2])  # distinguish the curves


class Runs:
    def __init__(self, loss, accuracy):
        """Takes the two charts."""
        self.loss, self.accuracy = loss, accuracy
        self.runs = []  # [name, losses, accuracies, shown, number]
        self.count = 0
        for name in ("log-scale", "smoothing"):
            listen(by_id(name), "input", self.form)
        listen(by_id("save-png"), "click", self.save_png)
        listen(by_id("save-csv"), "click", self.save_csv)

    def add(self, words, accuracy):
        """Adds the charts' current curves to the list."""
        if len(self.loss.test) > 0:
            self.count += 1
            name = f"{words}: {percent(accuracy)}"
            losses, accuracies = self.loss.by_epoch(self.loss.test), self.accuracy.by_epoch(self.accuracy.test)
            self.runs = ([[name, losses, accuracies, False, self.count]] + self.runs)[:MAX_RUNS]
            self.show()

    def show(self):
        rows = []
        for run in self.runs:
            row, label = element("li"), element("label")
            box = element("input", type="checkbox")
            box.checked = run[3]
            listen(box, "change", lambda event, run=run: self.toggle(event, run))
            label.append(box)
            label.append(element("span", f"run {run[4]}"))
            row.append(label)
            row.append(element("span", f" – {run[0]}"))
            rows.append(row)
        replace(by_id("runs"), rows)

    def toggle(self, event, run):
        run[3] = event.target.checked
        for place, chart in ((1, self.loss), (2, self.accuracy)):
            shown = [one for one in self.runs if one[3]]
            chart.compare([(f"run {one[4]}", one[place], DASHES[one[4] % len(DASHES)]) for one in shown])

    def form(self, event):
        smoothing = float(by_id("smoothing").value)
        self.loss.set_form(by_id("log-scale").checked, smoothing)
        self.accuracy.set_form(False, smoothing)

    def save_csv(self, event):
        lines = ["epoch,training loss,test loss,training accuracy,test accuracy"]
        columns = (self.loss.epochs, self.loss.training, self.loss.test, self.accuracy.training, self.accuracy.test)
        for row in zip(*columns):
            lines.append(",".join(str(value) for value in row))
        text = "\n".join(lines) + "\n"
        save(window.Blob.new(to_js([text]), to_js({"type": "text/csv"})), "scnn-curves.csv")

    async def save_png(self, event):
        for name, chart in (("loss", self.loss), ("accuracy", self.accuracy)):
            canvas = await chart.picture()
            canvas.toBlob(create_proxy(lambda blob, name=name: save(blob, f"scnn-{name}.png")))


def save(blob, name):
    """Downloads a file."""
    save_link(window.URL.createObjectURL(blob), name)


def save_link(address, name):
    link = element("a", href=address, download=name)
    link.click()
    window.setTimeout(create_proxy(lambda: window.URL.revokeObjectURL(address)), 10_000)
