"""Looking inside: the images of a cell or the surest mistakes, and what each layer makes of one. What is shown is
asked for anew as the network learns."""

import asyncio

from pyscript import document
from widgets.dom import by_id, element, listen, nearly, replace, sure
from widgets.prediction import bar


class Look:
    def __init__(self, ask):
        self.ask = ask
        self.gallery = None  # what is shown of the test digits: (words, question)
        self.inside = None  # the question of which image
        self.truth = None  # and what it is, where that is known
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
        words = f"Images of class {classes[true]} that are read as {classes[read]}"
        await self.choose(words, {"what": "cell", "true": true, "predicted": read})
        by_id("look").scrollIntoView()

    async def choose_mistakes(self, event):
        await self.choose("Images that are read wrongly, the surest mistakes first", {"what": "mistakes"})

    async def choose(self, words, question):
        answer = await self.ask(**question)
        if answer:
            self.gallery = (words, question)
            self.show_gallery(words, answer)

    async def look_at(self, truth=None, **image):
        """The way of an image through the network: of a test digit by its `index`, of a drawing by its `strokes`."""
        question = dict(image, what="inspect")
        answer = await self.ask(**question)
        if answer:
            self.inside, self.truth = question, truth
            self.show_inside(answer)
            by_id("inside").scrollIntoView()

    def refresh(self):
        """The network has changed; what is shown follows, as fast as it can."""
        self.stale = True
        if not self.refreshing and (self.gallery or self.inside):
            asyncio.create_task(self.ask_again())

    async def ask_again(self):
        self.refreshing = True
        while self.stale:
            self.stale = False
            gallery, inside = self.gallery, self.inside
            answer = gallery and await self.ask(**gallery[1])
            if answer and gallery == self.gallery:
                self.show_gallery(gallery[0], answer)
            answer = inside and await self.ask(**inside)
            if answer and inside == self.inside:
                self.show_inside(answer)
        self.refreshing = False

    # --------------------------------------------------------------------------------------- showing

    def show_gallery(self, words, answer):
        """The images of an answer to `cell` or `mistakes`; who stood on one by keyboard stands on its successor."""
        shown, count = len(answer["images"]), answer["count"]
        by_id("gallery-title").textContent = f"{words}: {count}." + (
            f" The first {shown} are shown." if shown < count else ""
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
        button.append(element("span", " sure: look inside", class_="hidden-words"))
        index, truth = image["index"], image["true"]
        listen(button, "click", lambda event: self.look_at(truth, index=index))
        item = element("li")
        item.append(button)
        return item

    def show_inside(self, answer):
        """An answer to `inspect`: probabilities, the image and its evidence, then each layer's filters and maps."""
        best = max(row["probability"] for row in answer["probabilities"])
        truth = f" – it is a {self.truth}" if self.truth else ""
        by_id("inside-title").textContent = f"Read as {answer['class']}, {sure(best)} sure{truth}"
        bars = [bar(row, row["class"] == answer["class"]) for row in answer["probabilities"]]
        replace(by_id("inside-probabilities"), bars)
        rows = [strip("the image", [answer["picture"]]), strip("evidence", [answer["saliency"]])]
        for layer in answer["layers"]:
            if "filters" in layer:
                rows.append(strip(f"{layer['name']}: filters", layer["filters"]))
            rows.append(strip(f"{layer['name']}: output", layer["maps"], len(layer["shape"]) == 1))
        replace(by_id("inside-pictures"), rows)
        by_id("inside").hidden = False


def strip(words, addresses, numbers=False):
    """A line of pictures, of which a row of numbers is drawn wide."""
    line = element("div", class_="strip")
    line.append(element("span", words))
    pictures = element("div")
    for address in addresses:
        pictures.append(element("img", src=address, alt="", class_="row-of-numbers" if numbers else ""))
    line.append(pictures)
    return line
