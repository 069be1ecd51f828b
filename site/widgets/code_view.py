"""The kernel's own lines, with the line that runs and the values of its names; the steps come from the tracer."""

from widgets.dom import element, replace
from widgets.figures import shortest
from widgets.texts import text

BLOCK = 100  # steps in one answer


class CodeView:
    def __init__(self, host, request):
        """Fills `host`; request(first, count) gives the worker's answer about these steps, or None."""
        self.host, self.request = host, request
        self.forget()

    def forget(self):
        """The element has changed."""
        self.blocks = {}  # answers by the number of their first step
        self.lines = []  # for each source, its lines by their number
        self.count = 0
        self.running = None
        self.host.replaceChildren()

    async def step(self, at):
        """Marks the line of a step, and shows the values of its names. Returns the words for it."""
        first = at // BLOCK * BLOCK
        blocks = self.blocks
        if first not in blocks:
            answer = await self.request(first, BLOCK)
            if not answer or self.blocks is not blocks:
                return ""
            blocks[first] = answer
            self.count = answer["count"]
            if not self.lines:
                self.build(answer["sources"])
        steps = blocks[first]["steps"]
        if at - first >= len(steps):
            return ""
        step = steps[at - first]
        if self.running:
            self.running.classList.remove("running")
        self.running = self.lines[step["source"]].get(step["line"])
        if self.running:
            self.running.classList.add("running")
            box = self.running.parentNode
            box.scrollTop = self.running.offsetTop - box.clientHeight // 2
        self.values.replaceChildren()
        name, value = assigned(step)
        self.values.append(element("dt", text("see.new", name=name), class_="new"))
        self.values.append(element("dd", spoken(value), class_="new"))
        for read, before in step["names"]:
            self.values.append(element("dt", read))
            self.values.append(element("dd", spoken(before)))
        return text("see.line", line=step["line"], name=name, value=spoken(value))

    def build(self, sources):
        parts = []
        for source in sources:
            parts.append(element("p", f"{source['file']}: {source['kernel']}", class_="file"))
            listing = element("pre", class_="listing", tabindex=0, aria_label=source["kernel"])
            lines = {}
            for index, content in enumerate(source["lines"]):
                number = source["first_line"] + index
                line = element("code", content or " ")
                line.setAttribute("data-line", str(number))
                lines[number] = line
                listing.append(line)
            self.lines.append(lines)
            parts.append(listing)
        self.values = element("dl", class_="names", aria_label=text("see.names"))
        replace(self.host, parts + [self.values])


def assigned(step):
    """The name that a step assigned, with its value; a branch assigns nothing."""
    return (step["name"] or text("see.branch"), step["value"])


def spoken(value):
    if value is True or value is False:
        return "True" if value else "False"
    return str(value) if isinstance(value, (int, str)) else shortest(value)
