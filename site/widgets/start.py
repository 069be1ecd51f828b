"""The place Start: a digit that is drawn or chosen, who reads it, and training a network of one's own."""

from widgets.dom import by_id, element, listen, replace
from widgets.texts import percent, text, whole

OWN = "mnist"  # the experiment of Train your own: all ten digits


class Start:
    def __init__(self, page):
        self.page = page
        listen(by_id("train-own"), "click", self.act)

    def shown(self):
        pass

    def show_samples(self, pictures):
        """Shows the sample digits; choosing one makes it the subject."""
        items = []
        for digit, picture in enumerate(pictures):
            button = element("button", type="button", class_="sample outline secondary")
            button.setAttribute("aria-label", text("start.sample", digit=digit))
            button.append(element("img", src=picture, alt="", width=28, height=28))
            listen(button, "click", lambda event, digit=digit: self.page.lens.choose_sample(digit))
            item = element("li")
            item.append(button)
            items.append(item)
        replace(by_id("samples"), items)

    def show_reader(self, reader):
        """Says who reads: an answer's `reader`; and how well, once an epoch of one's own has ended."""
        words = [text(f"reader.{reader['kind']}", samples=whole(reader["samples"]), epoch=reader["epoch"])]
        accuracy = self.page.results.accuracies[1]
        if reader["kind"] == "own" and accuracy is not None:
            words.append(text("reader.so_far", accuracy=percent(accuracy)))
        by_id("reader").textContent = " ".join(words)

    def state_changed(self, name):
        """The button trains, pauses or resumes, as the state has it."""
        key = {"training": "start.pause", "paused": "start.resume"}.get(name, "start.train")
        button = by_id("train-own")
        button.textContent = text(key)
        button.disabled = name in ("loading", "failed")

    def act(self, event):
        page = self.page
        if page.state.name == "training":
            return page.training.pause(event)
        if page.state.name == "paused":
            return page.training.resume(event)
        page.experiments.choose(OWN)
        page.remember_settings()
        return page.training.start(event)
