"""Wires the page: the widgets, the worker, and what one tells the other."""

import asyncio

from pyscript import window
from widgets.chart import Chart
from widgets.confusion import Confusion
from widgets.dom import by_id, element, percent, replace
from widgets.editor import Editor
from widgets.failure import Failure
from widgets.files import Files
from widgets.look import Look
from widgets.own_images import OwnImages
from widgets.reading import Reading
from widgets.runs import Runs
from widgets.settings import Settings
from widgets.state import State
from widgets.training import Training
from widgets.update import Update
from widgets.worker import Worker, WorkerFailed, after, missing_parts

ANSWER = 45  # seconds for any one answer of the worker's; ?answer=5 in the address sets another
SLOW_STORAGE = 5  # seconds after which the page says that storage does not answer
PATIENCE = 60  # seconds for the worker to come up; ?patience=5 in the address sets another


class Page:
    def __init__(self):
        self.experiments = []
        self.refused = False  # whether the state's words are a refusal
        self.rate = ""  # the learning rate in force
        self.asked_storage = False  # whether it has answered what it kept
        self.lesson = False  # whether it trains with corrections
        self.continued = False  # whether it began in a file, or in what this browser kept
        self.worker = Worker(patience_from(window.location.search, "answer", ANSWER))
        self.failure = Failure()
        self.state = State(self.state_changed)
        self.loss = Chart("loss", lambda value: f"{value:.3f}")
        self.accuracy = Chart("accuracy", percent)
        self.runs = Runs(self.loss, self.accuracy)
        self.confusion = Confusion(self.choose_cell)
        self.look = Look(self.ask)
        self.editor = Editor(lambda: self.changed("layers"))
        self.settings = Settings(self.editor, self.changed)
        self.training = Training(self, self.state, self.settings.message)
        self.reading = Reading(self.ask, self.state, self.settings.message, self.taught, self.look_at)
        self.own_images = OwnImages(self.worker, self.took_own)
        self.files = Files(self.worker, self.opened, self.own_images.take_dropped)
        self.update = Update()

    def state_changed(self, name):
        self.settings.enable(name in ("ready", "finished"))
        self.own_images.enable(name in ("ready", "finished"))
        self.reading.enable()
        if name not in ("loading", "failed"):
            self.files.enable(True, name in ("training", "paused"))

    def fail(self, words, details=""):
        self.training.leave()
        self.state.show("failed", "what went wrong stands below.")
        self.failure.show(words, details)

    async def ask(self, what, **settings):
        """The worker's answer, or None once what went wrong is on the page."""
        try:
            answer = await self.worker.ask(what, **settings)
        except WorkerFailed as error:
            self.fail(*error.args)
            return None
        if "error" in answer:
            self.refused = True
            name = "ready" if what in ("start", "advance") else self.state.name
            self.state.show(name, answer["error"]["message"])
            return None
        return answer

    # -------------------------------------------------------------------------------------- beginning

    async def connect(self):
        """Brings up the worker, within its limit."""
        self.state.show("loading", "Python is being fetched and started, which takes a few seconds …")
        patience = patience_from(window.location.search)
        asyncio.create_task(after(patience, lambda: self.give_up(patience)))
        try:
            status = await self.worker.connect()
        except WorkerFailed as error:
            self.fail(*error.args)
            return
        if self.state.name in ("loading", "failed"):  # what arrives late is used
            self.failure.hide()
            self.begin(status)
            await self.check()
            asyncio.create_task(self.offer_kept())
            await self.update.keep()

    async def offer_kept(self):
        """Offers what this browser kept, whenever its storage answers; says so when it does not."""
        slow = "The browser's storage does not answer. What it kept is offered as soon as it does."
        asyncio.create_task(after(SLOW_STORAGE, lambda: self.say_unless_offered(slow)))
        await self.files.offer()
        self.asked_storage = True
        if by_id("not-kept").textContent == slow:
            by_id("not-kept").textContent = ""

    async def say_unless_offered(self, words):
        if not self.asked_storage:
            by_id("not-kept").textContent = words

    def begin(self, status):
        """Fills the form from the experiments there are, and from the address."""
        self.experiments = status["experiments"]
        self.list_experiments()
        query = window.URLSearchParams.new(window.location.search)
        refused = self.choose_experiment(query.get("experiment"))
        self.settings.enable(True)  # what is switched off is not checked
        refused += self.settings.take_address(window.location.search)
        words = "choose a seed if you like, and press Train."
        if query.get("experiment") == "own":
            words = "the address speaks of your own images: choose them again, or train on these."
        elif refused:
            words = f"the address has no sound {' and '.join(refused)}; the usual is taken. C{words[1:]}"
        self.state.show("ready", words)
        self.describe_pretrained(status["pretrained"])
        self.reading.can_look = bool(status["pretrained"])
        self.reading.truths(status["experiments"][-1]["classes"])
        self.reading.drawn()

    def describe_pretrained(self, provenance):
        if provenance and "drawn" in provenance:
            drawn = provenance["drawn"]
            by_id("pretrained-about").textContent = (
                f"The network that comes with the page reads {percent(drawn['accuracy'])} of "
                f"{drawn['drawings']} test drawings right, and {percent(provenance['test']['accuracy'])} of the "
                "test digits."
            )

    async def give_up(self, patience):
        quiet = (window.performance.now() - window.lastArrival) / 1000
        if self.state.name == "loading" and quiet < patience:
            asyncio.create_task(after(patience - quiet, lambda: self.give_up(patience)))
        elif self.state.name == "loading":
            why = await missing_parts()
            if self.state.name == "loading":
                self.fail(f"Python did not start within {patience:g} seconds. {why}")

    # ------------------------------------------------------------------------------------ experiments

    def list_experiments(self):
        options = [element("option", one["title"], value=one["name"]) for one in self.experiments]
        replace(by_id("experiment"), options)

    def experiment(self):
        name = by_id("experiment").value
        return next(one for one in self.experiments if one["name"] == name)

    def choose_experiment(self, name):
        """Shows the experiment's own settings; ["experiment"] if there is none of this name."""
        known = [one["name"] for one in self.experiments]
        by_id("experiment").value = name if name in known else known[0]
        self.settings.fill(self.experiment()["config"])
        by_id("experiment-about").textContent = self.experiment()["description"]
        return [] if name is None or name in known else ["experiment"]

    def changed(self, name):
        """A person changed a part of the form."""
        if name == "experiment":
            self.choose_experiment(by_id("experiment").value)
        if name == "learning_rate" and self.state.name in ("training", "paused"):
            asyncio.create_task(self.change_learning_rate())
        else:
            asyncio.create_task(self.check())

    async def check(self):
        """Has the worker say whether all fits, and puts it into the address."""
        window.history.replaceState(None, "", self.settings.address() + window.location.hash)
        answer = await self.worker.ask("describe", **self.settings.message())
        if "error" in answer and answer["error"]["name"] == "DataError":  # without its digits nothing goes
            self.fail(answer["error"]["message"])
        elif "error" in answer:
            self.editor.show_refusal(answer["error"]["message"])
        else:
            self.editor.show_shapes(answer)
            if self.refused and self.state.name == "ready":
                self.refused = False
                self.state.show("ready", "press Train to begin.")

    async def change_learning_rate(self):
        rate = self.settings.message()["optimiser"]["learning_rate"]
        answer = await self.worker.ask("learning_rate", learning_rate=rate)
        if "error" in answer:
            by_id("learning_rate").value = self.rate
            self.editor.say(f"The learning rate stays {self.rate}: {answer['error']['message']}.")
        else:
            self.rate = by_id("learning_rate").value
            self.editor.say("")
        self.settings.mark("learning_rate")

    def add_own(self, classes):
        """A person's own images are there: an experiment of their own, with the usual network for so many classes."""
        usual = next(one for one in self.experiments if one["name"] == "mnist")
        own = {"name": "own", "title": "Your own images", "description": "Your own images.", "reference": None}
        own["config"] = dict(usual["config"], experiment="own")
        own["config"]["layers"] = [dict(layer) for layer in usual["config"]["layers"]]
        own["config"]["layers"][-2]["units"] = len(classes)
        own["classes"] = classes
        self.experiments = [one for one in self.experiments if one["name"] != "own"] + [own]
        self.list_experiments()

    def took_own(self, answer):
        self.add_own(answer["classes"])
        self.choose_experiment("own")
        asyncio.create_task(self.check())

    # --------------------------------------------------------------------------------------- training

    def cleared(self):
        """What was shown of a training is gone."""
        self.failure.hide()
        by_id("not-kept").setAttribute("data-kept", "")
        self.loss.reset()
        self.accuracy.reset()
        self.confusion.hide()
        self.look.ready(False)
        self.lesson = self.continued = False
        by_id("fingerprint").hidden = True

    def began(self, answer):
        self.reading.can_look = True
        self.rate = by_id("learning_rate").value
        self.reading.truths(answer["classes"])
        self.editor.show_shapes(answer)

    def told(self, answer):
        """What a slice, a step or a file brought."""
        events = answer["events"]
        if events:
            self.loss.add_points([(e["epoch"], e["training"]["loss"], e["test"]["loss"]) for e in events])
            self.accuracy.add_points([(e["epoch"], e["training"]["accuracy"], e["test"]["accuracy"]) for e in events])
        if "report" in answer:
            self.confusion.show(answer["report"], self.reference(answer["report"]))
            self.look.ready(True)
            self.look.refresh()
        if "kept" in answer:
            by_id("not-kept").textContent = answer["kept"]
            by_id("not-kept").setAttribute("data-kept", "" if answer["kept"] else str(answer["progress"]["epoch"]))

    def reference(self, report):
        """Others' figures for this experiment, where the classes are theirs."""
        reference = self.experiment().get("reference")
        return reference if reference and len(reference["per_class"]) == len(report["classes"]) else None

    def ended(self, answer):
        seconds = answer["progress"]["seconds"]
        words = "stopped before the first epoch ended."
        if "report" in answer:
            right = percent(answer["report"]["accuracy"])
            what = "images" if self.experiment()["name"] == "own" else "digits"
            words = f"{right} of the test {what} are read right"
            if seconds:  # what came from a file took none
                took = f"{seconds:.1f} s" if seconds >= 0.1 else "less than 0.1 s"
                words += f", after {took}" + (" more" if self.continued else "")
            words += "."
            taught = ["with what you taught"] if self.lesson else []
            words_of_run = [self.experiment()["title"], f"seed {by_id('seed').value}"] + self.settings.differences()
            self.runs.add(", ".join(words_of_run + taught), answer["report"]["accuracy"])
        self.state.show("finished", words)
        by_id("sha256").textContent = answer.get("fingerprint", "")
        by_id("link-words").hidden = True
        by_id("fingerprint").hidden = False
        asyncio.create_task(self.offer_link())
        self.reading.drawn()

    async def offer_link(self):
        """A link to the run, where it leads to these very weights."""
        answer = await self.ask("reproduces", **self.settings.message())
        if answer and answer["reproduces"]:
            by_id("link").setAttribute("href", self.settings.address())
            by_id("link-words").hidden = False

    def forgotten(self):
        """The training is gone; drawings are read as before it."""
        self.reading.drawn()

    def opened(self, answer):
        """A model or checkpoint was opened."""
        if "error" in answer:
            self.state.say(answer["error"]["message"])
        elif answer.get("predicts_only"):
            self.training.leave()
            self.training.clear()
            self.reading.truths(answer["classes"])
            self.reading.can_look = False
            words = "the model reads your drawings. To see more of it, choose its images and open it again."
            self.state.show("ready", words)
            self.forgotten()
        else:
            self.show_run(answer)
            self.training.opened(answer)
            self.continued = True

    def show_run(self, answer):
        """The form shows what the training was made with."""
        if answer["experiment"] == "own":
            self.add_own(answer["classes"])
        self.choose_experiment(answer["experiment"])
        self.settings.show(answer)

    async def taught(self, answer):
        """A lesson begins, with a corrected drawing among the digits."""
        self.training.clear()
        self.show_run(answer)
        self.lesson = True
        self.training.began(answer)
        await self.training.go_on()

    # ---------------------------------------------------------------------------------- looking inside

    def choose_cell(self, true, read):
        asyncio.create_task(self.look.choose_cell(true, read, self.confusion.classes))

    def look_at(self, strokes):
        asyncio.create_task(self.look.look_at(strokes=strokes))


def patience_from(search, name="patience", usual=PATIENCE):
    given = window.URLSearchParams.new(search).get(name)
    try:
        return float(given) if 0 < float(given or 0) < 10_000 else usual
    except ValueError:
        return usual


page = Page()
window.dispatchEvent(window.Event.new("scnn:started"))
await page.connect()
