"""A line chart of one figure over the epochs, for training and test, and over the batches, drawn by uPlot. Dragging
along it chooses an epoch."""

from pyscript import document, window
from pyscript.ffi import create_proxy, to_js
from widgets.browser import found
from widgets.curves import Curves
from widgets.dom import by_id, listen
from widgets.texts import text

HEIGHT = 200
PICTURE = (900, 500)  # of a chart that is saved, in pixels
STEPS = [10**power * digit for power in range(-3, 7) for digit in (1, 2, 5)]  # between an axis's numbers
PAUSE = 120  # milliseconds between two drawings while it trains
DASHES = ([], [8, 4], [2, 3], [12, 3, 2, 3], [5, 5], [2, 6])  # tell the curves of runs apart without colours, too
COLOURS = ("training", "test", "axis", "grid", "batch", "chosen")


class Chart:
    def __init__(self, name, format_value, travel=None):
        """Controls #<name>-chart and #<name>-summary; `words` formats a value. Calls travel(epoch) when the person
        drags along the curve; `epoch` may lie between two."""
        self.name = name
        self.host = by_id(f"{name}-chart")
        self.summary = by_id(f"{name}-summary")
        self.format_value, self.travel = format_value, travel
        self.curves = Curves()
        self.compared = []  # test curves of other runs: (label, epochs, values, number of its colour)
        self.viewed = None  # the epoch that is looked back to
        self.log, self.smoothing = False, 0.0
        self.plot, self.drawn, self.dragging = None, 0, False
        if found(window, "ResizeObserver"):
            self.observer = window.ResizeObserver.new(create_proxy(self.fit))
            self.observer.observe(self.host)
        listen(window.matchMedia("(prefers-color-scheme: dark)"), "change", self.draw)
        listen(self.host, "pointerdown", self.drag)
        listen(self.host, "pointermove", self.drag)

    def add_points(self, points, batches=()):
        """Each point is (epoch, training, test); each of `batches` is (position, samples, value)."""
        curves = self.curves
        first = not curves.last or (not curves.epochs and points)  # the axes and the points change
        for at, samples, value in batches:
            curves.add_batch(at, samples, value)
        for epoch, training, test in points:
            curves.add_epoch(epoch, training, test)
            figures = {"training": self.format_value(training), "test": self.format_value(test)}
            self.summary.textContent = text("chart.after_epoch", epoch=epoch, **figures)
        if batches and not curves.epochs and batches[-1][2] is not None:
            self.summary.textContent = text("chart.last_batch", value=self.format_value(batches[-1][2]))
        if first or (points and len(curves.epochs) - len(points) < 2):
            self.draw()
        elif points or window.performance.now() - self.drawn > PAUSE:
            self.show()

    def reset(self):
        self.curves.reset()
        self.viewed = None
        self.summary.textContent = ""
        self.draw()

    def set_form(self, log, smoothing):
        self.log, self.smoothing = log, smoothing
        self.draw()

    def compare(self, curves):
        """Test curves of other runs, each (label, epochs, values, number of its colour)."""
        self.compared = curves
        self.draw()

    def view(self, epoch):
        """Marks the epoch that is looked back to; None for none."""
        self.viewed = epoch
        self.show()

    def show(self):
        self.plot.setData(self.data())
        self.drawn = window.performance.now()

    def data(self):
        curves = self.curves
        positions, columns = curves.columns(self.smoothing, [(line[1], line[2]) for line in self.compared])
        if len(positions) < 2:  # an axis needs two ends
            for at in (0, 1):
                if at not in positions:
                    positions = [at] + positions if at == 0 else positions + [at]
                    columns = [[None] + line if at == 0 else line + [None] for line in columns]
        mark = [None] * len(positions)
        if self.viewed in positions:
            index = positions.index(self.viewed)
            mark[index] = columns[2][index] if columns[2][index] is not None else columns[1][index]
        return to_js([positions] + columns + [mark])

    def draw(self, *event):
        """Creates the chart again, in the theme's colours; nothing before uPlot is there."""
        if not found(window, "uPlot"):
            return
        if self.plot:
            self.plot.destroy()
        self.plot = self.make_plot(max(self.host.clientWidth, 120), HEIGHT, self.host)
        self.drawn = window.performance.now()

    def make_plot(self, width, height, host, names=("", "")):
        """A plot of this size in this element; `names` are the titles of its axes."""
        style = window.getComputedStyle(document.documentElement)
        empty = not self.curves.last and not self.compared
        points = len(self.curves.epochs) == 1
        scales = {"x": {"time": False}, "y": {"distr": 3 if self.log and not empty else 1}}
        if empty:  # show empty axes
            scales["x"]["range"], scales["y"]["range"] = [0, 10], [0, 1]
        names_of_runs = [f"run-{number % len(DASHES) + 1}" for _, _, _, number in self.compared]
        colour = {name: style.getPropertyValue(f"--{name}").strip() for name in COLOURS + tuple(names_of_runs)}
        lines = {"stroke": colour["grid"]}
        axis = {"stroke": colour["axis"], "grid": lines, "ticks": lines}
        across = dict(axis, space=40, incrs=[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], label=names[0] or None)
        up = dict(axis, size=56, incrs=STEPS, label=names[1] or None)
        series = [
            {"label": text("chart.epoch")},
            dict(curve(text("chart.batches"), colour["batch"], [], False), width=1),
            curve(text("chart.training"), colour["training"], [], points),
            curve(text("chart.test"), colour["test"], [6, 3], points),
        ]
        for (label, _, values, number), name in zip(self.compared, names_of_runs):
            series.append(curve(label, colour[name], DASHES[number % len(DASHES)], len(values) == 1))
        mark = curve(text("chart.shown"), colour["chosen"], [], True)
        mark["points"] = {"show": True, "size": 12, "width": 3}
        options = {
            "width": width,
            "height": height,
            "scales": scales,
            "axes": [across, up],
            "series": series + [mark],
        }
        options["cursor"] = {"drag": {"x": False, "y": False}}
        return window.uPlot.new(to_js(options), self.data(), host)

    def drag(self, event):
        """Chooses the epoch beneath the pointer, while a button or finger is down."""
        if not self.travel or not event.buttons or not self.curves.epochs:
            return
        box = self.plot.over.getBoundingClientRect()
        across = event.clientX - box.left
        if 0 <= across <= box.width and box.top <= event.clientY <= box.bottom:
            self.travel(self.plot.posToVal(across, "x"))

    async def picture(self):
        """A canvas with the chart for use elsewhere: larger, with titles of axes and curves."""
        width, height = PICTURE
        aside = document.createElement("div")
        plot = self.make_plot(width, height, aside, (text("chart.epoch"), text(f"chart.{self.name}")))
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
        for series in list(plot.series)[1:-1]:
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
        if self.plot:
            self.plot.setSize(to_js({"width": max(self.host.clientWidth, 120), "height": HEIGHT}))


def curve(label, colour, dash, points):
    return {"label": label, "stroke": colour, "width": 2, "dash": dash, "spanGaps": True, "points": {"show": points}}
