"""Reads the drawing or the photo whenever it or the network changes; the user can correct the network."""

from pyscript import window
from widgets.dom import by_id, element, listen, replace, run
from widgets.drawing import Drawing
from widgets.prediction import Prediction
from widgets.texts import percent, text

LIT_EVERY = 100  # milliseconds: while a stroke goes on, the diagram follows it in steps, so that reading comes first


class Reading:
    def __init__(self, request, state, message, on_correction, drew, photo):
        """`message` returns the form's settings and how to read. Calls on_correction(answer) when the worker trains
        on a correction, and drew() when a drawing or photo was classified, or another of its digits was chosen."""
        self.request, self.state, self.message, self.on_correction = request, state, message, on_correction
        self.drew, self.photo = drew, photo
        self.drawing = Drawing(self.drawn)
        self.prediction = Prediction(self.choose)
        self.waiting = False  # whether the worker is reading
        self.stale = False  # whether the drawing, the photo or the network has changed since then
        self.readable = False  # whether there is a digit
        self.lit = 0  # when drew() was called
        listen(by_id("truth"), "change", self.enable)
        listen(by_id("correct"), "click", self.correct)
        listen(by_id("close-photo"), "click", lambda event: self.drawn())

    def truths(self, classes):
        """Sets the labels that the user can choose from; none is preselected."""
        replace(
            by_id("truth"),
            [element("option", "…", value="")] + [element("option", name, value=name) for name in classes],
        )
        self.enable()

    def enable(self, *event):
        """Shows the actions that are possible for the subject."""
        idle = self.state.name in ("ready", "paused", "finished")
        empty = self.drawing.empty and not self.photo.shown
        by_id("teach").hidden = empty or not self.readable or not idle
        by_id("correct").disabled = not by_id("truth").value

    def subject(self):
        """The fields of a message for the digit that is read; empty if there is none."""
        digits, chosen = self.prediction.digits, self.prediction.chosen
        if self.photo.shown and digits:
            return {"image": digits[chosen]["image"]}
        strokes = {} if self.drawing.empty else {"strokes": self.drawing.strokes}
        return dict(strokes, digit=chosen) if len(digits) > 1 else strokes

    def drawn(self):
        """The drawing has changed: it is the subject, and no photo."""
        self.photo.close()
        self.read()

    def network_changed(self):
        """A drawing or photo is read again; of another subject, the diagram shows the prediction."""
        self.photo.open_waiting()
        if self.photo.shown or not self.drawing.empty:
            self.read()
        else:
            self.enable()

    def read(self):
        state = self.state.name
        if self.drawing.empty and not self.photo.shown:
            self.readable, by_id("truth").value = False, ""
            self.prediction.clear()
        elif state == "loading":
            self.prediction.clear(text("prediction.starting"))
        elif self.waiting:
            self.stale = True
        else:
            run(self.read_all())
        self.enable()

    async def read_all(self):
        """Classifies the subject, and again if it has changed meanwhile."""
        self.waiting = True
        while True:
            self.stale = False
            photo = self.photo.shown
            if photo:
                answer = await self.request("photo", **self.message())
            else:
                answer = await self.request("predict", strokes=self.drawing.strokes, **self.message())
            if answer and photo == self.photo.shown and (photo or not self.drawing.empty):
                self.show(answer)
            if not answer or not self.stale:
                break
        self.waiting = False

    def show(self, answer):
        self.prediction.show(answer)
        self.readable = not answer.get("empty")
        self.photo.mark(self.prediction.chosen)
        now = window.performance.now()
        if not self.stale or now - self.lit >= LIT_EVERY:
            self.lit = now
            self.drew()
        self.enable()

    def photo_read(self, answer):
        """A photo was opened: it takes the drawing's place."""
        self.drawing.put_away()
        self.prediction.clear()
        self.show(answer)

    def choose(self, index):
        """Chooses one of several digits, on the photo or in the list."""
        self.prediction.choose(index)
        self.photo.mark(index)
        self.drew()

    async def correct(self, event):
        """Adds the digit with its label to the training images; a short training follows."""
        label, engine = by_id("truth").value, by_id("engine").value
        answer = await self.request("correct", label=label, engine=engine, **self.subject())
        if answer:
            by_id("truth").value = ""
            await self.on_correction(answer)

    def describe_pretrained(self, provenance):
        """Shows the accuracy of the pretrained network, if its file states it."""
        if provenance and "drawn" in provenance:
            drawn = provenance["drawn"]
            accuracies = {"drawn": percent(drawn["accuracy"]), "test": percent(provenance["test"]["accuracy"])}
            message = text("reader.accuracy", drawings=drawn["drawings"], **accuracies)
            by_id("pretrained-about").textContent = message
