"""Time travel: a slider over the epochs whose weights are kept. The network is shown as it was then; the training
continues with the newest weights."""

from widgets.dom import by_id, listen, run
from widgets.texts import decimal, percent, show_text, text


class Travel:
    def __init__(self, request, travelled):
        """Calls travelled(answer) when the network of another epoch is shown."""
        self.request, self.travelled = request, travelled
        self.kept = []
        self.epoch = None  # that is shown; None is the newest
        self.wanted = self.asked = None
        self.busy = False
        self.slider = by_id("epoch-viewed")
        listen(self.slider, "input", lambda event: self.go(self.kept[int(self.slider.value)]))
        listen(by_id("newest"), "click", lambda event: self.go(None))

    def reset(self):
        self.kept, self.epoch, self.wanted = [], None, None
        self.slider.max, self.slider.value, self.slider.disabled = 0, 0, True
        by_id("newest").disabled = True
        show_text(by_id("viewed"), "train.travel_about")

    def offer(self, kept):
        """The epochs whose weights are kept, in order."""
        self.kept = kept
        self.slider.max = len(kept) - 1
        self.slider.disabled = len(kept) < 2
        self.move_slider()

    def move_slider(self):
        """Puts the slider to the epoch that is shown."""
        epoch = self.wanted
        at = self.kept.index(epoch) if epoch in self.kept else len(self.kept) - 1
        self.slider.value = at
        self.slider.setAttribute("aria-valuetext", str(self.kept[at]) if self.kept else "")

    def drag(self, position):
        """Goes to the epoch nearest to a position on a chart."""
        if len(self.kept) > 1:
            self.go(min(self.kept, key=lambda epoch: abs(epoch - position)))

    def go(self, epoch):
        """Shows the network of an epoch; None or the last one is the newest."""
        self.wanted = None if self.kept and epoch == self.kept[-1] else epoch
        self.move_slider()
        if not self.busy:
            run(self.follow())

    async def follow(self):
        """Requests the wanted epoch, and again if another is wanted meanwhile."""
        self.busy = True
        try:
            while self.wanted != self.epoch:
                wanted = self.wanted
                answer = await self.request("travel", epoch=wanted)
                if not answer:
                    self.wanted = self.epoch
                    break
                self.epoch = wanted
                self.say(answer.get("report"))
                self.travelled(answer)
        finally:
            self.busy = False

    def say(self, report):
        """Says which epoch is shown; `report` has its scores, if it has any."""
        by_id("newest").disabled = self.epoch is None
        if self.epoch is None:
            show_text(by_id("viewed"), "train.travel_about")
        else:
            words = [text("train.viewed_epoch" if self.epoch else "train.viewed_start", epoch=self.epoch)]
            if report:
                loss, accuracy = decimal(report["loss"], 3), percent(report["accuracy"])
                words.append(text("train.viewed_scores", loss=loss, accuracy=accuracy))
            by_id("viewed").textContent = " ".join(words)
