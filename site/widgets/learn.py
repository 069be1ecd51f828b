"""The place Learn: the gradients of the loss, from right to left, and what one step does with them."""

from widgets.dom import by_id, element, listen, replace
from widgets.explanation import Explanation
from widgets.figures import exact
from widgets.gradient_check import GradientCheck
from widgets.gradient_sheets import GradientSheets
from widgets.loss_curve import LossCurve
from widgets.one_step import OneStep
from widgets.place import Place
from widgets.texts import nearly, text

SMALL = 0.01  # a loss below which there is little to learn


class Learn(Place):
    pause = 2.0

    def __init__(self, page):
        super().__init__(page, by_id("learn"))
        self.of = {}  # the subject whose class was chosen
        self.truth = None  # the class that the person chose, or None for the image's own
        self.wanted = {}  # whose gradient is explained
        self.checked = None  # class, loss and probability: others are of another network or image
        self.known = False  # whether the image has a true class now
        self.explanation = Explanation(by_id("learn-element"), self.ask, self.explained)
        self.sheets = GradientSheets(self.selected)
        self.curve = LossCurve(self.ask_known, self.weight_chosen)
        self.step = OneStep(self.ask_known, self.curve.take)
        self.check = GradientCheck(self.ask)
        by_id("learn-element").append(self.refusal)
        listen(by_id("learn-truth"), "change", self.choose_truth)

    def subject(self):
        return dict(self.page.lens.subject, truth=self.truth) if self.truth else self.page.lens.subject

    async def ask_known(self, action, **message):
        """As `ask`, but nothing without a true class: there is no loss then."""
        return await self.ask(action, **message) if self.known else None

    def subject_changed(self):
        if self.page.lens.subject != self.of:
            self.of, self.truth = self.page.lens.subject, None
        super().subject_changed()

    async def sample(self):
        """The sample that the network is least sure of: it has most to learn there."""
        answer = await self.ask("hardest_sample")
        return answer and answer["sample"]

    def choose_truth(self, event):
        self.truth = by_id("learn-truth").value or None
        self.refresh()

    def selected(self, selection):
        """A pixel or unit of the diagram was chosen: its gradient is explained."""
        self.wanted = {"layer": selection["layer"], "element": selection["element"]}
        self.curve.take_map(selection["layer"], selection["element"][0])
        self.refresh()

    def weight_chosen(self, weight):
        """The weight of the curve: its gradient is explained, too."""
        self.wanted = dict(weight)
        self.refresh()

    def explained(self, answer):
        """Marks what is explained, unless another number was chosen meanwhile."""
        if self.stale:
            return
        role = answer["role"]
        self.wanted = {"layer": answer["layer"], "element": answer["index"]}
        if role != "output":
            self.wanted["role"] = role
        self.mark(answer)
        self.sheets.mark(answer)

    async def update(self):
        answer = await self.ask("gradients")
        if not answer:
            return
        checked = (answer["class"], answer.get("loss"), answer.get("probability"))
        if checked != self.checked:
            self.checked = checked
            self.check.forget()
        self.list_classes(answer)
        self.known = answer["class"] is not None
        by_id("learn-known").hidden = not self.known
        if not self.known:
            by_id("learn-loss").textContent = text("learn.choose_truth")
            return
        by_id("learn-loss").textContent = text(
            "learn.loss", loss=exact(answer["loss"]), name=answer["class"], probability=share(answer["probability"])
        )
        sure = not isinstance(answer["loss"], str) and answer["loss"] < SMALL
        by_id("learn-sure").textContent = text("learn.sure") if sure else ""
        self.sheets.show(answer["layers"])
        self.step.use(answer["trained"])
        self.curve.use(answer["trained"])
        await self.explanation.show(dict(self.wanted, backward=True))
        self.curve.refresh()
        self.step.refresh()

    def list_classes(self, answer):
        """The classes of the network; the first option is for an image whose class nobody has said."""
        chooser = by_id("learn-truth")
        names = [] if answer["class"] is not None else [""]
        names += answer["classes"]
        if names != [option.value for option in chooser.options]:
            labels = {"": text("learn.unknown")}
            replace(chooser, [element("option", labels.get(name, name), value=name) for name in names])
        chooser.value = answer["class"] or ""

    def depth_changed(self, depth):
        self.explanation.depth_changed(depth)


def share(probability):
    return probability if isinstance(probability, str) else nearly(probability)
