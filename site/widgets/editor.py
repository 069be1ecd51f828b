"""The network's layers: a row for each, to change, move, remove and add; shapes and counts come from the worker."""

from widgets.dom import by_id, element, listen, replace

# What can be set of each kind: name, words, default (a text: as another setting), least, most, step.
KINDS = {
    "Conv2D": (
        ("filters", "filters", 8, 1, 64, 1),
        ("kernel_size", "kernel size", 3, 1, 11, 1),
        ("stride", "stride", 1, 1, 5, 1),
        ("padding", "padding", 1, 0, 5, 1),
    ),
    "ReLU": (),
    "MaxPool2D": (("size", "size", 2, 1, 7, 1), ("stride", "stride", "size", 1, 7, 1)),
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
        """Takes the layers of a configuration as the usual ones."""
        self.layers = shown(layers)
        self.usual = self.text()

    def show(self, layers):
        """Other layers; what is usual stays so."""
        self.layers = shown(layers)
        self.render()

    def message(self):
        return [dict(layer) for layer in self.layers]

    def text(self):
        """conv-8-5-1-2_relu_pool-2_flat_dense-10"""
        words = []
        for layer in self.layers:
            settings = KINDS[layer["kind"]]
            values = [str(layer[name]) for name, _, usual, *_ in settings if layer[name] != layer.get(usual)]
            words.append("-".join([LETTERS[layer["kind"]]] + values))
        return "_".join(words)

    def take(self, text):
        """The layers of such a text; whether it is one."""
        kinds = {letters: kind for kind, letters in LETTERS.items()}
        layers = []
        for word in text.split("_")[: MOST + 1]:
            letters, *values = word.split("-")
            kind = kinds.get(letters)
            known = kind and len(values) >= sum(not isinstance(setting[2], str) for setting in KINDS[kind])
            layer = layer_of(kind, values) if known else None
            if layer is None:
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
        line, settings, change = element("tr", role="row"), element("td", role="cell"), element("td", role="cell")
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
        output, weights = element("td", role="cell"), element("td", role="cell")
        self.cells.append((output, weights))
        for cell in (element("th", layer["kind"], scope="row", role="rowheader"), change, settings, output, weights):
            line.append(cell)
        return line

    def show_shapes(self, described):
        """What the worker says of the layers."""
        for (output, weights), layer in zip(self.cells, described["described"]):
            output.textContent = " × ".join(str(size) for size in layer["output_shape"])
            weights.textContent = str(layer["parameters"] or "")
        by_id("network-summary").textContent = f"{len(self.layers)} layers, {described['parameters']} weights"
        self.say("")

    def say(self, words):
        by_id("network-message").textContent = words

    def show_refusal(self, words):
        for output, weights in self.cells:
            output.textContent = weights.textContent = ""
        self.say(f"This does not fit: {words}.")

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
            before, layer[name] = layer[name], number(field.value, layer[name])
            fields = field.closest("td").querySelectorAll("input")
            for place, (other, _, usual, *_) in enumerate(KINDS[layer["kind"]]):
                if usual == name and layer[other] == before:  # it went along until now
                    layer[other] = layer[name]
                    fields[place].value = layer[name]
            self.tell()
        else:
            self.show_refusal(f"{field.getAttribute('aria-label')} goes from {field.min} to {field.max}")

    def add(self, event):
        """Before the last layer, which is the one with a unit for each class."""
        kind = by_id("new-layer").value
        layer = layer_of(kind, [])
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


def shown(layers):
    """The layers of a configuration but for the softmax at the end, which is always there."""
    return [dict(layer) for layer in layers if layer["kind"] != "SoftmaxCrossEntropy"]


def layer_of(kind, values):
    """A layer with these texts as its first settings, the others as usual; None where one is out of range."""
    layer = {"kind": kind}
    if len(values) > len(KINDS[kind]):
        return None
    for place, (name, _, usual, least, most, _) in enumerate(KINDS[kind]):
        layer[name] = layer.get(usual, usual)
        if place < len(values):
            try:
                layer[name] = number(values[place], layer[name])
            except ValueError:
                return None
        if not least <= layer[name] <= most:
            return None
    return layer


def number(text, like):
    """The text as a number of the other's kind."""
    return float(text) if isinstance(like, float) else int(text)
