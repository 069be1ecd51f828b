"""The network's layers: a row for each, to change, move, remove and add; shapes and counts come from the worker."""

from widgets.dom import by_id, element, listen, replace

# What can be set of each kind: name, words, default, least, most, step.
KINDS = {
    "Conv2D": (
        ("filters", "filters", 8, 1, 64, 1),
        ("kernel_size", "kernel size", 3, 1, 11, 1),
        ("stride", "stride", 1, 1, 5, 1),
        ("padding", "padding", 1, 0, 5, 1),
    ),
    "ReLU": (),
    "MaxPool2D": (("size", "size", 2, 1, 7, 1),),
    "Flatten": (),
    "Dense": (("units", "units", 32, 1, 512, 1),),
    "Dropout": (("rate", "rate", 0.5, 0, 0.95, 0.05),),
}
LETTERS = {
    "Conv2D": "conv",
    "ReLU": "relu",
    "MaxPool2D": "pool",
    "Flatten": "flat",
    "Dense": "dense",
    "Dropout": "drop",
}
MOST = 20


class Editor:
    def __init__(self, changed):
        """Calls changed() after each change by a person."""
        self.tell = changed
        self.layers = []
        self.usual = ""
        self.cells = []  # for each layer, where its output and its weights stand
        self.on = True
        listen(by_id("add-layer"), "click", self.add)

    @property
    def changed(self):
        return self.text() != self.usual

    def fill(self, layers):
        """The layers of a configuration; the softmax at the end is always there, and not shown."""
        self.layers = [dict(layer) for layer in layers if layer["kind"] != "SoftmaxCrossEntropy"]
        self.usual = self.text()
        self.render()

    def message(self):
        return [dict(layer) for layer in self.layers]

    def text(self):
        """conv-8-5-1-2_relu_pool-2_flat_dense-10"""
        words = []
        for layer in self.layers:
            values = [str(layer[setting[0]]) for setting in KINDS[layer["kind"]]]
            words.append("-".join([LETTERS[layer["kind"]]] + values))
        return "_".join(words)

    def take(self, text):
        """The layers of such a text; whether it is one."""
        kinds = {letters: kind for kind, letters in LETTERS.items()}
        layers = []
        for word in text.split("_")[: MOST + 1]:
            letters, *values = word.split("-")
            kind = kinds.get(letters)
            if kind is None or len(values) != len(KINDS[kind]):
                return False
            layer = {"kind": kind}
            for (name, _, default, least, most, _), value in zip(KINDS[kind], values):
                try:
                    layer[name] = float(value) if isinstance(default, float) else int(value)
                except ValueError:
                    return False
                if not least <= layer[name] <= most:
                    return False
            layers.append(layer)
        if not layers or len(layers) > MOST:
            return False
        self.layers = layers
        self.render()
        return True

    # --------------------------------------------------------------------------------------- showing

    def render(self):
        self.cells = []
        replace(by_id("layers"), [self.row(place, layer) for place, layer in enumerate(self.layers)])

    def row(self, place, layer):
        line, settings, change = element("tr"), element("td"), element("td")
        which = f"layer {place + 1}, {layer['kind']}"
        for name, words, _, least, most, step in KINDS[layer["kind"]]:
            label = element("label", f"{words} ", class_="setting")
            field = element("input", type="number", min=least, max=most, step=step, value=layer[name])
            field.setAttribute("aria-label", f"{words} of {which}")
            field.disabled = not self.on
            listen(field, "change", lambda event, layer=layer, name=name: self.set(event, layer, name))
            label.append(field)
            settings.append(label)
        for words, sign, do in (
            ("Move up", "↑", self.up),
            ("Move down", "↓", self.down),
            ("Remove", "×", self.remove),
        ):
            button = element("button", sign, type="button", class_="secondary outline small")
            button.setAttribute("aria-label", f"{words}: {which}")
            button.disabled = not self.on
            listen(button, "click", lambda event, place=place, do=do: do(place))
            change.append(button)
        output, weights = element("td"), element("td")
        self.cells.append((output, weights))
        for cell in (element("th", layer["kind"], scope="row"), settings, output, weights, change):
            line.append(cell)
        return line

    def show_shapes(self, described):
        """What the worker says of the layers."""
        for (output, weights), layer in zip(self.cells, described["described"]):
            output.textContent = " × ".join(str(size) for size in layer["output_shape"])
            weights.textContent = str(layer["parameters"] or "")
        by_id("network-summary").textContent = f"{len(self.layers)} layers, {described['parameters']} weights"
        by_id("network-message").textContent = ""

    def show_refusal(self, words):
        for output, weights in self.cells:
            output.textContent = weights.textContent = ""
        by_id("network-message").textContent = f"This does not fit: {words}."

    def enable(self, on):
        self.on = on
        by_id("add-layer").disabled = not on
        by_id("new-layer").disabled = not on
        for field in by_id("layers").querySelectorAll("input, button"):
            field.disabled = not on

    # -------------------------------------------------------------------------------------- changing

    def set(self, event, layer, name):
        field = event.target
        if field.checkValidity() and field.value:
            default = next(setting[2] for setting in KINDS[layer["kind"]] if setting[0] == name)
            layer[name] = float(field.value) if isinstance(default, float) else int(field.value)
            self.tell()
        else:
            self.show_refusal(f"{field.getAttribute('aria-label')} goes from {field.min} to {field.max}")

    def add(self, event):
        """Before the last layer, which is the one with a unit for each class."""
        kind = by_id("new-layer").value
        layer = {"kind": kind}
        for setting in KINDS[kind]:
            layer[setting[0]] = setting[2]
        if len(self.layers) < MOST:
            self.layers.insert(max(0, len(self.layers) - 1), layer)
        self.render()
        self.tell()

    def up(self, place):
        self.swap(place, place - 1)

    def down(self, place):
        self.swap(place, place + 1)

    def swap(self, place, other):
        if 0 <= other < len(self.layers):
            self.layers[place], self.layers[other] = self.layers[other], self.layers[place]
            self.render()
            self.tell()
            by_id("layers").children[other].querySelector("button").focus()

    def remove(self, place):
        if len(self.layers) > 1:
            self.layers.pop(place)
            self.render()
            self.tell()
