"""The form of settings, as a message for the worker and as the page's address."""

from pyscript import window
from widgets.cores import chosen_workers, offer_workers
from widgets.dom import by_id, listen
from widgets.editor import LOSSES, loss_of
from widgets.texts import listed, text

# The ids of the form's fields, which are also their names in the address.
FIELDS = (
    "seed",
    "per_class",
    "epochs",
    "batch_size",
    "optimiser",
    "learning_rate",
    "schedule",
    "weight_decay",
    "clip_norm",
    "averaging",
    "augmentation",
    "loss",
    "label_smoothing",
)
OF_OPTIMISER = ("learning_rate", "weight_decay", "clip_norm", "averaging")
NUMBERS = ("seed", "per_class", "epochs", "batch_size", "label_smoothing") + OF_OPTIMISER
OPTIMISERS = {"adam": "Adam", "adamw": "AdamW", "lion": "Lion", "muon": "Muon", "own": "OwnOptimiser"}  # or SGD
MOMENTUM = 0.9
STRENGTHS = {
    "none": {},
    "light": {
        "kind": "Augmentation",
        "rotation": 8,
        "scale": 0.08,
        "shear": 0.08,
        "shift": 1,
        "bend": 0.5,
        "nodes": 5,
    },
    "strong": {
        "kind": "Augmentation",
        "rotation": 14,
        "scale": 0.15,
        "shear": 0.2,
        "shift": 2,
        "bend": 2,
        "nodes": 5,
    },
}


class Settings:
    def __init__(self, editor, on_change):
        """Calls on_change(name) after the user has changed a field."""
        self.editor, self.on_change = editor, on_change
        self.defaults = {}  # the experiment's values of the fields, as texts
        self.augmentation = {}
        self.edits = None  # edited kernels: {"kernels": texts by name, "derive": bool}
        offer_workers()
        for name in ("experiment", "engine") + FIELDS:
            listen(by_id(name), "change", lambda event, name=name: self.mark(name) or on_change(name))
        listen(by_id("usual"), "click", lambda event: on_change("experiment"))
        listen(by_id("settings"), "submit", lambda event: event.preventDefault())

    def fill(self, config):
        """Shows an experiment's configuration, and takes it as the default."""
        self.augmentation = config["augmentation"]
        self.defaults = self.texts(config)
        self.editor.fill(config["layers"])
        self.show(config)

    def show(self, config):
        """Shows a configuration; the defaults stay."""
        for name, value in self.texts(config).items():
            by_id(name).value = value
            self.mark(name)
        self.edits = config.get("edits")
        self.editor.show(config["layers"])

    def mark(self, name):
        """Marks the field if its value is invalid."""
        field = by_id(name)
        if field.checkValidity() and (field.value or name not in NUMBERS):
            field.removeAttribute("aria-invalid")
        else:
            field.setAttribute("aria-invalid", "true")

    def differences(self):
        """The settings that differ from the defaults, as texts."""
        different = [name for name in FIELDS if by_id(name).value != self.defaults.get(name) and name != "seed"]
        parts = []
        for name in different:
            value = by_id(name).value or text("settings.default")
            parts.append(text("field.is", field=text(f"field.{name}"), value=value))
        edited = [text("code.edited_list", names=listed(sorted(self.edits["kernels"])))] if self.edits else []
        return parts + ([text("field.other_layers")] if self.editor.changed else []) + edited

    def choose_optimiser(self, name):
        """Chooses it in the form."""
        by_id("optimiser").value = name
        self.mark("optimiser")
        self.on_change("optimiser")

    def drop_edit(self, kernel):
        """Without the edited kernel of this name, if it is one."""
        kernels = dict(self.edits["kernels"]) if self.edits else {}
        kernels.pop(kernel, None)
        self.edits = {"kernels": kernels, "derive": self.edits["derive"]} if kernels else None

    def texts(self, config):
        """The values of the fields for a configuration."""
        optimiser, loss = config["optimiser"], loss_of(config["layers"])
        kind = "own" if optimiser["kind"] == OPTIMISERS["own"] else optimiser["kind"].lower()
        if optimiser.get("momentum"):
            kind = "nesterov" if optimiser["nesterov"] else "momentum"
        texts = {
            "seed": str(config["seed"]),
            "per_class": str(config["per_class"]),
            "epochs": str(config["epochs"]),
            "batch_size": str(config["batch_size"]),
            "optimiser": kind,
            "schedule": config["schedule"]["kind"],
            "augmentation": self.strength(config["augmentation"]),
            "loss": loss["kind"],
            "label_smoothing": f"{loss.get('smoothing', 0):g}",
        }
        for name in OF_OPTIMISER:
            texts[name] = f"{optimiser.get(name, 0):g}"
        return texts

    def strength(self, augmentation):
        """The name of an augmentation's strength, "" for the experiment's own."""
        if augmentation != self.augmentation:
            for name, strength in STRENGTHS.items():
                if strength == augmentation:
                    return name
        return ""

    def message(self):
        """All settings, for the worker. A text that is not a number is sent unchanged, and the session refuses it."""
        values = {name: by_id(name).value for name in FIELDS}
        for name in NUMBERS:
            values[name] = number(values[name])
        kind = values.pop("optimiser")
        optimiser = {name: values.pop(name) for name in OF_OPTIMISER}
        optimiser["kind"] = OPTIMISERS.get(kind, "SGD")
        if kind in ("momentum", "nesterov"):
            optimiser["momentum"] = MOMENTUM
            optimiser["nesterov"] = kind == "nesterov"
        strength = values["augmentation"]
        values["optimiser"] = optimiser
        values["schedule"] = {"kind": values["schedule"]}
        values["augmentation"] = self.augmentation if strength == "" else STRENGTHS[strength]
        loss, smoothing = {"kind": values.pop("loss")}, values.pop("label_smoothing")
        if loss["kind"] == LOSSES[0]:
            loss["smoothing"] = smoothing
        values["layers"] = self.editor.message() + [loss]
        values["experiment"] = by_id("experiment").value
        values["engine"] = by_id("engine").value
        if self.edits:
            values["edits"] = self.edits
        values["workers"] = chosen_workers()
        return values

    def address(self, before=""):
        """The address's query: the experiment, the seed, and all settings that differ from the defaults. What the
        query `before` says beside the settings, such as the language, is kept."""
        query = window.URLSearchParams.new(before)
        for name in ("experiment", "layers", "kernel", "source") + FIELDS:
            query.delete(name)
        query.set("experiment", by_id("experiment").value)
        for name in FIELDS:
            value = by_id(name).value
            if value != self.defaults.get(name) or name == "seed":
                query.set(name, value)
        if self.editor.changed:
            query.set("layers", self.editor.word())
        return "?" + query.toString()

    def take_address(self, search):
        """Fills the fields from the query; returns the labels of those with invalid values."""
        query = window.URLSearchParams.new(search)
        refused = []
        for name in FIELDS:
            value = query.get(name)
            if value is not None:
                field = by_id(name)
                before = field.value
                field.value = value
                if field.value != value or not field.checkValidity():
                    field.value = before
                    refused.append(text(f"field.{name}"))
        layers = query.get("layers")
        if layers is not None and not self.editor.take(layers):
            refused.append(text("field.layers"))
        return refused

    def enable(self, on):
        """Enables or disables the fields. The learning rate can always be changed."""
        for name in ("experiment", "engine", "workers") + FIELDS:
            if name != "learning_rate":
                by_id(name).disabled = not on
        by_id("usual").disabled = not on
        self.editor.enable(on)


def number(typed):
    for kind in (int, float):
        try:
            return kind(typed)
        except ValueError:
            pass
    return typed
