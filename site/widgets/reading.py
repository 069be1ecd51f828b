"""Reading drawings: each is read while it is drawn, and the network can be told what it was."""

import asyncio

from widgets.dom import by_id, element, listen, replace
from widgets.drawing import Drawing
from widgets.prediction import Prediction


class Reading:
    def __init__(self, ask, state, message, taught, look):
        """`message` gives the form's settings. Calls taught(answer) once the worker has a correction, and
        look(strokes) when a person wants to see how the drawing is read."""
        self.ask, self.state, self.message, self.taught = ask, state, message, taught
        self.drawing = Drawing(self.drawn)
        self.prediction = Prediction()
        self.asking = False  # whether a drawing is with the worker
        self.stale = False  # whether the drawing has changed since
        self.can_look = False  # whether there is a network to look into
        self.readable = False  # whether the drawing is one that a network can read
        listen(by_id("truth"), "change", self.enable)
        listen(by_id("correct"), "click", self.correct)
        listen(by_id("inspect-drawing"), "click", lambda event: look(self.drawing.strokes))

    def truths(self, classes):
        """What a drawing can be; a person says which, and nothing is taken for said."""
        replace(
            by_id("truth"),
            [element("option", "…", value="")] + [element("option", name, value=name) for name in classes],
        )
        self.enable()

    def enable(self, *event):
        """What can be done with a drawing that was read."""
        idle = self.state.name in ("ready", "paused", "finished")
        by_id("teach").hidden = self.drawing.empty or not self.readable or not idle
        by_id("correct").disabled = not by_id("truth").value
        by_id("inspect-drawing").disabled = not self.can_look

    def drawn(self):
        """The drawing changed, or who reads it."""
        state = self.state.name
        if self.drawing.empty:
            self.readable, by_id("truth").value = False, ""
            self.prediction.clear()
        elif state == "loading":
            self.prediction.clear("Python is still being started; then your drawing is read.")
        elif self.asking:
            self.stale = True
        else:
            asyncio.create_task(self.read())
        self.enable()

    async def read(self):
        """Has the drawing read, and again if it changed meanwhile."""
        self.asking = True
        while True:
            self.stale = False
            answer = await self.ask("predict", strokes=self.drawing.strokes, **self.message())
            if answer and not self.drawing.empty:
                self.prediction.show(answer)
                self.readable = not answer.get("empty")
                self.enable()
            if not answer or not self.stale:
                break
        self.asking = False

    async def correct(self, event):
        """Teaches the network what the drawing was: it goes among the digits, and a short training follows."""
        label, engine = by_id("truth").value, by_id("engine").value
        answer = await self.ask("correct", strokes=self.drawing.strokes, label=label, engine=engine)
        if answer:
            by_id("truth").value = ""
            await self.taught(answer)
