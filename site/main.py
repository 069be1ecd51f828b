"""Wires the page: the widgets, the worker, and the state between them."""

import asyncio

from pyscript import document, window
from pyscript.ffi import create_proxy
from widgets.chart import Chart
from widgets.confusion import Confusion
from widgets.dom import by_id, element, listen, percent, replace
from widgets.drawing import Drawing
from widgets.editor import Editor
from widgets.failure import Failure
from widgets.files import Files
from widgets.look import Look
from widgets.prediction import Prediction
from widgets.progress import Progress
from widgets.runs import Runs
from widgets.settings import Settings
from widgets.update import Update
from widgets.worker import Worker, WorkerFailed, after, missing_parts

BUDGET_MS = 50  # one slice of training: short enough that pausing and drawing feel immediate
ANSWER = 45  # seconds for any one answer of the worker's
PATIENCE = 60  # seconds for the worker to come up; ?patience=5 in the address sets another

# Which buttons can be pressed in which state.
BUTTONS = {
    "loading": (),
    "ready": ("start", "step"),
    "training": ("pause", "stop", "reset"),
    "paused": ("resume", "step", "stop", "reset"),
    "finished": ("start", "reset"),
    "failed": (),
}


class Page:
    def __init__(self):
        self.state = "loading"
        self.experiments = []
        self.training = 0  # counts the trainings, so that an answer to an old one is told from the new one's
        self.worker = Worker(min(ANSWER, patience_from(window.location.search)))
        self.failure = Failure()
        self.progress = Progress()
        self.loss = Chart("loss", lambda value: f"{value:.3f}")
        self.accuracy = Chart("accuracy", percent)
        self.runs = Runs(self.loss, self.accuracy)
        self.confusion = Confusion(self.choose_cell)
        self.look = Look(self.show_mistakes, self.show_inside)
        self.prediction = Prediction()
        self.drawing = Drawing(self.drawn)
        self.editor = Editor(lambda: self.changed("layers"))
        self.settings = Settings(self.editor, self.changed)
        self.files = Files(self.worker, self.opened, self.took_own, self.say)
        self.update = Update()
        self.asking = False  # whether a drawing is with the worker
        self.stale = False  # whether the drawing has changed since
        self.trained = False  # whether there is a network of the person's own
        for name in BUTTONS["training"] + ("start", "resume", "step"):
            listen(by_id(name), "click", getattr(self, f"press_{name}"))
        listen(by_id("correct"), "click", self.correct)
        listen(by_id("inspect-drawing"), "click", lambda event: self.show_inside(None))

    def show(self, state, details):
        self.state = state
        by_id("state").textContent = f"{state} – {details}"
        for name in ("start", "pause", "resume", "step", "stop", "reset"):
            by_id(name).disabled = name not in BUTTONS[state]
        self.settings.enable(state in ("ready", "finished"))
        if state not in ("loading", "failed"):
            self.files.enable(True, state in ("training", "paused"))

    def say(self, words):
        """Something for the person to know, the state staying what it is."""
        self.show(self.state, words)

    def fail(self, words, details=""):
        self.training += 1
        self.show("failed", words)
        self.failure.show(words, details)

    # -------------------------------------------------------------------------------------- beginning

    async def connect(self):
        """Brings up the worker, within its limit."""
        self.show("loading", "Python is being fetched and started, which takes a few seconds …")
        patience = patience_from(window.location.search)
        asyncio.create_task(after(patience, lambda: self.give_up(patience)))
        try:
            status = await self.worker.connect()
        except WorkerFailed as error:
            self.fail(*error.args)
            return
        if self.state == "loading":
            self.begin(status)
            await self.check()
            await self.files.offer()

    def begin(self, status):
        """Fills the form from the experiments there are, and from the address."""
        self.experiments = status["experiments"]
        options = [element("option", one["title"], value=one["name"]) for one in self.experiments]
        replace(by_id("experiment"), options)
        query = window.URLSearchParams.new(window.location.search)
        refused = self.choose_experiment(query.get("experiment"))
        self.settings.enable(True)  # what is switched off is not checked
        refused += self.settings.take_address(window.location.search)
        words = "choose a seed if you like, and press Train."
        if refused:
            words = f"the address has no sound {' and '.join(refused)}; the usual is taken. {words}"
        self.show("ready", words)
        self.describe_pretrained(status["pretrained"])
        self.truths(status["experiments"][-1]["classes"])
        if not self.drawing.empty:
            self.drawn()

    def choose_experiment(self, name):
        """Shows the experiment's own settings; ["experiment"] if there is none of this name."""
        known = [one["name"] for one in self.experiments]
        by_id("experiment").value = name if name in known else known[0]
        self.settings.fill(self.experiment()["config"])
        by_id("experiment-about").textContent = self.experiment()["description"]
        return [] if name is None or name in known else ["experiment"]

    def describe_pretrained(self, provenance):
        if provenance and "drawn" in provenance:
            drawn = provenance["drawn"]
            by_id("pretrained-about").textContent = (
                f"The network that comes with the page reads {percent(drawn['accuracy'])} of "
                f"{drawn['drawings']} test drawings right, and {percent(provenance['test']['accuracy'])} of the "
                "test digits."
            )

    async def give_up(self, patience):
        if self.state == "loading":
            why = await missing_parts()
            if self.state == "loading":
                self.fail(f"Python did not start within {patience:g} seconds. {why}")

    def experiment(self):
        name = by_id("experiment").value
        return next(one for one in self.experiments if one["name"] == name)

    # --------------------------------------------------------------------------------------- settings

    def changed(self, name):
        """A person changed a part of the form."""
        if name == "experiment":
            self.choose_experiment(by_id("experiment").value)
        if name == "learning_rate" and self.state in ("training", "paused"):
            asyncio.create_task(self.change_learning_rate())
            return
        asyncio.create_task(self.check())

    async def check(self):
        """Has the worker say whether all fits, and puts it into the address."""
        window.history.replaceState(None, "", self.settings.address() + window.location.hash)
        answer = await self.worker.ask("describe", **self.settings.message())
        if "error" in answer:
            self.editor.show_refusal(answer["error"]["message"])
        else:
            self.editor.show_shapes(answer)

    async def change_learning_rate(self):
        rate = self.settings.message()["optimiser"]["learning_rate"]
        answer = await self.worker.ask("learning_rate", learning_rate=rate)
        if "error" in answer:
            self.say(answer["error"]["message"])

    def took_own(self, answer):
        """A person's own images are there: an experiment of their own."""
        usual = self.experiments[1]
        own = {"name": "own", "title": "Your own images", "description": "Your own images.", "reference": None}
        own["config"] = dict(usual["config"], experiment="own")
        own["config"]["layers"] = [dict(layer) for layer in usual["config"]["layers"]]
        own["config"]["layers"][-2]["units"] = len(answer["classes"])
        own["classes"] = answer["classes"]
        self.experiments = [one for one in self.experiments if one["name"] != "own"] + [own]
        options = [element("option", one["title"], value=one["name"]) for one in self.experiments]
        replace(by_id("experiment"), options)
        self.choose_experiment("own")
        asyncio.create_task(self.check())

    # --------------------------------------------------------------------------------------- training

    async def press_start(self, event):
        if await self.begin_training():
            await self.train()

    async def begin_training(self):
        """A new training; whether it began."""
        self.clear()
        started = await self.ask("start", **self.settings.message())
        if started:
            self.started(started)
        return started

    def started(self, started):
        self.trained = True
        self.truths(started["classes"])
        self.editor.show_shapes(started)
        self.show("training", f"epoch 1 of {started['epochs']}")

    async def train(self):
        """Asks for slice after slice, until the end or until the state changes."""
        self.training += 1
        mine = self.training
        while self.state == "training" and mine == self.training:
            answer = await self.ask("advance", budget_ms=BUDGET_MS)
            if not answer or mine != self.training:
                return
            self.take(answer)
            await next_frame()  # what is learned is seen, however fast it goes

    def take(self, answer):
        """Shows what the worker says of a slice, a step, or the end."""
        events = answer["events"]
        if events:
            self.loss.add_points([(e["epoch"], e["training"]["loss"], e["test"]["loss"]) for e in events])
            self.accuracy.add_points([(e["epoch"], e["training"]["accuracy"], e["test"]["accuracy"]) for e in events])
        words = self.progress.update(answer["progress"])
        report = answer.get("report")
        if report:
            self.confusion.show(report, self.reference(report))
            self.look.ready(True)
        by_id("not-kept").textContent = answer.get("kept", "")
        if answer["finished"]:
            self.finished(answer, report)
        elif self.state == "training":
            self.show("training", words)
        else:
            self.show("paused", words)

    def reference(self, report):
        """Others' figures for this experiment, where the classes are theirs."""
        reference = self.experiment().get("reference")
        return reference if reference and len(reference["per_class"]) == len(report["classes"]) else None

    def finished(self, answer, report):
        seconds = answer["progress"]["seconds"]
        words = "stopped before the first epoch ended."
        if report:
            right = percent(report["accuracy"])
            time = f"{seconds:.1f} s" if seconds >= 0.1 else "less than 0.1 s"
            words = f"{right} of the test digits are read right, after {time}."
            self.runs.add(f"{by_id('experiment').value}, seed {by_id('seed').value}", report["accuracy"])
        self.show("finished", words)
        by_id("sha256").textContent = answer.get("fingerprint", "")
        by_id("link").setAttribute("href", self.settings.address())
        by_id("fingerprint").hidden = False
        if not self.drawing.empty:
            self.drawn()

    def press_pause(self, event):
        self.show("paused", by_id("state").textContent.split(" – ", 1)[1])

    async def press_resume(self, event):
        self.show("training", by_id("state").textContent.split(" – ", 1)[1])
        await self.train()

    async def press_step(self, event):
        """One batch, then a pause."""
        if self.state == "ready" and not await self.begin_training():
            return
        self.show("paused", "one batch …")
        answer = await self.ask("step")
        if answer:
            self.take(answer)

    async def press_stop(self, event):
        self.training += 1
        answer = await self.ask("stop")
        if answer:
            self.take(answer)

    async def press_reset(self, event):
        self.training += 1
        self.trained = False
        self.clear()
        self.show("ready", "press Train to begin again.")
        await self.ask("reset")
        self.drawn()

    def clear(self):
        self.failure.hide()
        self.progress.reset()
        self.loss.reset()
        self.accuracy.reset()
        self.confusion.hide()
        self.look.ready(False)
        by_id("fingerprint").hidden = True

    def opened(self, answer):
        """A model or checkpoint was opened: it is shown, and a checkpoint waits, paused."""
        if "error" in answer:
            self.say(answer["error"]["message"])
            return
        self.clear()
        if any(one["name"] == answer["experiment"] for one in self.experiments):
            self.choose_experiment(answer["experiment"])
        self.started(answer)
        self.show("paused", "the training stands where it was kept.")
        self.take(answer)

    async def ask(self, what, **settings):
        """The worker's answer, or None once what went wrong is on the page."""
        try:
            answer = await self.worker.ask(what, **settings)
        except WorkerFailed as error:
            self.fail(*error.args)
            return None
        if "error" in answer:
            self.show("ready" if what in ("start", "advance") else self.state, answer["error"]["message"])
            return None
        return answer

    # ---------------------------------------------------------------------------------- looking inside

    def choose_cell(self, true, read):
        asyncio.create_task(self.show_cell(true, read))

    async def show_cell(self, true, read):
        answer = await self.ask("cell", true=true, read=read)
        if answer:
            classes = self.confusion.classes
            self.look.show_gallery(f"Images of class {classes[true]} that are read as {classes[read]}", answer)
            by_id("look").scrollIntoView()

    async def show_mistakes(self):
        answer = await self.ask("mistakes")
        if answer:
            self.look.show_gallery("Images that are read wrongly, the surest mistakes first", answer)

    async def show_inside(self, place):
        """A test digit's way through the network, or the drawing's."""
        asked = {"strokes": self.drawing.strokes} if place is None else {"place": place}
        answer = await self.ask("inspect", **asked)
        if answer:
            self.look.show_inside(answer)
            by_id("inside").scrollIntoView()

    # ---------------------------------------------------------------------------------------- drawing

    def drawn(self):
        by_id("teach").hidden = self.drawing.empty or self.state in ("loading", "failed", "training")
        by_id("inspect-drawing").disabled = not self.trained
        if self.drawing.empty:
            self.prediction.clear()
        elif self.state == "loading":
            self.prediction.clear("Python is still being started; then your drawing is read.")
        elif self.asking:
            self.stale = True
        else:
            asyncio.create_task(self.read())

    async def read(self):
        """Has the drawing read, and again if it changed meanwhile."""
        self.asking = True
        while True:
            self.stale = False
            answer = await self.ask("predict", strokes=self.drawing.strokes, **self.settings.message())
            if answer and not self.drawing.empty:
                self.prediction.show(answer)
            if not answer or not self.stale:
                break
        self.asking = False

    def truths(self, classes):
        replace(by_id("truth"), [element("option", name) for name in classes])

    async def correct(self, event):
        """Teaches the network what the drawing was: it goes among the digits, and a short training follows."""
        answer = await self.ask(
            "correct", strokes=self.drawing.strokes, label=by_id("truth").value, engine=by_id("engine").value
        )
        if answer:
            self.clear()
            self.started(answer)
            await self.train()


async def next_frame():
    """Lets the page be drawn. A hidden page is not, and waits for nothing; a covered one waits a moment."""
    if not document.hidden:
        await window.Promise.new(create_proxy(drawn_or_late))


def drawn_or_late(resolve, _):
    window.requestAnimationFrame(resolve)
    window.setTimeout(resolve, 100)


def patience_from(search):
    given = window.URLSearchParams.new(search).get("patience")
    try:
        return float(given) if given else PATIENCE
    except ValueError:
        return PATIENCE


window.dispatchEvent(window.Event.new("scnn:started"))
page = Page()
await page.connect()
