"""What the places See and Learn share: asking the worker about the subject, and saying what it refuses."""

import asyncio

from widgets.dom import element, run
from widgets.lens import FIRST_SAMPLE
from widgets.texts import error_text
from widgets.worker import WorkerFailed


class Place:
    """One place of the page. `page` has the worker, the `subject` as a dict for messages, and `fail`."""

    pause = 0.5  # seconds before it follows a network that learns

    def __init__(self, page, host):
        self.page, self.host = page, host
        self.refreshing = self.stale = self.waiting = False
        self.reader = None
        self.refusal = element("p", class_="refusal", role="alert")

    def subject(self):
        """What every message says about the image."""
        return self.page.lens.subject

    async def ask(self, action, refusal=None, **message):
        """The worker's answer about the subject; None if it refused, which `refusal` or the place says."""
        refusal = refusal or self.refusal
        try:
            answer = await self.page.worker.request(action, **dict(self.subject(), **message))
        except WorkerFailed as error:
            self.page.fail(*error.args)
            return None
        if "error" in answer:
            refusal.textContent = error_text(answer["error"])
            return None
        refusal.textContent = ""
        return answer

    def visible(self):
        """Whether the person sees this place, and the worker can be asked."""
        return not self.host.hidden and self.page.worker.proxy is not None and bool(self.page.lens.subject)

    def shown(self):
        """The place became visible, or the worker became ready. Without a drawing, it takes a sample digit."""
        if self.page.worker.proxy is not None and self.page.lens.subject in ({}, self.page.lens.offered):
            run(self.offer())
        else:
            self.refresh()

    async def offer(self):
        """Takes the sample digit that suits this place, until the person draws or chooses one."""
        sample = await self.sample()
        if sample is not None and self.page.lens.subject in ({}, self.page.lens.offered):
            self.page.lens.choose_sample(sample)
            self.page.lens.offered = self.page.lens.subject

    async def sample(self):
        return FIRST_SAMPLE

    def worker_ready(self):
        self.shown()

    def subject_changed(self):
        self.refresh()

    def reader_shown(self, reader):
        """The diagram shows what this reader makes of the image: while it learns, the place follows, but not at every
        batch."""
        if reader != self.reader:
            self.reader = reader
            if not self.waiting:
                self.waiting = True
                run(self.follow_reader())

    async def follow_reader(self):
        await asyncio.sleep(self.pause)
        self.waiting = False
        self.refresh()

    def refresh(self):
        """Asks again for all that is shown, one request at a time, as often as the worker answers."""
        self.stale = True
        if self.visible() and not self.refreshing:
            run(self.refresh_all())

    async def update(self):
        """Asks for all that is shown; each place has its own."""
        raise NotImplementedError

    async def refresh_all(self):
        self.refreshing = True
        try:
            while self.stale and self.visible():
                self.stale = False
                await self.update()
        finally:
            self.refreshing = False

    def mark(self, answer):
        """Marks in the diagram the number that is explained, and the window that it was made from."""
        diagram = self.page.lens.diagram
        for column in [diagram.image] + diagram.columns:
            chosen = column.name == answer["layer"] and answer.get("role", "output") == "output"
            if column.layout:
                column.mark(answer["index"] if chosen else None)
        diagram.mark(boxes_of(answer.get("window"), diagram) if not answer.get("backward") else [])


def boxes_of(window, diagram):
    """The window as the diagram takes it: a box in each map, without what is in the padding."""
    if not window:
        return []
    name = window["layer"] or "image"
    column = diagram.column(name)
    if not column or not column.layout:
        return []
    layout = column.layout
    top, left = max(window["row"], 0), max(window["column"], 0)
    bottom = min(window["row"] + window["rows"], layout["height"])
    right = min(window["column"] + window["columns"], layout["width"])
    maps = range(layout["shown"]) if window["channel"] is None else [window["channel"]]
    sides = {"height": bottom - top, "width": right - left}
    boxes = [dict(sides, layer=name, map=one, row=top, column=left) for one in maps if one < layout["shown"]]
    return boxes if bottom > top and right > left else []
