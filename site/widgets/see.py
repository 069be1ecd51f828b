"""The place See: how each number of the network is computed, forward, and a filter made by hand."""

from widgets.dom import by_id, element, listen, replace
from widgets.explanation import Explanation
from widgets.hand_filter import HandFilter
from widgets.layer_titles import layer_title
from widgets.place import Place
from widgets.texts import text


class See(Place):
    def __init__(self, page):
        super().__init__(page, by_id("see"))
        self.wanted = {}  # the layer and element that are explained; by default the largest of the first layer
        self.explanation = Explanation(by_id("see-element"), self.ask, self.explained)
        self.hand = HandFilter(self.ask)
        by_id("see-element").append(self.refusal)
        self.choices = []  # what the chooser offers: a layer's largest number, or a class's probability
        listen(by_id("see-layer"), "change", lambda event: self.choose(int(by_id("see-layer").value)))

    def selected(self, selection):
        """A pixel or unit of the diagram was chosen."""
        self.wanted = {"layer": selection["layer"], "element": selection["element"]}
        self.refresh()

    def explained(self, answer):
        """Marks in the diagram what is explained, and the window that it was made from; not if another number was
        chosen meanwhile."""
        if self.stale:
            return
        self.wanted = {"layer": answer["layer"], "element": answer["index"]}
        self.mark(answer)
        self.list_choices()
        self.show_choice(answer)

    def choose(self, index):
        self.wanted = dict(self.choices[index])
        self.refresh()

    def list_choices(self):
        """Offers the image, every layer, and the probability of every class."""
        answer = self.page.lens.diagram.answer
        if not answer:
            return
        choices, names = [{"layer": "image"}], [text("see.image")]
        for layer in answer["layers"][:-1]:
            choices.append({"layer": layer["name"]})
            names.append(layer_title(layer["name"]))
        last = answer["layers"][-1]["name"]
        for index, row in enumerate(answer["prediction"]["probabilities"]):
            choice = {"layer": last}
            choice["element"] = [index]
            choices.append(choice)
            names.append(text("see.probability", name=row["class"]))
        if choices != self.choices:
            self.choices = choices
            options = [element("option", name, value=index) for index, name in enumerate(names)]
            replace(by_id("see-layer"), options)

    def show_choice(self, answer):
        """Shows in the chooser what is explained."""
        for index, choice in enumerate(self.choices):
            if choice["layer"] == answer["layer"] and choice.get("element", answer["index"]) == answer["index"]:
                by_id("see-layer").value = str(index)

    async def update(self):
        self.list_choices()
        if not self.hand.presets:
            await self.hand.fill()
        await self.explanation.show(dict(self.wanted))
        if not self.explanation.answer and self.wanted:  # the network has changed its layers
            self.wanted = {}
            await self.explanation.show({})
        self.hand.refresh()

    def depth_changed(self, depth):
        self.explanation.depth_changed(depth)
        self.hand.depth_changed(depth)
