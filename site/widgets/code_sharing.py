"""Kernels that come from a link or a file, and those that go there. What comes is shown first, as a difference; it
goes into the editor when the person says so, and it is never run by itself."""

from pyscript import window
from widgets.dom import by_id, element, listen
from widgets.downloads import save_text
from widgets.edited_offer import EditedOffer
from widgets.texts import text

MOST = 16_000  # characters of a kernel in a link
MOST_FILE = 64 * 1024


class Sharing:
    def __init__(self, place):
        """`place` has kernel, source(), settings, ask and take(kernel, source)."""
        self.place = place
        query = window.URLSearchParams.new(window.location.search)
        self.brought = (query.get("kernel"), query.get("source"))
        self.offered = EditedOffer(by_id("code-offer"), place.ask)
        listen(by_id("code-link"), "click", self.copy_link)
        listen(by_id("code-save"), "click", self.save)
        listen(by_id("code-open"), "click", lambda event: by_id("code-file").click())
        listen(by_id("code-file"), "change", self.open)

    def say(self, message):
        by_id("code-share-words").textContent = message

    async def copy_link(self, event):
        source = self.place.editor.text()
        if len(source) > MOST:
            self.say(text("code.too_long", most=MOST))
            return
        query = window.URLSearchParams.new(self.place.page.settings.address(window.location.search))
        query.set("kernel", self.place.kernel)
        query.set("source", source)
        address = window.location.href.split("?")[0].split("#")[0]
        link = f"{address}?{query.toString()}#/code"
        try:
            await window.navigator.clipboard.writeText(link)
            self.say(text("code.link_copied"))
        except Exception:  # no clipboard without https, or it is refused: the link can be copied by hand
            field = element("input", value=link, readonly="", aria_label=text("code.link"))
            by_id("code-share-words").replaceChildren(field)
            field.focus()
            field.select()

    def save(self, event):
        save_text(self.place.editor.text(), "text/x-python", f"{self.place.kernel}.py")

    async def open(self, event):
        file = by_id("code-file").files.item(0)
        if not file:
            return
        by_id("code-file").value = ""
        if file.size > MOST_FILE:
            self.say(text("code.file_too_long", name=file.name, most=MOST_FILE))
            return
        source = await file.text()
        kernel = kernel_in(source, self.place.names()) or self.place.kernel
        await self.offer(kernel, source, "code.from_file", file.name)

    async def offer_link(self):
        """Offers what the address brought, once."""
        (kernel, source), self.brought = self.brought, (None, None)
        if kernel and source:
            await self.offer(kernel[:60], source[: 4 * MOST], "code.from_link", "")

    async def offer(self, kernel, source, key, name):
        """Shows a kernel that nobody has read yet, as its difference from scnn's."""
        message, edits = text(key, kernel=kernel, name=name), {"kernels": {kernel: source}}
        self.say(await self.offered.show(message, edits, text("code.accept"), lambda: self.accept(kernel, source)))

    def accept(self, kernel, source):
        by_id("code-name").parentNode.scrollIntoView()
        return self.place.take(kernel, source)


def kernel_in(source, names):
    """The first of the known kernels that a text defines."""
    for line in source.split("\n"):
        if line.startswith("def "):
            name = line[4:].split("(")[0].strip()
            if name in names:
                return name
    return None
