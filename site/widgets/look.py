"""Look inside: the images in a cell of the confusion matrix or the mistakes, and the output of every layer for one
image. The display is refreshed as the network learns."""

from pyscript import document
from widgets.dom import by_id, element, listen, nearly, replace, run, sure
from widgets.prediction import bar


class Look:
    def __init__(self, request):
        self.request = request
        self.gallery = None  # the test images shown: (title, message)
        self.inside = None  # the message about the image shown
        self.truth = None  # its true class, if known
        self.refreshing = self.stale = False
        listen(by_id("mistakes"), "click", self.choose_mistakes)

    def ready(self, on):
        """Whether there is a network to look into."""
        by_id("look-buttons").hidden = not on
        by_id("look-empty").hidden = on
        if not on:
            self.gallery = self.inside = None
            by_id("gallery-title").textContent = ""
            replace(by_id("gallery"), [])
            by_id("inside").hidden = True

    async def choose_cell(self, true, read, classes):
        """Shows the images of one cell of the confusion matrix."""
        title = f"Images of class {classes[true]} classified as {classes[read]}"
        await self.choose(title, {"action": "cell", "true": true, "predicted": read})
        by_id("look").scrollIntoView()

    async def choose_mistakes(self, event):
        await self.choose("Images that are classified wrongly, the most confident first", {"action": "mistakes"})

    async def choose(self, title, message):
        answer = await self.request(**message)
        if answer:
            self.gallery = (title, message)
            self.show_gallery(title, answer)

    async def look_at(self, truth=None, **image):
        """Shows the activations for a test image, given by `index`, or a drawing, given by `strokes`."""
        message = dict(image, action="diagram", details=True)
        answer = await self.request(**message)
        if answer:
            self.inside, self.truth = message, truth
            self.show_inside(answer)
            by_id("inside").scrollIntoView()

    def refresh(self):
        """Updates the display after the network has changed, at most one request at a time."""
        self.stale = True
        if not self.refreshing and (self.gallery or self.inside):
            run(self.refresh_all())

    async def refresh_all(self):
        self.refreshing = True
        while self.stale:
            self.stale = False
            gallery, inside = self.gallery, self.inside
            answer = gallery and await self.request(**gallery[1])
            if answer and gallery == self.gallery:
                self.show_gallery(gallery[0], answer)
            answer = inside and await self.request(**inside)
            if answer and inside == self.inside:
                self.show_inside(answer)
        self.refreshing = False

    # --------------------------------------------------------------------------------------- showing

    def show_gallery(self, title, answer):
        """Shows the images in an answer to `cell` or `mistakes`. Keyboard focus stays at its position in the list."""
        shown, count = len(answer["images"]), answer["count"]
        by_id("gallery-title").textContent = f"{title}: {count}." + (
            f" Showing the first {shown}." if shown < count else ""
        )
        gallery = by_id("gallery")
        buttons = list(gallery.querySelectorAll("button"))
        focused = [place for place, button in enumerate(buttons) if button.isSameNode(document.activeElement)]
        items = [self.item(image) for image in answer["images"]]
        replace(gallery, items)
        if focused and items:
            items[min(focused[0], len(items) - 1)].querySelector("button").focus()

    def item(self, image):
        button = element("button", type="button", class_="outline secondary")
        button.append(element("img", src=image["picture"], alt=""))
        button.append(element("span", f"{image['true']} → {image['predicted']} "))
        button.append(element("small", nearly(image["probability"])))
        button.append(element("span", " confidence: look inside", class_="hidden-title"))
        index, truth = image["index"], image["true"]
        listen(button, "click", lambda event: self.look_at(truth, index=index))
        item = element("li")
        item.append(button)
        return item

    def show_inside(self, answer):
        """Shows an answer to `diagram`: probabilities, the image, its saliency, and each layer's filters and maps."""
        prediction = answer["prediction"]
        best = max(row["probability"] for row in prediction["probabilities"])
        truth = f"; it is a {self.truth}" if self.truth else ""
        by_id(
            "inside-title"
        ).textContent = f"Classified as {prediction['digit']} with probability {sure(best)}{truth}"
        bars = [bar(row, row["class"] == prediction["digit"]) for row in prediction["probabilities"]]
        replace(by_id("inside-probabilities"), bars)
        rows = [strip("the image", answer["picture"]), strip("saliency", answer["saliency"]["picture"])]
        for layer in answer["layers"][:-1]:
            if layer["filters"]:
                rows.append(strip(f"{layer['name']}: filters", layer["filters"]["picture"]))
            rows.append(strip(f"{layer['name']}: output", layer["picture"]))
        replace(by_id("inside-pictures"), rows)
        by_id("inside").hidden = False


def strip(title, address):
    """A line with the picture of a layer."""
    line = element("div", class_="strip")
    line.append(element("span", title))
    pictures = element("div")
    pictures.append(element("img", src=address, alt=""))
    line.append(pictures)
    return line
