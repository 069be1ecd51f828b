"""What a training has done so far: its curves, what happened in words, the sizes by layer, the results on the test
images, and the way back to earlier epochs."""

from pyscript import window
from widgets.chart import Chart
from widgets.confusion import Confusion
from widgets.cores import show_workers
from widgets.dom import by_id, run
from widgets.look import Look
from widgets.sizes import Sizes
from widgets.texts import decimal, percent, text
from widgets.travel import Travel

PAUSE = 500  # milliseconds between two verdicts while it trains


class Results:
    def __init__(self, page):
        self.page = page
        self.travel = Travel(page.request, self.travelled)
        self.loss = Chart("loss", lambda value: decimal(value, 3), self.travel.drag)
        self.accuracy = Chart("accuracy", percent, self.travel.drag)
        self.confusion = Confusion(self.choose_cell)
        self.look = Look(page.request, lambda index, truth: page.lens.look_at(index, truth))
        self.sizes = Sizes()
        self.name = ""  # of the run whose results are shown
        self.diagnosed = 0
        self.accuracies = (None, None)  # of training and test, after the last epoch

    def shown(self):
        """The place Train became visible: charts that were drawn while hidden get their width."""
        for chart in (self.loss, self.accuracy):
            chart.fit()

    def draw(self):
        """Draws the charts, when uPlot is there."""
        for chart in (self.loss, self.accuracy):
            chart.draw()

    def clear(self):
        """Removes everything that is shown about a training."""
        for part in (self.loss, self.accuracy, self.sizes, self.travel):
            part.reset()
        self.confusion.hide()
        self.look.ready(False)
        self.diagnosed, self.accuracies = 0, (None, None)
        by_id("verdict").textContent = ""
        self.name = ""
        self.compare_form("")

    def started(self, name):
        """`name` describes the run whose results are shown from now on."""
        self.name = name
        self.compare_form(name)

    def compare_form(self, form):
        """Says which run the results are of, and whether the form describes another."""
        key = "train.results_of" if form == self.name else "train.results_differ"
        by_id("results-of").textContent = text(key, run=self.name, form=form) if self.name else ""

    def show(self, answer, reference):
        """Shows the answer about a slice, a step or a file; `reference` has published figures, or is None."""
        events, batches = answer["events"], answer.get("batches", [])
        if "workers" in answer:
            show_workers(answer["workers"])
        for name, chart in (("loss", self.loss), ("accuracy", self.accuracy)):
            points = [(event["epoch"], event["training"][name], event["test"][name]) for event in events]
            chart.add_points(points, [(one["at"], one["samples"], one[name]) for one in batches])
        if "sizes" in answer:
            self.sizes.show(answer["sizes"])
        if events:
            self.accuracies = tuple([events[-1][part]["accuracy"] for part in ("training", "test")])
        if "kept" in answer:
            self.travel.offer(answer["kept"])
        if "report" in answer:
            self.show_report(answer["report"], reference)
        diverged = batches and batches[-1]["loss"] is None
        if answer["finished"] or diverged or (events and window.performance.now() - self.diagnosed > PAUSE):
            self.diagnosed = window.performance.now()
            run(self.diagnose())

    def show_report(self, report, reference):
        self.confusion.show(report, reference)
        self.look.ready(True)
        self.look.refresh()

    async def diagnose(self):
        """Says in a line what happened."""
        name = self.name
        answer = await self.page.worker.request("verdict")
        if "error" in answer or not answer["kind"] or name != self.name:
            return
        training, test = [percent(value) if value is not None else "–" for value in self.accuracies]
        chance = percent(round(answer["chance"], 3)) if answer["chance"] is not None else "–"
        values = {"accuracy": test, "training": training, "chance": chance, "best": answer["best_epoch"]}
        message = text(f"train.verdict.{answer['kind']}", **values)
        if answer["at_chance"] and answer["kind"] != "chance":
            message += " " + text("train.verdict.guess", **values)
        by_id("verdict").textContent = message
        by_id("verdict").setAttribute("data-kind", answer["kind"])

    def travelled(self, answer):
        """The network is now as it was after another epoch, or the newest again."""
        epoch = answer["epoch"]
        for chart in (self.loss, self.accuracy):
            chart.view(epoch)
        if "report" in answer:
            self.show_report(answer["report"], self.page.experiments.reference(answer["report"]))
        self.page.fingerprint.view(answer["fingerprint"], epoch is None)
        self.page.network_changed()

    def choose_cell(self, true, read):
        run(self.look.choose_cell(true, read, self.confusion.classes))


def end_text(answer, own, continued):
    """How a training ended: the share of the test images (`own`: whether they are the person's) that are right, and
    the time it took."""
    if "report" not in answer:
        return text("end.stopped")
    accuracy = percent(answer["report"]["accuracy"])
    seconds = answer["progress"]["seconds"]
    after = ""
    if seconds:  # 0 for a model from a file
        took = text("number.seconds", number=decimal(seconds, 1)) if seconds >= 0.1 else text("number.instant")
        after = text("end.after_more" if continued else "end.after", time=took)
    return text("end.images" if own else "end.digits", accuracy=accuracy, after=after)
