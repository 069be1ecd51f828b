"""The check of edited kernels: interpreted against compiled, and gradients against finite differences."""

from widgets.dom import by_id, element
from widgets.figures import number
from widgets.sum_table import row
from widgets.texts import error_text, text

BUDGET = 200  # milliseconds of each message, so that drawing and training go on


class KernelCheck:
    def __init__(self, ask):
        """ask(action, **message) is the worker's whole answer, or None."""
        self.ask = ask
        self.number = 0  # of the check that is running, so that an older one ends
        self.verdict = by_id("code-verdict")

    def forget(self):
        """The source has changed: the verdicts are of another one."""
        self.number += 1
        by_id("code-results").hidden = True
        by_id("code-checks").tBodies[0].replaceChildren()
        self.verdict.textContent = ""

    async def run(self, message):
        """Checks; returns whether everything is right, or None if it ended early."""
        self.forget()
        mine = self.number
        by_id("code-results").hidden = False
        by_id("code-progress").value = 0
        self.verdict.textContent = text("code.checking")
        started = await self.ask("check_kernels", **message)
        if not started or mine != self.number:
            return None
        if "error" in started:
            self.verdict.textContent = error_text(started["error"])
            return False
        wrong = passed = 0
        while mine == self.number:
            answer = await self.ask("advance_kernel_check", budget_ms=BUDGET)
            if not answer or mine != self.number:
                return None
            if "error" in answer:
                self.verdict.textContent = error_text(answer["error"])
                return False
            for one in answer["compared"]:
                right = one["same"] and not one["stopped"]
                wrong, passed = wrong + (not right), passed + right
                self.add(compared(one))
            for one in answer["gradients"]:
                wrong += one["verdict"] == "failed"
                passed += one["verdict"] == "passed"
                self.add(gradient(one))
            by_id("code-progress").value = answer["done"] / answer["total"]
            if answer["complete"]:
                key = "code.check_wrong" if wrong else "code.check_right"
                self.verdict.textContent = text(key, count=wrong or passed, input=started["input"])
                return not wrong
        return None

    def add(self, cells):
        by_id("code-checks").tBodies[0].append(row(cells))


def compared(one):
    name = element("th", f"{one['kernel']}, {one['layer']}", scope="row")
    if one["stopped"]:
        message = one["stopped"] if one["same"] else text("code.one_stops", error=one["stopped"])
        return [name, mark("failed"), element("td", message, class_="error")]
    difference = one["difference"]
    if difference:
        place = f"{difference['buffer']}[{difference['index']}]"
        values = {"interpreted": number(difference["interpreted"]), "compiled": number(difference["compiled"])}
        return [name, mark("failed"), element("td", text("code.differs", place=place, **values))]
    return [name, mark("passed"), element("td", text("code.same_bits", count=one["values"]))]


def gradient(one):
    name = element("th", text("code.gradient_of", name=one["name"]), scope="row")
    if one["verdict"] == "not checked":
        return [name, mark("not checked"), element("td", "–")]
    analytic, numeric = number(one["analytic"]), number(one["numeric"])
    message = text("code.gradient", analytic=analytic, numeric=numeric, error=number(one["largest_error"]))
    return [name, mark(one["verdict"]), element("td", message)]


def mark(verdict):
    keys = {"passed": "learn.passed", "failed": "learn.failed", "not checked": "learn.not_checked"}
    cell = element("td")
    cell.append(element("strong", text(keys[verdict]), class_="verdict " + verdict.replace(" ", "-")))
    return cell
