"""A line chart of one figure over the epochs, for training and test, drawn by uPlot."""

from pyscript import document, window
from pyscript.ffi import create_proxy, to_js
from widgets.dom import by_id, listen

HEIGHT = 200


class Chart:
    def __init__(self, name, text):
        """Takes over #<name>-chart and #<name>-summary; `text` turns a value into words."""
        self.host = by_id(f"{name}-chart")
        self.summary = by_id(f"{name}-summary")
        self.text = text
        self.epochs, self.training, self.test = [], [], []
        self.compared = []  # test curves of earlier runs
        self.log, self.smoothing = False, 0.0
        self.plot = None
        self.draw()
        self.observer = window.ResizeObserver.new(create_proxy(self.fit))
        self.observer.observe(self.host)
        listen(window.matchMedia("(prefers-color-scheme: dark)"), "change", self.draw)

    def add_points(self, points):
        """Each is (epoch, training, test)."""
        first = not self.epochs
        for epoch, training, test in points:
            self.epochs.append(epoch)
            self.training.append(training)
            self.test.append(test)
            words = f"After epoch {epoch}: training {self.text(training)}, test {self.text(test)}."
            self.summary.textContent = words
        if first:
            self.draw()
        else:
            self.show()

    def reset(self):
        self.epochs, self.training, self.test = [], [], []
        self.summary.textContent = ""
        self.draw()

    def set_form(self, log, smoothing):
        self.log, self.smoothing = log, smoothing
        self.draw()

    def compare(self, curves):
        """Test curves of earlier runs, each a list with a value for every epoch."""
        self.compared = curves
        self.draw()

    def show(self):
        self.plot.setData(self.data())

    def data(self):
        longest = max([len(self.epochs)] + [len(curve) for curve in self.compared]) or 2  # an axis has two ends
        lines = [self.training, self.test] + self.compared
        series = [smoothed(line, self.smoothing) + [None] * (longest - len(line)) for line in lines]
        return to_js([list(range(1, longest + 1))] + series)

    def draw(self, *event):
        """Makes the chart anew, in the theme's colours."""
        if self.plot:
            self.plot.destroy()
        style = window.getComputedStyle(document.documentElement)
        empty = not self.epochs and not self.compared
        scales = {"x": {"time": False}, "y": {"distr": 3 if self.log and not empty else 1}}
        if empty:  # axes to be filled, instead of nothing
            scales["x"]["range"], scales["y"]["range"] = [1, 10], [0, 1]
        names = ("training", "test", "axis", "grid", "earlier")
        colour = {name: style.getPropertyValue(f"--{name}").strip() for name in names}
        lines = {"stroke": colour["grid"]}
        self.plot = window.uPlot.new(
            to_js(
                {
                    "width": max(self.host.clientWidth, 120),
                    "height": HEIGHT,
                    "scales": scales,
                    "cursor": {"drag": {"x": False, "y": False}},
                    "axes": [
                        {
                            "stroke": colour["axis"],
                            "grid": lines,
                            "ticks": lines,
                            "space": 40,
                            "incrs": [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
                        },
                        {"stroke": colour["axis"], "grid": lines, "ticks": lines, "size": 56},
                    ],
                    "series": [
                        {"label": "epoch"},
                        curve("training", colour["training"], []),
                        curve("test", colour["test"], [6, 3]),
                    ]
                    + [curve(f"run {place + 1}", colour["earlier"], [2, 3]) for place in range(len(self.compared))],
                }
            ),
            self.data(),
            self.host,
        )

    def canvas(self):
        return self.host.querySelector("canvas")

    def fit(self, *entries):
        self.plot.setSize(to_js({"width": max(self.host.clientWidth, 120), "height": HEIGHT}))


def curve(label, colour, dash):
    return {"label": label, "stroke": colour, "width": 2, "dash": dash, "points": {"show": False}}


def smoothed(values, weight):
    """Each value with what came before it, which counts for `weight`."""
    if not weight:
        return list(values)
    out, mean = [], None
    for value in values:
        mean = value if mean is None else weight * mean + (1 - weight) * value
        out.append(mean)
    return out
