"""Teaching, before and after: the accuracy on the test images, and how the drawing is read."""

from widgets.dom import by_id, element, replace, run
from widgets.texts import nearly, percent, text


class Teaching:
    def __init__(self, page):
        self.page = page
        self.under_way = False

    def begin(self):
        """A short training with a correction has started."""
        self.under_way = True
        by_id("taught").hidden = True

    def end(self):
        """A training has ended."""
        if self.under_way:
            self.under_way = False
            run(self.show())

    async def show(self):
        answer = await self.page.request("taught")
        if not answer:
            return
        label, both = answer["label"], (answer["before"], answer["after"])
        rows = [
            (text("train.taught_accuracy"), [percent(round(one["accuracy"], 4)) for one in both]),
            (
                text("train.taught_drawing", label=label),
                [nearly(share_of(label, one["probabilities"])) for one in both],
            ),
        ]
        lines = []
        for name, values in rows:
            line = element("tr")
            line.append(element("th", name, scope="row"))
            for value in values:
                line.append(element("td", value))
            lines.append(line)
        replace(by_id("taught-rows"), lines)
        by_id("taught").hidden = False


def share_of(label, probabilities):
    return next(row["probability"] for row in probabilities if row["class"] == label)
