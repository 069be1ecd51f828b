"""The prediction for the drawing: the digit, a bar for each class, and the network's input image."""

from widgets.dom import by_id, element, nearly, replace, sure

FEW = 3  # up to so many classes are listed, since the network cannot recognise others
INVITATION = "Draw a digit with mouse, finger or pen."


class Prediction:
    def __init__(self):
        self.status = by_id("prediction")
        self.context = by_id("seen").getContext("2d")

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
        replace(by_id("bars"), [bar(row, row["class"] == answer["digit"]) for row in answer["probabilities"]])
        image = self.context.createImageData(28, 28)
        for place, ink in enumerate(answer["image"]):
            image.data[4 * place + 3] = ink
        self.context.putImageData(image, 0, 0)

    def clear(self, words=INVITATION):
        self.status.textContent = words
        by_id("bars").replaceChildren()
        self.context.clearRect(0, 0, 28, 28)


def bar(row, chosen):
    """One class: its name, a bar, and its probability."""
    line = element("div", class_="bar chosen" if chosen else "bar")
    line.append(element("span", row["class"]))
    meter = element("meter", min=0, max=1, value=row["probability"], aria_label=f"Probability of {row['class']}")
    line.append(meter)
    line.append(element("span", nearly(row["probability"])))
    return line
