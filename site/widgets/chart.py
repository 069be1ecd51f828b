"""A line chart of one figure over the epochs, for training and test, drawn by uPlot."""

from pyscript import document, window
from pyscript.ffi import create_proxy, to_js
from widgets.browser import found
from widgets.dom import by_id, listen

HEIGHT = 200
PICTURE = (900, 500)  # of a chart that is saved, in pixels
STEPS = [10**power * digit for power in range(-3, 7) for digit in (1, 2, 5)]  # between an axis's numbers


class Chart:
    def __init__(self, name, text):
        """Controls #<name>-chart and #<name>-summary; `text` formats a value."""
        self.name = name
        self.host = by_id(f"{name}-chart")
        self.summary = by_id(f"{name}-summary")
        self.text = text
        self.epochs, self.training, self.test = [], [], []
        self.compared = []  # test curves of earlier runs: (label, a value for every epoch, dash)
        self.log, self.smoothing = False, 0.0
        self.plot = None
        self.draw()
        if found(window, "ResizeObserver"):
            self.observer = window.ResizeObserver.new(create_proxy(self.fit))
            self.observer.observe(self.host)
        listen(window.matchMedia("(prefers-color-scheme: dark)"), "change", self.draw)

    def add_points(self, points):
        """Each is (epoch, training, test)."""
        few = len(self.epochs) < 2  # a single point is drawn as a point, not as a line
        for epoch, training, test in points:
            self.epochs.append(epoch)
            self.training.append(training)
            self.test.append(test)
            words = f"After epoch {epoch}: training {self.text(training)}, test {self.text(test)}."
            self.summary.textContent = words
        if few:
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
        """Test curves of earlier runs, each (label, a value for every epoch, dash)."""
        self.compared = curves
        self.draw()

    def show(self):
        self.plot.setData(self.data())

    def data(self):
        lines = [self.by_epoch(self.training), self.by_epoch(self.test)] + [values for _, values, _ in self.compared]
        longest = max(max(map(len, lines)), 2)  # an axis needs two ends
        series = [smoothed(line, self.smoothing) + [None] * (longest - len(line)) for line in lines]
        return to_js([list(range(1, longest + 1))] + series)

    def by_epoch(self, values):
        """The values by epoch, None for missing epochs: a training from a file does not start at epoch 1."""
        line = [None] * (self.epochs[-1] if self.epochs else 0)
        for epoch, value in zip(self.epochs, values):
            line[epoch - 1] = value
        return line

    def draw(self, *event):
        """Creates the chart again, in the theme's colours."""
        if self.plot:
            self.plot.destroy()
        self.plot = self.make_plot(max(self.host.clientWidth, 120), HEIGHT, self.host)

    def make_plot(self, width, height, host, names=("", "")):
        """A plot of this size in this element; `names` are the titles of its axes."""
        style = window.getComputedStyle(document.documentElement)
        empty = not self.epochs and not self.compared
        last = max([len(self.epochs) and self.epochs[-1]] + [len(values) for _, values, _ in self.compared])
        points = len(self.epochs) == 1
        scales = {"x": {"time": False}, "y": {"distr": 3 if self.log and not empty else 1}}
        if empty:  # show empty axes
            scales["x"]["range"], scales["y"]["range"] = [1, 10], [0, 1]
        elif last < 2:
            scales["x"]["range"] = [1, 2]
        colours = ("training", "test", "axis", "grid", "earlier")
        colour = {name: style.getPropertyValue(f"--{name}").strip() for name in colours}
        lines = {"stroke": colour["grid"]}
        return window.uPlot.new(
            to_js(
                {
                    "width": width,
                    "height": height,
                    "scales": scales,
                    "cursor": {"drag": {"x": False, "y": False}},
                    "axes": [
                        {
                            "stroke": colour["axis"],
                            "grid": lines,
                            "ticks": lines,
                            "space": 40,
                            "incrs": [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
                            "label": names[0] or None,
                        },
                        {
                            "stroke": colour["axis"],
                            "grid": lines,
                            "ticks": lines,
                            "size": 56,
                            "incrs": STEPS,
                            "label": names[1] or None,
                        },
                    ],
                    "series": [
                        {"label": "epoch"},
                        curve("training", colour["training"], [], points),
                        curve("test", colour["test"], [6, 3], points),
                    ]
                    + [curve(label, colour["earlier"], dash, len(line) == 1) for label, line, dash in self.compared],
                }
            ),
            self.data(),
            host,
        )

    async def picture(self):
        """A canvas with the chart for use elsewhere: larger, with titles of axes and curves."""
        width, height = PICTURE
        aside = document.createElement("div")
        plot = self.make_plot(width, height, aside, ("epoch", self.name))
        await window.Promise.resolve()  # uPlot draws in a microtask
        drawn = plot.ctx.canvas
        canvas = document.createElement("canvas")
        head = drawn.height // 12
        canvas.width, canvas.height = drawn.width, drawn.height + head
        context = canvas.getContext("2d")
        style = window.getComputedStyle(document.documentElement)
        context.fillStyle = style.getPropertyValue("--pico-background-color").strip() or "#fff"
        context.fillRect(0, 0, canvas.width, canvas.height)
        context.drawImage(drawn, 0, head)
        context.font, context.textBaseline = f"{head // 2}px sans-serif", "middle"
        left = head
        for series in list(plot.series)[1:]:
            context.strokeStyle = context.fillStyle = series._stroke
            context.lineWidth = head // 12
            context.setLineDash(to_js([head / 12 * part for part in series.dash]))
            context.beginPath()
            context.moveTo(left, head / 2)
            context.lineTo(left + head, head / 2)
            context.stroke()
            context.fillText(series.label, left + 1.3 * head, head / 2)
            left += 2.3 * head + context.measureText(series.label).width
        plot.destroy()
        return canvas

    def fit(self, *entries):
        self.plot.setSize(to_js({"width": max(self.host.clientWidth, 120), "height": HEIGHT}))


def curve(label, colour, dash, points):
    return {"label": label, "stroke": colour, "width": 2, "dash": dash, "points": {"show": points}}


def smoothed(values, weight):
    """The exponential moving average; `weight` is the weight of the previous mean."""
    if not weight:
        return list(values)
    out, mean = [], None
    for value in values:
        if value is not None:
            mean = value if mean is None else weight * mean + (1 - weight) * value
        out.append(None if value is None else mean)
    return out
