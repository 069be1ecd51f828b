"""The confusion matrix as a heat map, and the scores computed from it, as tables."""

import math

from widgets.dom import by_id, element, listen, replace
from widgets.texts import decimal, percent, show_text, text

MOST = 20  # classes in the matrix; of more, those with the most mistakes
SHADES = 10  # of the heat map; the square root of the share of a row
FIGURES = ("precision", "recall", "f1")


class Confusion:
    def __init__(self, choose):
        """Calls choose(true, predicted), both counted from 0, when a cell is chosen."""
        self.choose = choose
        self.buttons = []
        self.report = None
        self.classes = self.shown = None  # the names of all classes, and the indices of those in the matrix
        listen(by_id("percentages"), "change", lambda event: self.fill())

    def show(self, report, reference=None):
        """Shows both tables for a session's report; `reference` has published figures to compare with."""
        shown = most_mistaken(report["confusion"])
        if report["classes"] != self.classes or shown != self.shown:
            self.build(report["classes"], shown)
        self.report = report
        self.fill()
        self.show_figures(report, reference)
        by_id("results-tables").hidden = False
        by_id("results-empty").hidden = True

    def build(self, classes, shown):
        """Creates the table's cells, once for each set of classes."""
        self.classes, self.shown = classes, shown
        by_id("confusion-part").hidden = len(shown) == len(classes)
        show_text(by_id("confusion-part"), "confusion.part", count=len(shown), classes=len(classes))
        table = by_id("confusion")
        head = [element("th", text("confusion.corner"), scope="col")] + [
            element("th", classes[at], scope="col") for at in shown
        ]
        replace(table.tHead, [row(head)])
        self.buttons, body = [], []
        for true in shown:
            cells = [element("th", classes[true], scope="row")]
            for predicted in shown:
                button = element("button", type="button")
                listen(button, "click", lambda event, true=true, predicted=predicted: self.choose(true, predicted))
                cell = element("td")
                cell.append(button)
                cells.append(cell)
                self.buttons.append((cell, button, true, predicted))
            body.append(row(cells))
        replace(table.tBodies[0], body)

    def fill(self):
        if not self.report:
            return
        counts = self.report["confusion"]
        sums = [max(1, sum(line)) for line in counts]
        shares = by_id("percentages").checked
        for cell, button, true, predicted in self.buttons:
            count = counts[true][predicted]
            shade = math.ceil(SHADES * math.sqrt(count / sums[true]))  # few mistakes are seen, too
            share = percent(round(count / sums[true], 3)).replace("\u00a0", " ")  # may wrap, so that ten columns fit
            button.textContent = share if shares else str(count)
            names = {"true": self.classes[true], "predicted": self.classes[predicted]}
            label = text("confusion.cell", shown=button.textContent, count=count, **names)
            button.setAttribute("aria-label", label)
            cell.className = f"{'right' if true == predicted else 'wrong'} heat-{shade}"

    def show_figures(self, report, reference):
        table = by_id("figures")
        head = [text(f"scores.{name}") for name in ("class", "precision", "recall", "f1")]
        if reference:
            head += [text("scores.paper", name=name) for name in head[1:]]
        replace(table.tHead, [row([element("th", name, scope="col") for name in head])])
        body = []
        for index, one in enumerate(report["per_class"]):
            theirs = reference and reference["per_class"][index]
            body.append(figures(one["class"], one, theirs))
        body.append(figures(text("scores.weighted"), report["weighted"], reference and reference["weighted"]))
        overall = [
            element("th", text("scores.accuracy"), scope="row"),
            element("td", percent(report["accuracy"]), colspan=3),
        ]
        if reference:
            theirs = text(
                "scores.paper_accuracy", accuracy=percent(reference["accuracy"]), seconds=reference["seconds"]
            )
            overall.append(element("td", theirs, colspan=3))
        body.append(row(overall))
        replace(table.tBodies[0], body)

    def hide(self):
        self.report = None
        by_id("results-tables").hidden = True
        by_id("results-empty").hidden = False


def most_mistaken(counts):
    """The indices of the classes with the most mistakes, as true or predicted class; all of them if they are few."""
    if len(counts) <= MOST:
        return list(range(len(counts)))
    mistakes = [sum(line) - line[at] for at, line in enumerate(counts)]
    for line in counts:
        for at, count in enumerate(line):
            if count:
                mistakes[at] += count
    for at, line in enumerate(counts):
        mistakes[at] -= line[at]
    return sorted(sorted(range(len(counts)), key=lambda at: -mistakes[at])[:MOST])


def row(cells):
    line = element("tr")
    for cell in cells:
        line.append(cell)
    return line


def figures(name, ours, theirs):
    cells = [element("th", name, scope="row")]
    for source in (ours, theirs):
        if source:
            cells += [element("td", decimal(source[figure], 2)) for figure in FIGURES]
    return row(cells)
