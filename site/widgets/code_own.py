"""A layer of one's own: put into the network with a first kernel, which is then edited like any other."""

from widgets.dom import by_id, element, listen, replace

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
        listen(by_id("code-own-add"), "click", self.add)

    def add(self, event):
        """With the kernel that the person wrote before, if there is one."""
        kept = self.place.kept.pop(KERNEL, TEMPLATE)
        return self.put(self.place.drafts.get(KERNEL, kept))

    def show(self, groups):
        """Offers to put it after any of the layers but the last, which has a unit for each class."""
        layers = [group for group in groups if group["title"]][:-2]
        options = [element("option", one["layer"], value=place) for place, one in enumerate(layers)]
        replace(by_id("code-own-after"), options)

    def take_kept(self):
        """Where the address has brought such a layer, which has no kernel with it: takes what an earlier visit kept.
        Gives the names of the kernels that it took."""
        page, edits = self.place.page, self.place.page.settings.edits
        known = edits["kernels"] if edits else {}
        wanted = any(layer["kind"] == "Own" for layer in page.editor.layers) and KERNEL not in known
        if not wanted or KERNEL not in self.place.kept:
            return []
        self.edit(self.place.kept.pop(KERNEL))
        page.edited.refresh()
        return [KERNEL]

    def edit(self, source):
        """Makes the text the kernel of the form's network."""
        settings = self.place.page.settings
        edits = settings.edits or {"kernels": {}, "derive": False}
        kernels = dict(edits["kernels"])
        kernels[KERNEL] = source
        settings.edits = {"kernels": kernels, "derive": edits["derive"]}

    def restore(self):
        """The kernel as it was first put into the network."""
        return self.put(TEMPLATE)

    async def put(self, source):
        """Puts the layer into the form's network, and its kernel into the editor."""
        page, place = self.place.page, int(by_id("code-own-after").value or 0)
        self.edit(source)
        self.place.drafts[KERNEL] = source
        if not any(layer["kind"] == "Own" for layer in page.editor.layers):
            page.editor.insert({"kind": "Own"}, place + 1)
        page.edited.refresh()
        self.place.kernel, self.place.layer = KERNEL, "own_1"
        await self.place.open()
