"""The prediction for the drawing: the digit, a bar for each class, and the network's input image."""

from widgets.dom import by_id, element, nearly, replace, sure
from widgets.texts import text

FEW = 3  # up to so many classes are listed, since the network cannot recognise others


class Prediction:
    def __init__(self):
        self.status = by_id("prediction")
        self.context = by_id("seen").getContext("2d")
        self.names, self.bars, self.image = [], [], None  # as they are shown

    def show(self, answer):
        """Shows a session's answer to `predict`."""
        if "error" in answer or answer.get("empty"):
            self.clear(answer.get("message") or answer["error"]["message"])
            return
        best = max(row["probability"] for row in answer["probabilities"])
        words = f"{answer['digit']}, with a probability of {sure(best)}."
        names = [row["class"] for row in answer["probabilities"]]
        if len(names) <= FEW:
            words += f" It knows only {', '.join(names[:-1])} and {names[-1]}."
        if answer.get("pretrained"):
            words += " This is the network that comes with the page."
        elif "pretrained" not in answer and not answer["samples"]:
            words += " It has not been trained yet, so it guesses."
        self.status.textContent = words
        self.show_numbers(answer)

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
            image = self.context.createImageData(28, 28)
            for place, ink in enumerate(answer["image"]):
                image.data[4 * place + 3] = ink
            self.context.putImageData(image, 0, 0)

    def say(self, answer, truth):
        """Says how an image whose class is known was read."""
        best = max(row["probability"] for row in answer["probabilities"])
        words = "prediction.right" if answer["digit"] == truth else "prediction.wrong"
        self.status.textContent = text(words, digit=answer["digit"], truth=truth, probability=sure(best))

    def clear(self, words=None):
        self.status.textContent = words or text("drawing.invitation")
        self.names, self.image = [], None
        by_id("bars").replaceChildren()
        self.context.clearRect(0, 0, 28, 28)


class Bar:
    """One class: its name, a bar, and its probability."""

    def __init__(self, name):
        self.line = element("div", class_="bar")
        self.line.append(element("span", name))
        self.meter = element("meter", min=0, max=1, value=0, aria_label=f"Probability of {name}")
        self.line.append(self.meter)
        self.number = element("span")
        self.line.append(self.number)

    def show(self, probability, chosen):
        self.line.classList.toggle("chosen", chosen)
        self.meter.value = probability
        self.number.textContent = nearly(probability)
