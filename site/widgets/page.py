"""Wires the page: the widgets and the worker."""

from pyscript import window
from widgets.chart_form import ChartForm
from widgets.connection import Connection
from widgets.diagram import Depth
from widgets.dom import by_id, listen, run
from widgets.drop import on_drop, on_paste
from widgets.edited import Edited
from widgets.editor import Editor
from widgets.experiments import OWN, Experiments
from widgets.failure import Failure
from widgets.files import Files
from widgets.fingerprint import Fingerprint
from widgets.glossary import Glossary
from widgets.language import Language
from widgets.later import later_places
from widgets.lens import Lens
from widgets.notebook import Notebook
from widgets.own_images import OwnImages
from widgets.photo import Photo
from widgets.places import Places
from widgets.reading import Reading
from widgets.results import Results, end_text
from widgets.settings import Settings
from widgets.start import Start
from widgets.state import State
from widgets.storage_text import storage_text
from widgets.teaching import Teaching
from widgets.texts import error_text, text
from widgets.training import Training
from widgets.update import Update
from widgets.worker import Worker, WorkerFailed, timeout_from

DIGITS = "mnist"  # the experiment whose classes the network that comes with the page has
ANSWER_TIMEOUT = 45  # seconds for an answer of the worker; ?answer=5 in the address changes it


class Page:
    def __init__(self):
        self.version = ""  # of scnn
        self.refused = False  # whether the state shows an error
        self.rate = ""  # the current learning rate
        self.correcting = False  # whether it trains on corrections
        self.continued = False  # whether it was opened from a file or from the browser's storage
        self.worker = Worker(timeout_from(window.location.search, "answer", ANSWER_TIMEOUT))
        self.failure = Failure()
        self.state = State(self.state_changed)
        self.results = Results(self)
        self.chart_form = ChartForm(self.results.loss, self.results.accuracy)
        self.notebook = Notebook(self, (self.results.loss, self.results.accuracy))
        self.teaching = Teaching(self)
        self.editor = Editor(lambda: self.changed("layers"))
        self.settings = Settings(self.editor, self.changed)
        self.experiments = Experiments(self.settings)
        self.fingerprint = Fingerprint(self.request, self.settings)
        self.training = Training(self, self.state, self.settings.message)
        self.lens = Lens(self)
        how = self.how_to_read
        self.photo = Photo(self.worker, self.state, how, self.on_photo, self.on_digit, self.fail)
        self.reading = Reading(self.request, self.state, how, self.on_correction, self.lens.drew, self.photo)
        self.own_images = OwnImages(self.worker, self.on_own_images, self.fail)
        self.files = Files(self.worker, self.opened)
        on_drop(self)
        on_paste(self.photo.open)
        listen(by_id("average"), "change", self.averaging_changed)
        self.update = Update()
        self.glossary = Glossary()
        self.language = Language(self.state)
        self.edited = Edited(self)
        self.start = Start(self)
        places = {"start": self.start, "train": self.results}
        self.places = Places(dict(places, **later_places(self)), lambda: self.lens.diagram.mark([]))
        self.depth = Depth(self.depth_changed)
        self.places.go()

    # ------------------------------------------------------------------------------------------ places

    def depth_changed(self, depth):
        if hasattr(self, "places") and self.places.current:
            self.places.tell("depth_changed", depth)

    def how_to_read(self):
        """The form's settings, and the shift of the copies that a prediction is averaged over."""
        return dict(self.settings.message(), shift=1 if by_id("average").checked else 0)

    def averaging_changed(self, event):
        self.reading.network_changed()
        self.lens.diagram.refresh()

    def on_photo(self, answer):
        self.reading.photo_read(answer)

    def on_digit(self, index):
        self.reading.choose(index)

    def state_changed(self, name):
        self.settings.enable(name in ("ready", "finished"))
        self.own_images.enable(name in ("ready", "finished"))
        self.reading.enable()
        self.notebook.enable(name)
        if hasattr(self, "start"):
            self.start.state_changed(name)
        if name not in ("loading", "failed"):
            self.files.enable(True, name in ("training", "paused"))

    def fail(self, message, details=""):
        self.training.ignore_pending()
        self.state.show("failed", text("state.see_below"))
        self.failure.show(message, details)

    async def request(self, action, **settings):
        """The worker's answer, or None after an error, which the page shows."""
        try:
            answer = await self.worker.request(action, **settings)
        except WorkerFailed as error:
            self.fail(*error.args)
            return None
        if "error" in answer and answer["error"]["name"] == "EmptyDrawingError":
            return None  # the prediction says so
        if "error" in answer:
            self.refused = True
            name = "ready" if action in ("start", "advance") else self.state.name
            self.state.show(name, error_text(answer["error"]))
            return None
        return answer

    def show_status(self, status):
        """Fills the form from the experiments and from the address."""
        self.version = status["version"]
        self.experiments.fill(status["experiments"])
        query = window.URLSearchParams.new(window.location.search)
        refused = self.experiments.choose(query.get("experiment"))
        self.settings.enable(True)  # disabled fields are not validated
        refused += self.settings.take_address(window.location.search)
        message = text("state.untrained")
        if query.get("experiment") == "own":
            message = text("state.address_own")
        elif refused:
            message = text("state.address_invalid", names=text("list.each").join(refused))
        if query.get("experiment") and not refused:
            by_id("shared").textContent = text("train.shared", run=self.form_name())
            by_id("shared").hidden = False
        self.state.show("ready", message)
        self.reading.describe_pretrained(status["pretrained"])
        self.reading.truths(next(one["classes"] for one in status["experiments"] if one["name"] == DIGITS))
        self.reading.network_changed()
        self.places.tell("worker_ready")

    # ------------------------------------------------------------------------------------------- form

    def changed(self, name):
        """The user changed a field of the form."""
        if name == "experiment":
            self.experiments.choose(by_id("experiment").value)
        if name == "learning_rate" and self.state.name in ("training", "paused"):
            run(self.change_learning_rate())
        else:
            run(self.check())

    async def check(self):
        """Validates the settings in the worker, and writes them to the address."""
        self.edited.refresh()
        self.remember_settings()
        self.results.compare_form(self.form_name())
        answer = await self.worker.request("describe", **self.settings.message())
        if "error" in answer and answer["error"]["name"] == "DataError":  # the digits cannot be loaded
            self.fail(error_text(answer["error"]))
        elif "error" in answer:
            self.editor.show_refusal(error_text(answer["error"]))
        else:
            self.editor.show_shapes(answer)
            if self.refused and self.state.name == "ready":
                self.refused = False
                self.state.show("ready", text("state.untrained"))

    def remember_settings(self):
        """Writes the settings to the address; its hash stays."""
        place, hash_ = self.places.current, window.location.hash
        if self.places.place_in(hash_) != place or not hash_:
            hash_ = f"#/{'' if place == 'start' else place}"
        window.history.replaceState(None, "", self.settings.address(window.location.search) + hash_)

    async def change_learning_rate(self):
        rate = self.settings.message()["optimiser"]["learning_rate"]
        answer = await self.worker.request("learning_rate", learning_rate=rate)
        if "error" in answer:
            by_id("learning_rate").value = self.rate
            self.editor.say(text("settings.rate_stays", rate=self.rate, reason=error_text(answer["error"])))
        else:
            self.rate = by_id("learning_rate").value
            self.editor.say("")
        self.settings.mark("learning_rate")

    def on_own_images(self, answer):
        self.experiments.add_own(answer["classes"])
        self.experiments.choose("own")
        run(self.check())

    # --------------------------------------------------------------------------------------- training

    def interrupted(self):
        """The person starts, stops or resets a training."""
        self.notebook.series.cancel()
        by_id("shared").hidden = True

    def on_clear(self):
        """Removes everything that is shown about a training."""
        self.failure.hide()
        by_id("not-kept").setAttribute("data-kept", "")
        self.results.clear()
        self.correcting = self.continued = False
        self.fingerprint.hide()
        self.edited.show(None)

    def on_start(self, answer):
        self.rate = by_id("learning_rate").value
        self.reading.truths(answer["classes"])
        self.editor.show_shapes(answer)
        self.edited.show(answer.get("edits"))
        self.results.started(self.form_name())
        self.lens.training_started(answer["experiment"])

    def form_name(self):
        """The run that the form describes, in words."""
        corrected = [text("notebook.corrections")] if self.correcting else []
        parts = [
            self.experiments.current()["title"],
            text("field.seed_is", seed=by_id("seed").value),
        ] + self.settings.differences()
        return ", ".join(parts + corrected)

    def on_progress(self, answer):
        """Shows the answer about a slice, a step or a file."""
        self.results.show(answer, self.experiments.reference(answer["report"]) if "report" in answer else None)
        if "diagram" in answer:
            self.lens.diagram.show(answer["diagram"])
        if "storage" in answer:
            by_id("not-kept").textContent = answer["storage"] and storage_text(answer["storage"])
            saved_epoch = "" if answer["storage"] else str(answer["progress"]["epoch"])
            by_id("not-kept").setAttribute("data-kept", saved_epoch)

    def on_end(self, answer):
        own = self.experiments.current()["name"] == OWN
        self.state.show("finished", end_text(answer, own, self.continued))
        self.fingerprint.show(answer.get("fingerprint", ""))
        run(self.note())
        self.teaching.end()
        self.network_changed()

    async def note(self):
        """Notes the run in the notebook; then the next one of a series starts."""
        await self.notebook.add(self.results.name)
        await self.notebook.series.next()

    def network_changed(self):
        """Another network reads, or it has other weights."""
        self.lens.network_changed()
        self.reading.network_changed()

    def opened(self, answer):
        """A model or checkpoint was opened."""
        if "error" in answer:
            self.state.say(error_text(answer["error"]))
        elif answer.get("predicts_only"):
            self.training.ignore_pending()
            self.training.clear()
            self.reading.truths(answer["classes"])
            self.state.show("ready", text("state.predicts_only"))
            self.network_changed()
        else:
            self.interrupted()
            self.show_run(answer)
            self.training.opened(answer)
            self.continued = True
            self.places.show("train")

    def show_run(self, answer):
        """Shows the training's settings in the form."""
        if answer["experiment"] == "own":
            self.experiments.add_own(answer["classes"])
        self.experiments.choose(answer["experiment"])
        self.settings.show(answer)

    async def on_correction(self, answer):
        """A short training has started, with a corrected drawing among the images."""
        self.interrupted()
        self.training.clear()
        self.show_run(answer)
        self.correcting = True
        self.training.started(answer)
        self.teaching.begin()
        await self.training.run_slices()


async def start():
    """Makes the page, and waits for the worker."""
    page = Page()
    window.dispatchEvent(window.Event.new("scnn:started"))
    await Connection(page).connect()
