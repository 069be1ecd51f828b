"""The backward pass of a forward kernel: as it is written by hand, and as the compiler derives it."""

from widgets.dom import by_id, element, replace
from widgets.texts import text


class Backward:
    def offer(self, part):
        """A forward kernel has a backward pass; other kernels have none."""
        by_id("code-backward").hidden = part != "forward"
        by_id("code-backward-texts").replaceChildren()

    def working(self):
        replace(by_id("code-backward-texts"), [element("p", text("code.deriving"), class_="note")])

    def show(self, answer):
        """Both beside one another."""
        hand = element("section")
        hand.append(element("h4", text("code.by_hand")))
        for one in answer["hand"]:
            hand.append(listing(one["text"], one["name"]))
        if not answer["hand"]:
            hand.append(element("p", text("code.no_hand"), class_="note"))
        derived = element("section")
        derived.append(element("h4", text("code.by_compiler")))
        for one in answer["derived"]:
            derived.append(listing(one["text"], one["name"]))
        if answer["refused"]:
            derived.append(element("pre", answer["refused"], class_="refusal"))
        replace(by_id("code-backward-texts"), [hand, derived])


def listing(source, name):
    made = element("pre", class_="listing", tabindex=0, role="group", aria_label=name)
    for line in source.rstrip().split("\n"):
        made.append(element("code", line or " "))
    return made
