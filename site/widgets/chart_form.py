"""How the charts are drawn, and their curves as files."""

from pyscript.ffi import create_proxy
from widgets.dom import by_id, listen
from widgets.downloads import save, save_text


class ChartForm:
    def __init__(self, loss, accuracy):
        """Takes the two charts."""
        self.loss, self.accuracy = loss, accuracy
        for name in ("log-scale", "smoothing"):
            listen(by_id(name), "input", self.form)
        listen(by_id("save-png"), "click", self.save_png)
        listen(by_id("save-csv"), "click", self.save_csv)

    def form(self, event):
        smoothing = float(by_id("smoothing").value)
        self.loss.set_form(by_id("log-scale").checked, smoothing)
        self.accuracy.set_form(False, smoothing)

    def save_csv(self, event):
        lines = ["epoch,training loss,test loss,training accuracy,test accuracy"]
        loss, accuracy = self.loss.curves, self.accuracy.curves
        for row in zip(loss.epochs, loss.training, loss.test, accuracy.training, accuracy.test):
            lines.append(",".join([str(value) for value in row]))
        save_text("\n".join(lines) + "\n", "text/csv", "scnn-curves.csv")

    async def save_png(self, event):
        for name, chart in (("loss", self.loss), ("accuracy", self.accuracy)):
            canvas = await chart.picture()
            canvas.toBlob(create_proxy(lambda blob, name=name: save(blob, f"scnn-{name}.png")))
