"""The experiments that the form offers, and the one that it describes."""

from widgets.dom import by_id, element, replace
from widgets.texts import text

DEFAULT = "mnist"  # the experiment that the form shows first
OWN = "own"


class Experiments:
    def __init__(self, settings):
        """Shows the chosen experiment in `settings`."""
        self.settings = settings
        self.known = []

    def fill(self, known):
        """Offers these experiments, as a session's `status` has them."""
        self.known = [dict(one, title=text(f"experiment.{one['name']}.title")) for one in known]
        options = [element("option", one["title"], value=one["name"]) for one in self.known]
        replace(by_id("experiment"), options)

    def current(self):
        name = by_id("experiment").value
        return next(one for one in self.known if one["name"] == name)

    def choose(self, name):
        """Shows the experiment's settings; returns the field's name in a list if the experiment is unknown."""
        names = [one["name"] for one in self.known]
        by_id("experiment").value = name if name in names else DEFAULT
        self.settings.fill(self.current()["config"])
        by_id("experiment-about").textContent = text(f"experiment.{self.current()['name']}.about")
        return [] if name is None or name in names else [text("field.experiment")]

    def add_own(self, classes):
        """Adds an experiment on the user's own images: the default network, with one unit per class at the end."""
        default = next(one for one in self.known if one["name"] == DEFAULT)
        own = {"name": OWN, "reference": None}
        own["config"] = dict(default["config"], experiment=OWN)
        own["config"]["layers"] = [dict(layer) for layer in default["config"]["layers"]]
        own["config"]["layers"][-2]["units"] = len(classes)
        own["classes"] = classes
        self.fill([one for one in self.known if one["name"] != OWN] + [own])

    def reference(self, report):
        """Published figures for the experiment, if the classes are the same."""
        reference = self.current().get("reference")
        return reference if reference and len(reference["per_class"]) == len(report["classes"]) else None
