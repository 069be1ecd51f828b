"""A layer of one's own: put into the network with a first kernel, which is then edited like any other."""

from widgets.dom import by_id, element, listen, replace, run

KERNEL = "own_forward"
TEMPLATE = '''def own_forward(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    """output[i] = input[i] / (1 + |input[i]|), the softsign."""
    for i in lanes(size):
        output[i] = input[i] / (1.0 + abs(input[i]))
'''


class OwnLayer:
    kernel = KERNEL

    def __init__(self, place):
        """`place` has the page and its drafts."""
        self.place = place
        listen(by_id("code-own-add"), "click", lambda event: run(self.put(self.place.drafts.get(KERNEL, TEMPLATE))))

    def show(self, groups):
        """Offers to put it after any of the layers but the last, which has a unit for each class."""
        layers = [group for group in groups if group["title"]][:-2]
        options = [element("option", one["layer"], value=place) for place, one in enumerate(layers)]
        replace(by_id("code-own-after"), options)

    def restore(self):
        """The kernel as it was first put into the network."""
        return self.put(TEMPLATE)

    async def put(self, source):
        """Puts the layer into the form's network, and its kernel into the editor."""
        page, place = self.place.page, int(by_id("code-own-after").value or 0)
        edits = page.settings.edits or {"kernels": {}, "derive": False}
        kernels = dict(edits["kernels"])
        kernels[KERNEL] = source
        page.settings.edits = {"kernels": kernels, "derive": edits["derive"]}
        self.place.drafts[KERNEL] = source
        if not any(layer["kind"] == "Own" for layer in page.editor.layers):
            page.editor.insert({"kind": "Own"}, place + 1)
        page.edited.refresh()
        self.place.kernel, self.place.layer = KERNEL, "own_1"
        await self.place.open()
