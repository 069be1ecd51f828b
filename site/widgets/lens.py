"""The image that every place shows: a drawing, a photo's digit, a sample or a test image."""

from widgets.diagram import Diagram
from widgets.dom import by_id
from widgets.experiments import OWN

FIRST_SAMPLE = 2  # the digit that is shown if nothing was drawn; the paper's network knows it, too


class Lens:
    def __init__(self, page):
        self.page = page
        self.subject, self.truth = {}, None  # the image, as fields of a message, and its class if that is known
        self.chosen = False  # whether the person chose it: then the prediction is described in words
        self.offered = {}  # the subject that the page took itself, since the person had chosen none
        self.experiment = None  # the training's, whose test images can be looked at
        self.diagram = Diagram(page.request, self.asked, self.selected, self.diagram_shown)

    def asked(self):
        """The subject's fields, and the shift of the copies that its prediction is averaged over; empty without a
        subject."""
        return dict(self.subject, shift=1 if by_id("average").checked else 0) if self.subject else {}

    def show(self, subject, truth=None, chosen=False):
        """Shows an image in every place: `subject` are fields of a message, `truth` is its class if it is known. The
        prediction for an image that the person has `chosen` is described in words."""
        self.subject, self.truth, self.chosen = subject, truth, chosen
        self.diagram.refresh()
        self.page.places.tell("subject_changed")

    def show_first(self):
        """A sample digit, until something is drawn or chosen."""
        self.show({"sample": FIRST_SAMPLE}, str(FIRST_SAMPLE))
        self.offered = self.subject

    def drew(self):
        """The drawing or the photo was classified, or another of its digits was chosen."""
        subject = self.page.reading.subject()
        if subject:
            self.show(subject)

    def choose_sample(self, digit):
        """A sample digit is read in the place of a drawing."""
        self.offered = {}
        self.page.reading.drawing.clear(None)
        self.show({"sample": digit}, str(digit), chosen=True)

    def look_at(self, index, truth):
        """A test image is read."""
        self.page.reading.drawing.clear(None)
        self.show({"index": index}, truth, chosen=True)
        by_id("diagram").scrollIntoView()

    def training_started(self, experiment):
        """If it is on other images, a test image that was looked at is not among them, and is forgotten. So is a
        digit that a place took itself, whose class the network may not have."""
        others = experiment == OWN or experiment != self.experiment
        self.experiment = experiment
        if others and ("index" in self.subject or self.subject == self.offered):
            self.page.reading.prediction.clear()
            self.show_first()

    def network_changed(self):
        """Another network reads, or it has other weights."""
        self.diagram.refresh()
        self.page.places.tell("network_changed")

    def selected(self, selection):
        """A number of the diagram was chosen."""
        self.page.places.tell("selected", selection)

    def diagram_shown(self, answer):
        """The diagram shows another answer: what the network makes of the subject now."""
        self.page.start.show_reader(answer["reader"])
        prediction = self.page.reading.prediction
        prediction.show_numbers(answer["prediction"])
        if self.chosen:
            prediction.say(answer["prediction"], self.truth)
        self.page.places.tell("reader_shown", answer["reader"])
