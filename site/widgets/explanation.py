"""How one number was computed: as pictures, as a table, and as the kernel's lines; step by step, or played.

The worker's tracer explains the number; nothing is computed here.
"""

import asyncio

from pyscript import window
from widgets.code_view import CodeView
from widgets.dom import element, listen, replace, run
from widgets.figures import element_name, exact, number, short
from widgets.layer_titles import layer_title
from widgets.sum_table import SumTable
from widgets.texts import text
from widgets.window_picture import WindowPicture

PAUSE = 0.7  # seconds between two steps that are played
LONGEST = 20  # seconds to play many steps


class Explanation:
    def __init__(self, host, request, changed=None, steps="element_steps"):
        """Fills `host`. request(action, **message) is the worker's answer, or None after an error that the page
        shows; `steps` is the action that gives the kernel's steps. Calls changed(answer) with what is explained."""
        self.host, self.request, self.changed, self.steps = host, request, changed, steps
        self.message, self.answer = None, None
        self.at = None  # the step that is marked
        self.playing = False
        self.asked = 0  # requests, so that a late answer to an earlier one is dropped
        self.title = element("h2", text("see.explanation"))
        self.summary = element("p", role="status", class_="in-words")
        self.buttons = element("div", class_="steps", role="group", aria_label=text("see.steps"))
        self.previous = self.button("see.previous", lambda event: self.move(-1))
        self.play = self.button("see.play", lambda event: self.toggle())
        self.play.classList.add("moves")
        self.next = self.button("see.next", lambda event: self.move(1))
        self.slider = element("input", type="range", min=0, max=0, value=0, aria_label=text("see.step"))
        listen(self.slider, "input", lambda event: self.go(int(self.slider.value)))
        self.follow_button = self.button("see.follow", lambda event: self.follow_largest())
        self.buttons.append(self.slider)
        self.readout = element("p", class_="readout", aria_live="polite")
        picture = element("div", class_="at-picture")
        table = element("div", class_="at-numbers")
        code = element("div", class_="at-code")
        self.picture = WindowPicture(picture, self.choose_channel)
        self.table = SumTable(table, self.follow, lambda: self.refresh(everything=True, first=0), self.ask_rows)
        self.code = CodeView(code, self.request_steps)
        replace(host, [self.title, self.summary, self.buttons, self.readout, picture, table, code])

    def button(self, key, pressed):
        made = element("button", text(key), type="button", class_="outline")
        listen(made, "click", pressed)
        self.buttons.append(made)
        return made

    # ------------------------------------------------------------------------------------------ what is shown

    def show(self, message):
        """Explains the element of a message: `layer`, `element`, the subject, and what else `element` takes."""
        self.stop()
        self.message = message
        return self.refresh()

    async def refresh(self, **more):
        """Asks again: the network or the image has changed, or more is wanted."""
        if self.message is None:
            return
        self.asked += 1
        asked = self.asked
        answer = await self.request("element", **dict(self.message, **more))
        if answer and asked == self.asked:
            await self.present(answer, dict(self.message, layer=answer["layer"], element=answer["index"]))

    async def present(self, answer, message):
        """Shows an answer; `message` asks for its steps."""
        same = self.answer and (self.answer["layer"], self.answer["index"]) == (answer["layer"], answer["index"])
        self.answer, self.message = answer, message
        self.title.textContent = title_of(answer) if self.steps == "element_steps" else title_of_hand(answer)
        self.summary.textContent = summary_of(answer)
        self.code.forget()
        self.picture.show(answer)
        self.follow_button.disabled = self.largest() is None
        self.go(self.at if same else None)
        await self.table.show(answer)
        if self.answer is answer and not self.at_code():
            self.go(self.at)  # all rows are there
        if self.changed:
            self.changed(answer)
        if self.at_code():
            await self.show_step()

    def depth_changed(self, depth):
        self.stop()
        self.go(None)
        if self.at_code() and self.answer:
            run(self.show_step())

    def at_code(self):
        return window.document.documentElement.getAttribute("data-depth") == "code"

    def choose_channel(self, channel):
        run(self.refresh(channel=channel))

    async def ask_rows(self, first):
        """The products of a long sum from the first one on."""
        shown = self.answer
        answer = await self.request("element", **dict(self.message, everything=True, first=first))
        if not answer or self.answer is not shown:
            return []
        shown["rows"] = shown["rows"] + answer["rows"]
        return answer["rows"]

    async def request_steps(self, first, count):
        if not self.answer or self.answer["form"] in ("same", "pixel"):
            return None
        message = dict(self.message, first=first, count=count)
        return await self.request(self.steps, **message)

    # -------------------------------------------------------------------------------------------------- steps

    def count(self):
        """The number of steps: products, or at the depth Code the kernel's lines that ran."""
        if not self.answer:
            return 0
        if self.at_code():
            return self.code.count
        return len(self.answer.get("rows", ()))

    def go(self, at):
        """Marks a step, or none; the readout says it in words."""
        count = self.count()
        self.at = at if at is None or 0 <= at < count else None
        self.slider.max = max(0, count - 1)
        self.slider.value = self.at or 0
        for control in (self.previous, self.next, self.play, self.slider):
            control.disabled = count < 2
        if self.at_code():
            if self.answer and at is not None:
                run(self.show_step())
            return
        self.picture.mark(self.answer, self.at)
        self.table.mark(self.at)
        self.readout.textContent = "" if self.at is None else step_text(self.answer, self.at)

    async def show_step(self):
        self.at = self.at or 0
        readout = await self.code.step(self.at)
        self.readout.textContent = readout
        count = self.code.count
        self.slider.max = max(0, count - 1)
        self.slider.value = self.at
        for control in (self.previous, self.next, self.play, self.slider):
            control.disabled = count < 2

    def move(self, by):
        self.stop()
        count = self.count()
        if count:
            at = (0 if by > 0 else count - 1) if self.at is None else (self.at + by) % count
            self.go(at)

    def toggle(self):
        if self.playing:
            self.stop()
            return None
        self.playing = True
        self.play.textContent = text("see.pause")
        return self.play_on()

    def stop(self):
        self.playing = False
        self.play.textContent = text("see.play")

    async def play_on(self):
        answer = self.answer
        at = 0 if self.at is None or self.at >= self.count() - 1 else self.at + 1
        while self.playing and self.answer is answer and at < self.count():
            self.go(at)
            await asyncio.sleep(min(PAUSE, LONGEST / self.count()))
            at += 1
        if self.answer is answer:
            self.stop()

    # ----------------------------------------------------------------------------------------------- following

    def follow(self, column, at):
        """Explains the number that a number comes from."""
        if self.steps != "element_steps":
            return
        message = {name: value for name, value in self.message.items() if name not in ("role", "channel")}
        if self.message.get("backward") and not column["gradient"]:
            return
        run(self.show(dict(message, layer=column["layer"] or "image", element=at)))

    def largest(self):
        """The column and the index of the largest contribution that another layer computed."""
        answer = self.answer
        if not answer or self.steps != "element_steps" or answer["form"] == "pixel":
            return None
        if "origin" in answer:
            return answer["origin"], answer["origin"]["at"]
        best = None
        for one in answer.get("rows", ()):
            for column, at in zip(answer["columns"], one["at"]):
                wanted = (
                    column["tensor"] in ("image", "output") and bool(column.get("gradient")) == answer["backward"]
                )
                size = one.get("product", one["values"][0])
                size = abs(size) if not isinstance(size, str) else 0
                if wanted and at is not None and not one.get("padding") and (best is None or size > best[0]):
                    best = (size, column, at)
        return best[1:] if best else None

    def follow_largest(self):
        found = self.largest()
        if found:
            self.follow(dict(found[0], gradient=self.answer.get("backward", False)), found[1])


# ---------------------------------------------------------------------------------------------------- in words


def title_of(answer):
    """What the number is: "map 3, row 14, column 14 of Convolution 1"."""
    if answer["form"] == "pixel":
        return element_name({"tensor": "image"}, answer["index"])
    column = {
        "tensor": "image" if answer["layer"] == "image" else answer.get("role", "output"),
        "layer": answer["layer"],
    }
    name = element_name(column, answer["index"])
    return text("learn.gradient_of", place=name) if answer["backward"] else name


def title_of_hand(answer):
    """A pixel of the map of a filter made by hand."""
    return text("see.place_by_hand", row=answer["index"][1], column=answer["index"][2])


def summary_of(answer):
    """The number and how it was computed, as one sentence."""
    form, value = answer["form"], short(answer["value"])
    kind = answer.get("kind", "")
    if form == "sum":
        if answer["backward"]:
            key = "learn.words_pool" if kind == "MaxPool2D" else "learn.words_sum"
            return text(key, value=value, count=answer["terms"], layer=layer_title(answer["by"]))
        if "Average" in kind:
            return text("see.words_average", value=value, count=answer["terms"])
        return text("see.words_conv" if "grid" in answer else "see.words_dense", value=value, count=answer["terms"])
    if form == "softmax":
        return text("see.words_softmax", value=value, power=short(answer["power"]), total=short(answer["total"]))
    if form == "difference":
        key = "learn.words_difference" if answer["truth"] in (0, 1) else "learn.words_smoothed"
        return text(key, value=value, probability=short(answer["probability"]), truth=short(answer["truth"]))
    if form == "gate":
        passes = answer["rows"][0]["values"][0]
        key = "learn.words_passes" if isinstance(passes, str) or passes > 0 else "learn.words_stopped"
        return text(key, value=value, input=short(passes))
    if form == "gradients":
        return text("learn.words_gradients", value=value, count=len(answer["rows"]))
    if form == "rectified":
        return text("see.words_relu", value=value, input=short(answer["rows"][0]["values"][0]))
    if form == "nothing":
        key = "learn.words_lost" if kind == "MaxPool2D" else "learn.words_nothing"
        return text(key, layer=layer_title(answer["by"]))
    if form == "same":
        return text("see.words_same", value=value, place=element_name(answer["origin"], answer["origin"]["at"]))
    return text(f"see.words_{form}", value=value)


def step_text(answer, at):
    """One step in words, with the numbers: the product, and the sum so far."""
    one = answer["rows"][at]
    values = [number(value) for value in one["values"]]
    if answer["form"] == "sum":
        product = " × ".join([f"({value})" if value[0] == "\u2212" else value for value in values])
        running = number(one["running"]) if not answer["rest"] else ""
        key = "see.step_sum" if running else "see.step_product"
        if len(values) > 1:
            product += " = " + number(one["product"])
        partial = text("see.partial", number=one["partial"]) if one["partial"] and running else ""
        return text(key, step=at + 1, count=answer["terms"], product=product, running=running) + partial
    if answer["form"] == "maximum":
        return text("see.step_won" if one["won"] else "see.step_lost", value=values[0])
    if answer["form"] == "softmax":
        return text("see.step_softmax", logit=values[0], largest=values[1], power=number(one["product"]))
    return exact(one["values"][0])
