"""The prediction for a drawing or a photo: the number, a bar for each class, and the network's input image.

Of several digits, one is chosen whose bars are shown."""

from pyscript import document
from widgets.dom import by_id, element, listen, replace
from widgets.texts import error_text, listed, nearly, sure, text

FEW = 3  # up to so many classes are listed, since the network cannot recognise others


class Prediction:
    def __init__(self, on_choose):
        """Calls on_choose(index) when one of several digits is chosen."""
        self.on_choose = on_choose
        self.status = by_id("prediction")
        self.context = by_id("seen").getContext("2d")
        self.names, self.bars, self.image = [], [], None  # as they are shown
        self.digits, self.chosen = [], 0  # the answer about each digit, and which of them is shown
        listen(by_id("digits"), "click", self.click)

    def show(self, answer):
        """Shows a session's answer to `predict` or `photo`. If it has as many digits as before, the chosen one
        stays."""
        if answer.get("no_drawings"):
            self.clear(text("prediction.no_drawings"))
            return
        if "error" in answer or answer.get("empty"):
            message = error_text(answer if "message" in answer else answer["error"])
            self.clear(text("prediction.empty", reason=message) if "message" in answer else message)
            return
        digits = answer.get("digits") or [answer]
        if len(digits) != len(self.digits):
            self.chosen = 0
        self.digits = digits
        self.status.textContent = describe(answer.get("number", digits[0]["digit"]), digits)
        if digits[0].get("pretrained"):  # Start says in a line of its own who reads
            self.status.append(element("span", " " + text("prediction.page"), class_="reader"))
        self.status.classList.add("digit")  # its first letter is large
        listed = by_id("digits")
        focused = listed.contains(document.activeElement)
        replace(listed, [item(digit, index, len(digits)) for index, digit in enumerate(digits)] if digits[1:] else [])
        listed.hidden = len(digits) < 2
        self.choose(self.chosen)
        if focused and not listed.hidden:
            listed.children[self.chosen].firstChild.focus()

    def click(self, event):
        button = event.target.closest("button")
        if button:
            self.on_choose(int(button.dataset.index))

    def choose(self, index):
        """Shows the bars and the input of one of the digits."""
        self.chosen = index
        buttons = by_id("digits").children
        for at in range(buttons.length):
            buttons[at].firstChild.setAttribute("aria-pressed", "true" if at == index else "false")
        self.show_numbers(self.digits[index])

    def show_numbers(self, answer):
        """Shows the probabilities, and the image that the network saw."""
        rows = answer["probabilities"]
        names = [row["class"] for row in rows]
        if names != self.names:
            self.names, self.bars = names, [Bar(name) for name in names]
            replace(by_id("bars"), [bar.line for bar in self.bars])
        for one, row in zip(self.bars, rows):
            one.show(row["probability"], row["class"] == answer["digit"])
        if answer["image"] != self.image:
            self.image = answer["image"]
            self.show_image(answer)

    def show_image(self, answer):
        """Shows the network's input: ink, or a picture in colour."""
        canvas, (_, height, width) = by_id("seen"), answer["shape"]
        canvas.width, canvas.height = width, height  # which clears it, too
        canvas.style.backgroundImage = f"url({answer['picture']})" if answer["picture"] else ""
        if not answer["picture"]:
            image = self.context.createImageData(width, height)
            for index, ink in enumerate(answer["image"]):
                image.data[4 * index + 3] = ink
            self.context.putImageData(image, 0, 0)

    def say(self, answer, truth):
        """Says how an image whose class is known was read."""
        self.status.classList.remove("digit")
        key = "prediction.right" if answer["digit"] == truth else "prediction.wrong"
        self.status.textContent = text(key, digit=answer["digit"], truth=truth, probability=sure(best(answer)))

    def clear(self, message=None):
        self.status.classList.remove("digit")
        self.status.textContent = message or text("drawing.invitation")
        self.names, self.image = [], None
        self.digits, self.chosen = [], 0
        by_id("bars").replaceChildren()
        by_id("digits").replaceChildren()
        by_id("digits").hidden = True
        by_id("seen").width = by_id("seen").width  # clears it
        by_id("seen").style.backgroundImage = ""


def best(digit):
    return max(row["probability"] for row in digit["probabilities"])


def describe(number, digits):
    """What was read, in words."""
    first = digits[0]
    names = [row["class"] for row in first["probabilities"]]
    if len(digits) > 1:
        message = text("prediction.several", number=number, count=len(digits))
    else:
        message = text("prediction.read", number=number, probability=sure(best(first)))
    if len(names) <= FEW:
        message += " " + text("prediction.knows", names=listed(names))
    if "pretrained" not in first and not first["samples"]:
        message += " " + text("prediction.guess")
    return message


def item(digit, index, count):
    """One of several digits: its ink if it is from a photo, its class, its probability."""
    button = element("button", type="button", class_="secondary outline", data_index=index)
    if "ink" in digit:
        button.append(element("img", src=digit["ink"], alt=""))
    which, probability = text("prediction.digit", number=index + 1, count=count), text("prediction.probability")
    button.append(element("span", f"{which} ", class_="hidden-words"))
    button.append(element("strong", digit["digit"]))
    button.append(element("span", f" {probability} ", class_="hidden-words"))
    button.append(element("small", sure(best(digit))))
    made = element("li")
    made.append(button)
    return made


class Bar:
    """One class: its name, a bar, and its probability."""

    def __init__(self, name):
        self.line = element("div", class_="bar")
        self.line.append(element("span", name))
        self.meter = element("meter", min=0, max=1, value=0, aria_label=text("prediction.bar", name=name))
        self.line.append(self.meter)
        self.number = element("span")
        self.line.append(self.number)

    def show(self, probability, chosen):
        self.line.classList.toggle("chosen", chosen)
        self.meter.value = probability
        self.number.textContent = nearly(probability)
