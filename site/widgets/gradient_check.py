"""The gradient check: every gradient of the network against finite differences, tensor by tensor."""

from widgets.dom import by_id, element, listen
from widgets.figures import number
from widgets.layer_titles import tensor_title
from widgets.sum_table import row
from widgets.texts import text

BUDGET = 200  # milliseconds of each message, so that drawing and training go on


class GradientCheck:
    def __init__(self, ask):
        """Controls #check-gradients and its table. ask(action, **message) is the worker's answer, or None."""
        self.ask = ask
        self.number = 0  # of the check that is running, so that an older one ends
        self.button = by_id("check-gradients")
        listen(self.button, "click", self.check)

    def forget(self):
        """The network or the image has changed: the verdicts are of another one."""
        self.number += 1
        by_id("check-progress").value = 0
        by_id("check-words").textContent = ""
        by_id("gradient-check").tBodies[0].replaceChildren()
        by_id("gradient-check").hidden = True

    async def check(self, event):
        self.forget()
        started = self.number
        answer = await self.ask("check_gradients")
        if not answer:
            return
        by_id("gradient-check").hidden = False
        by_id("check-words").textContent = text("learn.checking")
        verdicts = []
        while started == self.number:
            answer = await self.ask("advance_check", budget_ms=BUDGET)
            if not answer or started != self.number:
                return
            for check in answer["checks"]:
                verdicts.append(check["verdict"])
                by_id("gradient-check").tBodies[0].append(line_of(check))
            by_id("check-progress").value = answer["done"] / answer["total"]
            if answer["complete"]:
                failed = len([one for one in verdicts if one == "failed"])
                passed = len([one for one in verdicts if one == "passed"])
                key = "learn.check_failed" if failed else "learn.check_passed"
                by_id("check-words").textContent = text(key, failed=failed, passed=passed, count=len(verdicts))
                return


def line_of(check):
    shape = " × ".join([str(size) for size in check["shape"]])
    kinks = text("learn.kinks", kinks=check["kinks"]) if check["kinks"] else ""
    if check["faint"]:
        kinks += text("learn.faint")
    error = "–" if check["verdict"] == "not checked" else number(check["largest_error"])
    keys = {"passed": "learn.passed", "failed": "learn.failed", "not checked": "learn.not_checked"}
    verdict = element("td")
    mark = element("strong", text(keys[check["verdict"]]), class_="verdict " + check["verdict"].replace(" ", "-"))
    verdict.append(mark)
    checked = element("td", str(check["checked"]) + kinks)
    return row(
        [
            element("th", tensor_title(check["name"]), scope="row"),
            verdict,
            element("td", error),
            checked,
            element("td", shape),
        ]
    )
