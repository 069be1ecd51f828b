"""Classifies drawings while they are drawn; the user can correct the network."""

from widgets.dom import by_id, element, listen, percent, replace, run
from widgets.drawing import Drawing
from widgets.prediction import Prediction


class Reading:
    def __init__(self, request, state, message, on_correction, drew):
        """`message` returns the form's settings. Calls on_correction(answer) when the worker trains on a correction,
        and drew() when the drawing was classified."""
        self.request, self.state, self.message, self.on_correction = request, state, message, on_correction
        self.drew = drew
        self.drawing = Drawing(self.drawn)
        self.prediction = Prediction()
        self.waiting = False  # whether the worker is classifying a drawing
        self.stale = False  # whether the drawing has changed since then
        self.readable = False  # whether the drawing can be classified
        listen(by_id("truth"), "change", self.enable)
        listen(by_id("correct"), "click", self.correct)

    def truths(self, classes):
        """Sets the labels that the user can choose from; none is preselected."""
        replace(
            by_id("truth"),
            [element("option", "…", value="")] + [element("option", name, value=name) for name in classes],
        )
        self.enable()

    def enable(self, *event):
        """Shows the actions that are possible for the drawing."""
        idle = self.state.name in ("ready", "paused", "finished")
        by_id("teach").hidden = self.drawing.empty or not self.readable or not idle
        by_id("correct").disabled = not by_id("truth").value

    def drawn(self):
        """The drawing or the network has changed."""
        state = self.state.name
        if self.drawing.empty:
            self.readable, by_id("truth").value = False, ""
            self.prediction.clear()
        elif state == "loading":
            self.prediction.clear("Python is still starting. Your drawing will be classified then.")
        elif self.waiting:
            self.stale = True
        else:
            run(self.read())
        self.enable()

    async def read(self):
        """Classifies the drawing, and again if it has changed meanwhile."""
        self.waiting = True
        while True:
            self.stale = False
            answer = await self.request("predict", strokes=self.drawing.strokes, **self.message())
            if answer and not self.drawing.empty:
                self.prediction.show(answer)
                self.readable = not answer.get("empty")
                self.drew()
                self.enable()
            if not answer or not self.stale:
                break
        self.waiting = False

    async def correct(self, event):
        """Adds the drawing with its label to the training images; a short training follows."""
        label, engine = by_id("truth").value, by_id("engine").value
        answer = await self.request("correct", strokes=self.drawing.strokes, label=label, engine=engine)
        if answer:
            by_id("truth").value = ""
            await self.on_correction(answer)

    def describe_pretrained(self, provenance):
        """Shows the accuracy of the pretrained network, if its file states it."""
        if provenance and "drawn" in provenance:
            drawn = provenance["drawn"]
            by_id("pretrained-about").textContent = (
                f"The network that comes with the page classifies {percent(drawn['accuracy'])} of "
                f"{drawn['drawings']} test drawings and {percent(provenance['test']['accuracy'])} of the test digits "
                "correctly."
            )
