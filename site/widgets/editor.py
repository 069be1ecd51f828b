"""The network's layers, one per row, to edit, move, remove and add. Shapes and counts come from the worker."""

from widgets.dom import by_id, element, listen, replace
from widgets.texts import text

# The settings of each kind: name, default (a string: the value of that setting), minimum, maximum, step.
KINDS = {
    "Conv2D": (
        ("filters", 8, 1, 64, 1),
        ("kernel_size", 3, 1, 11, 1),
        ("stride", 1, 1, 5, 1),
        ("padding", 1, 0, 5, 1),
    ),
    "ReLU": (),
    "MaxPool2D": (("size", 2, 1, 7, 1), ("stride", "size", 1, 7, 1)),
    "Flatten": (),
    "Dense": (("units", 32, 1, 512, 1),),
    "Dropout": (("rate", 0.5, 0, 0.95, 0.05),),
    "LeakyReLU": (("slope", 0.01, 0, 1, 0.01),),
    "Sigmoid": (),
    "Tanh": (),
    "SiLU": (),
    "AveragePool2D": (("size", 2, 1, 7, 1), ("stride", "size", 1, 7, 1)),
    "GlobalAveragePool": (),
    "Own": (),  # whose kernel the place Code has
}
LETTERS = {
    "Conv2D": "conv",
    "ReLU": "relu",
    "MaxPool2D": "pool",
    "Flatten": "flat",
    "Dense": "dense",
    "Dropout": "drop",
    "LeakyReLU": "leaky",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "SiLU": "silu",
    "AveragePool2D": "mean",
    "GlobalAveragePool": "means",
    "Own": "own",
}
LOSSES = ("SoftmaxCrossEntropy", "SquaredHinge", "MeanSquaredError")
MAX_LAYERS = 20


class Editor:
    def __init__(self, on_change):
        """Calls on_change() after each change by the user."""
        self.on_change = on_change
        self.layers = []
        self.default = ""
        self.cells = []  # for each layer, the cells of its output shape and weights
        self.on = True
        listen(by_id("add-layer"), "click", self.add)

    @property
    def changed(self):
        return self.word() != self.default

    def fill(self, layers):
        """Shows an experiment's layers, and takes them as the default."""
        self.layers = shown(layers)
        self.default = self.word()

    def show(self, layers):
        """Shows other layers; the default stays."""
        self.layers = shown(layers)
        self.render()

    def message(self):
        return [dict(layer) for layer in self.layers]

    def word(self):
        """conv-8-5-1-2_relu_pool-2_flat_dense-10"""
        words = []
        for layer in self.layers:
            settings = KINDS[layer["kind"]]
            values = [str(layer[name]) for name, default, *_ in settings if layer[name] != layer.get(default)]
            words.append("-".join([LETTERS[layer["kind"]]] + values))
        return "_".join(words)

    def take(self, word):
        """Shows the layers in such a word; returns whether the word is valid."""
        kinds = {letters: kind for kind, letters in LETTERS.items()}
        layers = []
        for one in word.split("_")[: MAX_LAYERS + 1]:
            letters, *values = one.split("-")
            kind = kinds.get(letters)
            known = kind and len(values) >= sum(not isinstance(setting[1], str) for setting in KINDS[kind])
            layer = layer_of(kind, values) if known else None
            if layer is None:
                return False
            layers.append(layer)
        if not layers or len(layers) > MAX_LAYERS:
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
        which = text("editor.which", number=place + 1, kind=layer["kind"])
        for name, _, minimum, maximum, step in KINDS[layer["kind"]]:
            words = text(f"setting.{name}")
            label = element("label", f"{words} ", class_="setting")
            field = element("input", type="number", min=minimum, max=maximum, step=step, value=layer[name])
            field.setAttribute("aria-label", text("editor.setting_of", setting=words, layer=which))
            field.disabled = not self.on
            listen(field, "change", lambda event, layer=layer, name=name: self.set(event, layer, name))
            label.append(field)
            settings.append(label)
        for key, sign, do in (("up", "↑", self.up), ("down", "↓", self.down), ("remove", "×", self.remove)):
            button = element("button", sign, type="button", class_="secondary outline small")
            button.setAttribute("aria-label", text(f"editor.{key}", layer=which))
            button.disabled = not self.on
            listen(button, "click", lambda event, place=place, do=do: do(place))
            change.append(button)
        output = element("td", role="cell", data_before=text("editor.output"))
        weights = element("td", role="cell", data_after=text("editor.weights_after"))
        self.cells.append((output, weights))
        for cell in (element("th", layer["kind"], scope="row", role="rowheader"), change, settings, output, weights):
            line.append(cell)
        return line

    def show_shapes(self, described):
        """Shows the worker's description of the layers."""
        for (output, weights), layer in zip(self.cells, described["described"]):
            output.textContent = " × ".join(str(size) for size in layer["output_shape"])
            weights.textContent = str(layer["parameters"] or "")
        by_id("network-summary").textContent = ", ".join(
            [
                text("editor.layer_count", count=len(self.layers)),
                text("editor.weight_count", count=described["parameters"]),
            ]
        )
        self.say("")

    def say(self, words):
        by_id("network-message").textContent = words

    def show_refusal(self, words):
        for output, weights in self.cells:
            output.textContent = weights.textContent = ""
        self.say(text("editor.invalid", reason=words))

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
            for place, (other, default, *_) in enumerate(KINDS[layer["kind"]]):
                if default == name and layer[other] == before:  # it followed this setting
                    layer[other] = layer[name]
                    fields[place].value = layer[name]
            self.on_change()
        else:
            self.show_refusal(
                text("editor.range", field=field.getAttribute("aria-label"), least=field.min, most=field.max)
            )

    def add(self, event):
        """Inserts a layer before the last one, which has a unit for each class."""
        kind = by_id("new-layer").value
        layer = layer_of(kind, [])
        if len(self.layers) < MAX_LAYERS:
            self.layers.insert(max(0, len(self.layers) - 1), layer)
        self.render()
        self.on_change()

    def insert(self, layer, place):
        """Puts a layer at a place."""
        self.layers.insert(min(place, len(self.layers) - 1), layer)
        self.render()
        self.on_change()

    def up(self, place):
        self.swap(place, place - 1)

    def down(self, place):
        self.swap(place, place + 1)

    def swap(self, place, other):
        if 0 <= other < len(self.layers):
            self.layers[place], self.layers[other] = self.layers[other], self.layers[place]
            self.render()
            self.on_change()
            by_id("layers").children[other].querySelector("button").focus()

    def remove(self, place):
        if len(self.layers) > 1:
            self.layers.pop(place)
            self.render()
            self.on_change()


def shown(layers):
    """The layers of a configuration without the loss."""
    return [dict(layer) for layer in layers if layer["kind"] not in LOSSES]


def loss_of(layers):
    """The loss of a configuration, which is the last layer or the usual one."""
    return layers[-1] if layers[-1]["kind"] in LOSSES else {"kind": LOSSES[0]}


def layer_of(kind, values):
    """A layer with these texts as its first settings and defaults for the others; None if one is out of range."""
    layer = {"kind": kind}
    if len(values) > len(KINDS[kind]):
        return None
    for place, (name, default, minimum, maximum, _) in enumerate(KINDS[kind]):
        layer[name] = layer.get(default, default)
        if place < len(values):
            try:
                layer[name] = number(values[place], layer[name])
            except ValueError:
                return None
        if not minimum <= layer[name] <= maximum:
            return None
    return layer


def number(typed, like):
    """What was typed as a number of the same type as `like`."""
    return float(typed) if isinstance(like, float) else int(typed)
