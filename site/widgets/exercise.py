"""One exercise: what it asks, the means to answer it, the verdict, hints in steps, and the receipt."""

import asyncio

from pyscript import window
from widgets.dom import element, listen, replace, run
from widgets.downloads import save_text
from widgets.exercise_curve import draw_curve
from widgets.exercise_means import means_of
from widgets.prose import prose
from widgets.texts import error_text, text

SLICE = 80  # milliseconds of grading between two reports
SOLVED, REFUSED = "solved", "refused"  # kinds of verdicts, for the stylesheet
PAUSE = 0.8  # seconds after a change until it is kept


class Exercise:
    def __init__(self, host, ask, keep, next_):
        """Fills the host. ask(action, **message) is the worker's answer, keep(digest, state) keeps what was done, and
        next_() opens the next exercise."""
        self.host, self.ask, self.keep, self.next = host, ask, keep, next_
        self.opened = 0  # how often an exercise was opened: what belongs to an earlier one is dropped
        self.changes = 0

    async def show(self, source, answer, kept, has_next):
        """Shows an exercise, `answer` as the worker describes it, with what was kept of it."""
        self.opened += 1
        self.source, self.described = source, answer
        self.checking = False
        self.state = {"answer": kept.get("answer"), "solved": bool(kept.get("solved")), "hints": kept.get("hints", 0)}
        section = element("section", class_="exercise", aria_labelledby="exercise-heading")
        section.append(element("h2", answer["title"], id="exercise-heading", tabindex=-1))
        if not answer["bundled"]:
            section.append(element("p", text("exercises.foreign"), class_="note"))
        for paragraph in answer["text"].split("\n\n"):
            section.append(prose("p", paragraph))
        means = element("div", class_="means")
        section.append(means)
        self.build_check(section)
        self.build_hints(section)
        self.build_receipt(section, has_next)
        replace(self.host, [section])
        self.means = means_of(answer["kind"])(means, answer["means"], self.try_out, self.changed)
        await self.means.open()
        if self.state["answer"] is not None:
            self.means.restore(self.state["answer"])
        for _ in range(self.state["hints"]):
            self.add_hint()
        if self.state["solved"]:
            self.say(text("exercises.was_solved"), SOLVED)

    def build_check(self, section):
        row = element("div", class_="row")
        self.button = element("button", text("exercises.check"), type="button")
        self.cancel = element("button", text("exercises.cancel"), type="button", class_="secondary outline")
        self.cancel.hidden = True
        self.progress = element("progress", value=0, max=1, aria_label=text("exercises.progress"))
        self.progress.hidden = True
        listen(self.button, "click", lambda event: self.check())
        listen(self.cancel, "click", lambda event: self.stop())
        for part in (self.button, self.cancel, self.progress):
            row.append(part)
        section.append(row)
        self.verdict = element("div", role="status", aria_label=text("exercises.verdict"), class_="verdict-part")
        section.append(self.verdict)

    def build_hints(self, section):
        part = element("div", class_="hints")
        self.hints = element("ol", aria_label=text("exercises.hints"))
        self.hint_button = element("button", "", type="button", class_="secondary outline small")
        listen(self.hint_button, "click", lambda event: self.more_hint())
        part.append(self.hints)
        part.append(self.hint_button)
        section.append(part)
        self.show_hint_button()

    def build_receipt(self, section, has_next):
        self.receipt_part = element("div", class_="receipt")
        label = element("label", text("exercises.name") + " ")
        self.name = element("input", type="text", maxlength=80, autocomplete="name")
        label.append(self.name)
        copy = element("button", text("exercises.copy"), type="button", class_="secondary outline")
        save = element("button", text("exercises.save"), type="button", class_="secondary outline")
        listen(copy, "click", lambda event: self.copy_receipt())
        listen(save, "click", lambda event: self.save_receipt())
        self.receipt = element("textarea", readonly="", rows=6, aria_label=text("exercises.receipt"))
        self.receipt.hidden = True
        self.receipt_said = element("p", class_="note", role="status", aria_label=text("exercises.receipt_status"))
        row = element("div", class_="row")
        for part in (label, copy, save):
            row.append(part)
        self.receipt_part.append(element("p", text("exercises.receipt_about"), class_="note"))
        for part in (row, self.receipt_said, self.receipt):
            self.receipt_part.append(part)
        self.receipt_part.hidden = True
        section.append(self.receipt_part)
        self.next_button = element("button", text("exercises.next"), type="button", class_="secondary")
        listen(self.next_button, "click", lambda event: self.next())
        self.next_button.hidden = True
        self.has_next = has_next
        section.append(self.next_button)

    # ----------------------------------------------------------------------------------------------- answers

    async def try_out(self, trial):
        """What the engine computes for a trial; None if another exercise was opened meanwhile."""
        opened = self.opened
        answer = await self.ask("attempt", trial=trial, **self.source)
        return answer if opened == self.opened else None

    def changed(self):
        """The person changed the answer: the verdict is of another one now."""
        if not self.checking:
            self.say("", "")
            self.receipt_part.hidden = True
        self.changes += 1
        run(self.keep_later(self.changes, self.opened))

    async def keep_later(self, changes, opened):
        """Keeps the answer once the person pauses."""
        await asyncio.sleep(PAUSE)
        if (changes, opened) == (self.changes, self.opened):
            answer = self.means.answer()
            if answer is not None:
                self.state["answer"] = answer
                await self.keep(self.described["digest"], dict(self.state))

    async def check(self):
        """Lets the engine grade the answer, in slices; it can be cancelled."""
        if self.checking:
            return
        answer = self.means.answer()
        if answer is None:
            self.say(text("exercises.incomplete"), "")
            return
        opened = self.opened
        self.begin()
        found = await self.ask("check_answer", answer=answer, **self.source)
        while found and "error" not in found and not found["done"]:
            if not self.checking or opened != self.opened:
                await self.ask("check_cancel")
                return
            self.progress.value = found["graded"]
            found = await self.ask("check_more", budget_ms=SLICE)
        if opened != self.opened or not self.checking:
            return
        self.end()
        if found is None:
            return
        if "error" in found:
            self.say(error_text(found["error"]), REFUSED)
            return
        self.show_verdict(found)
        self.state["answer"] = answer
        self.state["solved"] = self.state["solved"] or found["solved"]
        await self.keep(self.described["digest"], dict(self.state))

    def begin(self):
        self.checking = True
        self.button.setAttribute("aria-disabled", "true")  # it keeps the focus
        self.cancel.hidden = self.progress.hidden = False
        self.progress.value = 0
        self.receipt_part.hidden = True
        self.say(text("exercises.checking"), "")

    def end(self):
        self.checking = False
        self.button.removeAttribute("aria-disabled")
        self.cancel.hidden = self.progress.hidden = True

    def stop(self):
        self.end()
        self.say(text("exercises.cancelled"), "")

    def show_verdict(self, found):
        message = text("exercises.solved") if found["solved"] else text("exercises.refused")
        self.say(message, SOLVED if found["solved"] else REFUSED)
        remarks = element("ul")
        for remark in found["remarks"]:
            message = text(f"exercises.remark_{remark['key']}", **remark["values"])
            remarks.append(prose("li", message) if "\n" not in message else lines_of(message))
        self.verdict.append(remarks)
        if found["curve"]:
            self.verdict.append(draw_curve(found["curve"]))
        self.means.mark(found)
        self.receipt.hidden = True
        self.receipt_said.textContent = ""
        self.receipt_part.hidden = not found["solved"]
        self.next_button.hidden = not (found["solved"] and self.has_next)

    def say(self, message, kind):
        """The first line of the verdict, and nothing else."""
        self.verdict.setAttribute("data-verdict", kind)
        replace(self.verdict, [element("p", message, class_="result")] if message else [])

    # ------------------------------------------------------------------------------------------ hints, receipt

    def more_hint(self):
        self.state["hints"] += 1
        self.add_hint()
        run(self.keep(self.described["digest"], dict(self.state)))

    def add_hint(self):
        shown = self.hints.children.length
        if shown < len(self.described["hints"]):
            self.hints.append(prose("li", self.described["hints"][shown]))
        self.show_hint_button()

    def show_hint_button(self):
        shown, count = self.hints.children.length, len(self.described["hints"])
        self.hint_button.hidden = shown >= count
        self.hint_button.textContent = text("exercises.hint", number=shown + 1, count=count)

    async def make_receipt(self):
        answer = await self.ask("receipt", name=self.name.value)
        if not answer or "error" in answer:
            self.receipt_said.textContent = error_text(answer["error"]) if answer else ""
            return None
        self.receipt.value = answer["receipt"]
        self.receipt.hidden = False
        return answer

    async def copy_receipt(self):
        answer = await self.make_receipt()
        if not answer:
            return
        try:
            await window.navigator.clipboard.writeText(answer["receipt"])
            self.receipt_said.textContent = text("exercises.copied")
        except Exception:  # not allowed, or no secure address: the person copies it from the field
            self.receipt.focus()
            self.receipt.select()
            self.receipt_said.textContent = text("exercises.copy_by_hand")

    async def save_receipt(self):
        answer = await self.make_receipt()
        if answer:
            save_text(answer["receipt"], "text/plain", answer["file"])


def lines_of(content):
    """A remark with the compiler's lines in it."""
    first, *rest = content.split("\n")
    made = element("li", first)
    made.append(element("pre", "\n".join(rest)))
    return made
