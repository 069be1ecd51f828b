"""The test images in a cell of the confusion matrix, or the mistakes; the diagram shows the one that is chosen. The
images are refreshed as the network learns."""

from pyscript import document
from widgets.dom import by_id, element, listen, replace, run
from widgets.texts import nearly, text


class Look:
    def __init__(self, request, look_at):
        """Calls look_at(index, truth) for the test image that the person chose."""
        self.request, self.look_at = request, look_at
        self.gallery = None  # the test images shown: (title, message)
        self.refreshing = self.stale = False
        listen(by_id("mistakes"), "click", self.choose_mistakes)

    def ready(self, on):
        """Whether there is a network to look into."""
        by_id("look-buttons").hidden = not on
        by_id("look-empty").hidden = on
        if not on:
            self.gallery = None
            by_id("gallery-title").textContent = ""
            replace(by_id("gallery"), [])

    async def choose_cell(self, true, read, classes):
        """Shows the images of one cell of the confusion matrix."""
        title = text("look.cell", true=classes[true], predicted=classes[read])
        await self.choose(title, {"action": "cell", "true": true, "predicted": read})
        by_id("look").scrollIntoView()

    async def choose_mistakes(self, event):
        await self.choose(text("look.wrong"), {"action": "mistakes"})

    async def choose(self, title, message):
        answer = await self.request(**message)
        if answer:
            self.gallery = (title, message)
            self.show_gallery(title, answer)

    def refresh(self):
        """Updates the display after the network has changed, at most one request at a time."""
        self.stale = True
        if not self.refreshing and self.gallery:
            run(self.refresh_all())

    async def refresh_all(self):
        self.refreshing = True
        while self.stale:
            self.stale = False
            gallery = self.gallery
            answer = gallery and await self.request(**gallery[1])
            if answer and gallery == self.gallery:
                self.show_gallery(gallery[0], answer)
        self.refreshing = False

    # --------------------------------------------------------------------------------------- showing

    def show_gallery(self, title, answer):
        """Shows the images in an answer to `cell` or `mistakes`. Keyboard focus stays at its position in the list."""
        shown, count = len(answer["images"]), answer["count"]
        key = "look.first" if shown < count else "look.count"
        by_id("gallery-title").textContent = text(key, title=title, count=count, shown=shown)
        gallery = by_id("gallery")
        buttons = list(gallery.querySelectorAll("button"))
        focused = [index for index, button in enumerate(buttons) if button.isSameNode(document.activeElement)]
        items = [self.item(image) for image in answer["images"]]
        replace(gallery, items)
        if focused and items:
            items[min(focused[0], len(items) - 1)].querySelector("button").focus()

    def item(self, image):
        button = element("button", type="button", class_="outline secondary")
        button.append(element("img", src=image["picture"], alt=""))
        button.append(element("span", f"{image['true']} → {image['predicted']} "))
        button.append(element("small", nearly(image["probability"])))
        button.append(element("span", " " + text("look.inside"), class_="hidden-title"))
        index, truth = image["index"], image["true"]
        listen(button, "click", lambda event: self.look_at(index, truth))
        item = element("li")
        item.append(button)
        return item
