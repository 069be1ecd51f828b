"""The means of a training: the settings that are open, the layers, and explanations to choose from."""

from widgets.dom import element, listen, replace, run
from widgets.exercise_means import Means, read
from widgets.layer_words import KINDS
from widgets.texts import error_text, text, whole

MAX_LAYERS = 20


class Training(Means):
    async def open(self):
        self.fields = {}
        box = element("div", class_="settings-open")
        for one in self.means["numbers"]:
            label = element("label", text(f"exercises.setting_{one['name']}") + " ")
            step = 1 if one["whole"] else "any"
            field = element("input", type="number", step=step, min=one["from"], max=one["to"])
            field.value = f"{one['start']:g}"
            listen(field, "input", lambda event: self.edited())
            label.append(field)
            box.append(label)
            self.fields[one["name"]] = field
        self.host.append(box)
        if self.means["kinds"] is not None:
            self.layers = [dict(layer) for layer in self.means["layers"]]
            self.build_layers()
        self.choices = {}
        if self.means["changes"]:
            part = element("fieldset", class_="explanations")
            part.append(element("legend", text("exercises.explanation")))
            for change in self.means["changes"]:
                label = element("label")
                radio = element("input", type="radio", name="exercise-change")
                listen(radio, "change", lambda event: self.changed())
                label.append(radio)
                label.append(element("span", change["text"]))
                part.append(label)
                self.choices[change["name"]] = radio
            self.host.append(part)

    def edited(self):
        self.changed()
        self.count()

    # ---------------------------------------------------------------------------------------------- layers

    def build_layers(self):
        self.rows = element("ol", class_="layer-rows", aria_label=text("editor.layers"))
        row = element("div", class_="row")
        self.kind = element("select", aria_label=text("editor.new"))
        for kind in self.means["kinds"]:
            self.kind.append(element("option", text(f"layer.{kind}"), value=kind))
        add = element("button", text("editor.add"), type="button", class_="secondary outline")
        listen(add, "click", lambda event: self.add())
        row.append(self.kind)
        row.append(add)
        self.said = element("p", class_="note", role="status", aria_label=text("editor.weights"))
        for part in (self.rows, row, self.said):
            self.host.append(part)
        self.stale = self.asking = False
        self.show_layers()

    def show_layers(self):
        rows = []
        for at, layer in enumerate(self.layers):
            which = text("editor.which", number=at + 1, kind=text(f"layer.{layer['kind']}"))
            row = element("li")
            settings, moves = element("span", class_="settings"), element("span", class_="moves")
            row.append(element("strong", text(f"layer.{layer['kind']}")))
            for name, default, least, most, step in KINDS[layer["kind"]]:
                if name not in layer:
                    layer[name] = layer[default] if isinstance(default, str) else default
                label = element("label", text(f"setting.{name}") + " ", class_="setting")
                description = text("editor.setting_of", setting=text(f"setting.{name}"), layer=which)
                field = element("input", type="number", min=least, max=most, step=step, aria_label=description)
                field.value = str(layer[name])
                listen(field, "input", lambda event, at=at, name=name, field=field: self.set(at, name, field))
                label.append(field)
                settings.append(label)
            for sign, key, move in (("↑", "editor.up", -1), ("↓", "editor.down", 1), ("×", "editor.remove", 0)):
                button = element("button", sign, type="button", class_="secondary outline small")
                button.setAttribute("aria-label", text(key, layer=which))
                button.disabled = (move < 0 and at == 0) or (move > 0 and at == len(self.layers) - 1)
                listen(button, "click", lambda event, at=at, move=move: self.move(at, move))
                moves.append(button)
            row.append(settings)
            row.append(moves)
            rows.append(row)
        replace(self.rows, rows)
        self.count()

    def set(self, at, name, field):
        value = read(field)
        if value is not None:
            self.layers[at][name] = value
            self.edited()

    def move(self, at, by):
        layer = self.layers.pop(at)
        if by:
            self.layers.insert(at + by, layer)
        self.show_layers()
        self.changed()

    def add(self):
        if len(self.layers) < MAX_LAYERS:
            kind = self.kind.value
            layer = {"kind": kind}
            for name, default, *_ in KINDS[kind]:
                layer[name] = layer[default] if isinstance(default, str) else default
            end = len(self.layers) - 1 if self.layers and self.layers[-1]["kind"] == "Dense" else len(self.layers)
            if end and self.layers[end - 1]["kind"] == "Flatten":
                end -= 1
            self.layers.insert(end, layer)
            self.show_layers()
            self.changed()

    def count(self):
        """Says how many weights the network has, one request at a time."""
        if self.means["kinds"] is None:
            return
        self.stale = True
        if not self.asking:
            run(self.count_all())

    async def count_all(self):
        self.asking = True
        try:
            while self.stale:
                self.stale = False
                answer = await self.try_out(self.settings())
                if answer and "error" in answer:
                    self.said.textContent = error_text(answer["error"])
                elif answer:
                    self.said.textContent = text("exercises.weights", count=whole(answer["weights"]))
        finally:
            self.asking = False

    # --------------------------------------------------------------------------------------------- answers

    def settings(self):
        settings = {name: read(field) for name, field in self.fields.items()}
        if self.means["kinds"] is not None:
            settings["layers"] = self.layers
        return settings

    def answer(self):
        settings = self.settings()
        if self.choices:
            settings["change"] = next((name for name, radio in self.choices.items() if radio.checked), None)
        return None if None in settings.values() else settings

    def restore(self, answer):
        for name, field in self.fields.items():
            if name in answer:
                field.value = f"{answer[name]:g}"
        if self.means["kinds"] is not None and "layers" in answer:
            self.layers = [dict(layer) for layer in answer["layers"] if layer.get("kind") in KINDS]
            self.show_layers()
        if answer.get("change") in self.choices:
            self.choices[answer["change"]].checked = True
