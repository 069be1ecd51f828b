"""The stages of a kernel: each line of Python with its IR and WebAssembly, what it costs, and the two listings."""

from widgets.dom import by_id, element, listen, replace
from widgets.sum_table import row
from widgets.texts import decimal, text, whole


class Stages:
    def __init__(self, on_line):
        """Calls on_line(line) when the person chooses a line of the table or of a listing."""
        self.on_line = on_line
        self.rows, self.listed = {}, {}  # by line
        self.previous = None  # nanoseconds that were measured before

    def show(self, answer):
        """Fills the table and the listings."""
        self.rows, self.listed = {}, {}
        rows = []
        for one in answer["lines"]:
            line = one["line"]
            number = element("th", scope="row")
            if line:
                number.append(self.line_button(line))
            source = element("td", class_="python")
            source.append(element("code", one["source"].rstrip()))
            cells = [number, source, element("td", whole(one["statements"]))]
            cells += [element("td", whole(one["instructions"])), element("td", whole(one["executed"]))]
            made = row(cells + [element("td", "–", class_="time")])
            self.rows[line] = made
            rows.append(made)
        replace(by_id("code-table").tBodies[0], rows)
        for name in ("ir", "wasm"):
            self.list_lines(by_id(f"code-{name}"), answer[name])

    def line_button(self, line):
        button = element(
            "button", str(line), type="button", class_="line", aria_label=text("code.go_line", line=line)
        )
        listen(button, "click", lambda event: self.on_line(line))
        return button

    def list_lines(self, listing, lines):
        made = []
        for content, line in lines:
            one = element("code", content or " ")
            if line:
                self.listed.setdefault((listing.id, line), []).append(one)
                one.setAttribute("data-line", str(line))
            made.append(one)
        replace(listing, made)
        if not listing.getAttribute("data-listens"):
            listing.setAttribute("data-listens", "yes")
            listen(listing, "click", self.clicked)

    def clicked(self, event):
        one = event.target.closest("[data-line]")
        if one:
            self.on_line(int(one.dataset.line))

    def choose(self, line):
        """Marks what a line became, in the table and in both listings, and scrolls the listings to it."""
        for chosen in by_id("code-stages-title").parentNode.querySelectorAll(".chosen"):
            chosen.classList.remove("chosen")
        if line in self.rows:
            self.rows[line].classList.add("chosen")
        for name in ("code-ir", "code-wasm"):
            found = self.listed.get((name, line), [])
            for one in found:
                one.classList.add("chosen")
            if found:
                listing = by_id(name)
                listing.scrollTop = found[0].offsetTop - listing.offsetTop - listing.clientHeight // 3

    def forget(self):
        """The source has changed: nothing here is about it."""
        self.rows, self.listed = {}, {}
        by_id("code-table").tBodies[0].replaceChildren()
        for name in ("code-ir", "code-wasm"):
            by_id(name).replaceChildren()
        by_id("code-bars").replaceChildren()
        by_id("code-times").textContent = ""

    # ------------------------------------------------------------------------------------------ times

    def measured(self, answer):
        """Shows what a call takes, beside scnn's own kernel, the measurement before, and the call without each word
        that asks for speed."""
        now, own = answer["nanoseconds"], answer["own"]
        message = text("code.takes", time=milliseconds(now))
        if answer["gflops"]:
            message += " " + text("code.gflops", number=decimal(answer["gflops"], 1))
        if own:
            faster = own / now
            key = "code.same_speed" if 0.95 < faster < 1.05 else "code.faster" if faster > 1 else "code.slower"
            message += " " + text(key, factor=decimal(max(faster, 1 / faster), 2), time=milliseconds(own))
        by_id("code-times").textContent = message
        bars = [(text("code.as_written"), now)]
        bars += [(text("code.own_kernel"), own)] if own else []
        bars += [(text("code.before"), self.previous)] if self.previous else []
        bars += [(text("code.without", word=one["word"]), one["nanoseconds"]) for one in answer["without"]]
        most = max([one for _, one in bars])
        replace(by_id("code-bars"), [bar(name, one, one / most) for name, one in bars])
        self.previous = now
        for one in answer.get("lines", []):
            made = self.rows.get(one["line"])
            if made and one["nanoseconds"] is not None:
                noise = abs(one["nanoseconds"]) <= answer["noise"]
                made.querySelector(".time").textContent = "≈ 0" if noise else milliseconds(one["nanoseconds"])


def bar(name, nanoseconds, share):
    item = element("li")
    item.append(element("span", name))
    track = element("span", class_="track", aria_hidden="true")
    track.style.setProperty("--share", str(share))
    item.append(track)
    item.append(element("span", milliseconds(nanoseconds), class_="number"))
    return item


def milliseconds(nanoseconds):
    """Three digits: "0.0312 ms"."""
    value = nanoseconds / 1e6
    digits = 3
    limit = 0.1
    while digits < 6 and abs(value) < limit:
        digits += 1
        limit /= 10
    return text("code.ms", number=decimal(value, digits if abs(value) < 1 else 2))
