"""The network's layers, one per row, to edit, move, remove and add. Shapes and counts come from the worker."""

from widgets.dom import by_id, element, listen, replace
from widgets.layer_names import names_of, rename
from widgets.layer_words import KINDS, MAX_LAYERS, completed, layer_of, layers_of, number, word_of, written
from widgets.texts import text

LOSSES = ("SoftmaxCrossEntropy", "SquaredHinge", "MeanSquaredError")


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
        return word_of(self.layers)

    def take(self, word):
        """Shows the layers in such a word; returns whether the word is valid."""
        layers = layers_of(word)
        if not layers:
            return False
        self.layers = layers
        self.render()
        return True

    # --------------------------------------------------------------------------------------- showing

    def render(self):
        self.cells = []
        replace(by_id("layers"), [self.row(index, layer) for index, layer in enumerate(self.layers)])

    def row(self, index, layer):
        line, settings, change = element("tr", role="row"), element("td", role="cell"), element("td", role="cell")
        which = text("editor.which", number=index + 1, kind=layer["kind"])
        for name, _, minimum, maximum, step in KINDS[layer["kind"]]:
            setting = text(f"setting.{name}")
            label = element("label", f"{setting} ", class_="setting")
            form = "text" if isinstance(layer[name], list) else "number"  # a list has a number for each channel
            field = element("input", type=form, min=minimum, max=maximum, step=step, value=written(layer[name]))
            field.setAttribute("aria-label", text("editor.setting_of", setting=setting, layer=which))
            field.disabled = not self.on
            listen(field, "change", lambda event, layer=layer, name=name: self.set(event, layer, name))
            label.append(field)
            settings.append(label)
        if "layer" in layer:
            settings.append(self.choice(index, layer, which))
        for key, sign, do in (("up", "↑", self.up), ("down", "↓", self.down), ("remove", "×", self.remove)):
            button = element("button", sign, type="button", class_="secondary outline small")
            button.setAttribute("aria-label", text(f"editor.{key}", layer=which))
            button.disabled = not self.on
            listen(button, "click", lambda event, index=index, do=do: do(index))
            change.append(button)
        output = element("td", role="cell", data_before=text("editor.output"))
        weights = element("td", role="cell", data_after=text("editor.weights_after"))
        self.cells.append((output, weights))
        for cell in (element("th", layer["kind"], scope="row", role="rowheader"), change, settings, output, weights):
            line.append(cell)
        return line

    def choice(self, index, layer, which):
        """The choice of the layer that a layer reads, among those before it."""
        label = element("label", text("setting.layer") + " ", class_="setting")
        chooser = element("select", aria_label=text("editor.setting_of", setting=text("setting.layer"), layer=which))
        names = names_of(self.layers)[: index + 1]
        for name in names if layer["layer"] in names else [layer["layer"]] + names:
            option = element("option", name, value=name)
            option.selected = name == layer["layer"]
            chooser.append(option)
        chooser.disabled = not self.on
        listen(chooser, "change", lambda event: self.read(layer, chooser.value))
        label.append(chooser)
        return label

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

    def say(self, message):
        by_id("network-message").textContent = message

    def show_refusal(self, reason):
        for output, weights in self.cells:
            output.textContent = weights.textContent = ""
        self.say(text("editor.invalid", reason=reason))

    def enable(self, on):
        self.on = on
        by_id("add-layer").disabled = not on
        by_id("new-layer").disabled = not on
        for field in by_id("layers").querySelectorAll("input, select, button"):
            field.disabled = not on

    # -------------------------------------------------------------------------------------- changing

    def set(self, event, layer, name):
        field = event.target
        settings = KINDS[layer["kind"]]
        value = number(field.value, next(step for other, *_, step in settings if other == name))
        if field.checkValidity() and value is not None:
            before, layer[name] = layer[name], value
            fields = field.closest("td").querySelectorAll("input")
            for index, (other, default, *_) in enumerate(settings):
                if default == name and layer[other] == before:  # it followed this setting
                    layer[other] = layer[name]
                    fields[index].value = layer[name]
            self.on_change()
        else:
            self.show_refusal(
                text("editor.range", field=field.getAttribute("aria-label"), least=field.min, most=field.max)
            )

    def read(self, layer, name):
        layer["layer"] = name
        self.on_change()

    def add(self, event):
        """Inserts a layer before the last one, which has a unit for each class."""
        layer, index = layer_of(by_id("new-layer").value, []), max(0, len(self.layers) - 1)
        if "layer" in layer:
            layer["layer"] = names_of(self.layers)[index]  # that before it, which always fits
        if len(self.layers) < MAX_LAYERS:
            self.insert(layer, index)

    def insert(self, layer, index):
        """Puts a layer at a place."""
        index = min(index, len(self.layers) - 1)
        self.change(self.layers[:index] + [layer] + self.layers[index:])

    def change(self, layers):
        """Shows a changed list."""
        rename(self.layers, layers)
        self.layers = layers
        self.render()
        self.on_change()

    def up(self, index):
        self.swap(index, index - 1)

    def down(self, index):
        self.swap(index, index + 1)

    def swap(self, index, other):
        if 0 <= other < len(self.layers):
            layers = list(self.layers)
            layers[index], layers[other] = layers[other], layers[index]
            self.change(layers)
            by_id("layers").children[other].querySelector("button").focus()

    def remove(self, index):
        if len(self.layers) > 1:
            self.change(self.layers[:index] + self.layers[index + 1 :])


def shown(layers):
    """The layers of a configuration without the loss."""
    return [completed(layer) for layer in layers if layer["kind"] not in LOSSES]


def loss_of(layers):
    """The loss of a configuration, which is the last layer or the usual one."""
    return layers[-1] if layers[-1]["kind"] in LOSSES else {"kind": LOSSES[0]}
