"""The place See: how each number of the network came about, forward, and a filter made by hand."""

from widgets.dom import by_id
from widgets.explanation import Explanation
from widgets.hand_filter import HandFilter
from widgets.place import Place


class See(Place):
    def __init__(self, page):
        super().__init__(page, by_id("see"))
        self.wanted = {}  # the layer and element that are explained; by default the largest of the first layer
        self.explanation = Explanation(by_id("see-element"), self.ask, self.explained)
        self.hand = HandFilter(self.ask)
        by_id("see-element").append(self.refusal)

    def selected(self, selection):
        """A pixel or unit of the diagram was chosen."""
        self.wanted = {"layer": selection["layer"], "element": selection["element"]}
        self.refresh()

    def explained(self, answer):
        """Marks in the diagram what is explained, and the window that it was made from."""
        self.wanted = {"layer": answer["layer"], "element": answer["index"]}
        self.mark(answer)

    async def update(self):
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
