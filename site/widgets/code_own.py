"""A layer and an optimiser of one's own: each begins with a first kernel, which is then edited like any other."""

from widgets.dom import by_id, element, listen, replace

LAYER = "own_forward"
LAYER_TEMPLATE = '''def own_forward(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    """output[i] = input[i] / (1 + |input[i]|), the softsign."""
    for i in lanes(size):
        output[i] = input[i] / (1.0 + abs(input[i]))
'''
OPTIMISER = "own_update"
OPTIMISER_TEMPLATE = '''def own_update(
    parameters: Float32Buffer, gradients: Float32Buffer, velocity: Float32Buffer, rate: Float32Buffer, size: Size
) -> None:
    """parameters[i] -= rate · velocity[i], with velocity[i] = 0.9 · velocity[i] + gradients[i], momentum."""
    for i in lanes(size):
        velocity[i] = 0.9 * velocity[i] + gradients[i]
        parameters[i] -= rate[0] * velocity[i]
'''


class Own:
    """What a layer and an optimiser have in common: a kernel that scnn does not have."""

    kernel = template = layer = button = ""  # the kernel's name and first text, where it is listed, and what adds it

    def __init__(self, place):
        """`place` has the page and its drafts."""
        self.place = place
        listen(by_id(self.button), "click", self.add)

    def add(self, event):
        """With the kernel that the person wrote before, if there is one."""
        kept = self.place.kept.pop(self.kernel, self.template)
        return self.put(self.place.drafts.get(self.kernel, kept))

    def used(self):
        """Whether the form has such a layer or optimiser."""
        raise NotImplementedError

    def use(self):
        """Puts it there."""
        raise NotImplementedError

    def take_kept(self):
        """Where the address has brought such a layer or optimiser, which has no kernel with it: takes what an earlier
        visit kept. Gives the names of the kernels that it took."""
        page, edits = self.place.page, self.place.page.settings.edits
        known = edits["kernels"] if edits else {}
        if not self.used() or self.kernel in known or self.kernel not in self.place.kept:
            return []
        self.edit(self.place.kept.pop(self.kernel))
        page.edited.refresh()
        return [self.kernel]

    def edit(self, source):
        """Makes the text the kernel of the form's network."""
        settings = self.place.page.settings
        edits = settings.edits or {"kernels": {}, "derive": False}
        kernels = dict(edits["kernels"])
        kernels[self.kernel] = source
        settings.edits = {"kernels": kernels, "derive": edits["derive"]}

    def restore(self):
        """The kernel as it was first put there."""
        return self.put(self.template)

    async def put(self, source):
        """Puts the kernel into the editor, and what runs it into the form."""
        self.edit(source)
        self.place.drafts[self.kernel] = source
        if not self.used():
            self.use()
        self.place.page.edited.refresh()
        self.place.kernel, self.place.layer = self.kernel, self.layer
        await self.place.open()


class OwnLayer(Own):
    kernel, template, layer, button = LAYER, LAYER_TEMPLATE, "own_1", "code-own-add"

    def show(self, groups):
        """Offers to put it after any of the layers but the last, which has a unit for each class."""
        layers = [group for group in groups if group["title"]][:-2]
        options = [element("option", one["layer"], value=index) for index, one in enumerate(layers)]
        replace(by_id("code-own-after"), options)

    def used(self):
        return any(layer["kind"] == "Own" for layer in self.place.page.editor.layers)

    def use(self):
        self.place.page.editor.insert({"kind": "Own"}, int(by_id("code-own-after").value or 0) + 1)


class OwnOptimiser(Own):
    kernel, template, layer, button = OPTIMISER, OPTIMISER_TEMPLATE, "training", "code-own-optimiser"

    def used(self):
        return by_id("optimiser").value == "own"

    def use(self):
        self.place.page.settings.choose_optimiser("own")
