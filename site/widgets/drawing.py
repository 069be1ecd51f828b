"""The canvas, for mouse, finger, pen and keyboard. Strokes can be undone."""

from pyscript.ffi import create_proxy, to_js
from widgets.browser import found
from widgets.dom import by_id, listen

PEN = 18  # canvas pixels: about MNIST's thickness where a digit fills the canvas
STRIDE = 0.03  # of the canvas's side, by which an arrow key moves the pen
FINE = 10_000  # coordinates are rounded to this fraction of the canvas's side


class Drawing:
    def __init__(self, changed):
        """Calls changed() after each part of a stroke, and after undo, redo and clear."""
        self.canvas = by_id("canvas")
        self.context = self.canvas.getContext("2d")
        self.changed = changed
        self.pointer = self.kind = None  # of the pointer that draws now
        self.box = None  # the canvas's rectangle in the window when the stroke began
        self.pen_seen = False  # then a finger is the palm that rests beside it
        self.strokes = []  # each a list of [x, y], as fractions of the canvas's side
        self.undone = []
        listen(self.canvas, "pointerdown", self.begin)
        listen(self.canvas, "pointermove", self.move)
        for event in ("pointerup", "pointercancel"):
            listen(self.canvas, event, self.end)
        active = to_js({"passive": False})
        for event in ("touchstart", "touchmove", "dblclick", "selectstart", "contextmenu"):  # Scribble, zoom, menus
            self.canvas.addEventListener(event, create_proxy(lambda event: event.preventDefault()), active)
        listen(self.canvas, "keydown", self.key)
        self.paper()
        self.pen = None  # where the keyboard's pen is
        self.down = False
        for name, handler in (("undo", self.undo), ("redo", self.redo), ("clear", self.clear)):
            listen(by_id(name), "click", handler)

    @property
    def empty(self):
        return not self.strokes

    def begin(self, event):
        pen = event.pointerType == "pen"
        if pen and self.kind == "touch":  # the palm was there first: its stroke is none
            self.strokes.pop()
            self.pointer = None
            self.redraw()
        self.pen_seen = self.pen_seen or pen
        if self.pen_seen and event.pointerType == "touch":
            return
        if self.pointer is None and event.button == 0:
            self.pointer, self.kind = event.pointerId, event.pointerType
            self.box = self.canvas.getBoundingClientRect()
            self.canvas.setPointerCapture(event.pointerId)
            self.strokes.append([self.position(event)])
            self.undone = []
            self.pen, self.down = None, False
            self.line(self.strokes[-1])
            self.show()

    def move(self, event):
        if event.pointerId == self.pointer:
            stroke = self.strokes[-1]
            known = len(stroke)
            coalesced = found(event, "getCoalescedEvents")  # Safari has it from 18.2 on, and plain http has not
            for one in (coalesced and coalesced()) or [event]:
                stroke.append(self.position(one))
            self.line(stroke[known - 1 :])
            self.changed()

    def end(self, event):
        if event.pointerId == self.pointer:
            self.pointer = self.kind = None
            self.changed()

    def key(self, event):
        """Arrow keys move the pen; Space lowers and lifts it."""
        moves = {"ArrowLeft": (-1, 0), "ArrowRight": (1, 0), "ArrowUp": (0, -1), "ArrowDown": (0, 1)}
        if event.key not in moves and event.key != " ":
            return
        event.preventDefault()
        x, y = self.pen or (0.5, 0.5)
        if event.key == " ":
            self.down = not self.down
            if self.down:
                self.strokes.append([[x, y]])
                self.undone = []
        else:
            dx, dy = moves[event.key]
            x, y = min(0.98, max(0.02, x + dx * STRIDE)), min(0.98, max(0.02, y + dy * STRIDE))
            if self.down:
                self.strokes[-1].append([x, y])
        self.pen = (x, y)
        self.redraw()

    def position(self, event):
        """Where the pointer is, as fractions of the canvas's side, and of its place when the stroke began: what the
        network makes of earlier strokes may appear above it, and move it away under the hand."""
        box = self.box
        x, y = (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height
        return [round(x * FINE) / FINE, round(y * FINE) / FINE]

    def line(self, points):
        context, side = self.context, self.canvas.width
        context.lineWidth, context.lineCap, context.lineJoin = PEN, "round", "round"
        context.strokeStyle = context.fillStyle = "#000"
        x, y = points[0]
        context.beginPath()
        if len(points) == 1:  # not all browsers draw a line of length 0
            context.arc(x * side, y * side, PEN / 2, 0, 6.3)
            context.fill()
            return
        context.moveTo(x * side, y * side)
        for x, y in points[1:]:
            context.lineTo(x * side, y * side)
        context.stroke()

    def undo(self, event):
        self.undone.append(self.strokes.pop())
        self.redraw()

    def redo(self, event):
        self.strokes.append(self.undone.pop())
        self.redraw()

    def clear(self, event):
        self.put_away()
        self.changed()

    def put_away(self):
        """Empties the canvas without a word: something else is read now."""
        self.strokes, self.undone = [], []
        self.pointer = self.kind = self.pen = None
        self.pen_seen = False
        self.down = False
        self.paper()
        self.enable()

    def redraw(self):
        self.paper()
        for stroke in self.strokes:
            self.line(stroke)
        if self.pen:
            self.show_pen()
        self.show()

    def paper(self):
        """White in pixels, not as the element's background, which forced colours and dark extensions change."""
        self.context.fillStyle = "#fff"
        self.context.fillRect(0, 0, self.canvas.width, self.canvas.height)

    def show_pen(self):
        """Draws a ring at the keyboard's pen, filled while it is down."""
        context, side = self.context, self.canvas.width
        context.beginPath()
        context.arc(self.pen[0] * side, self.pen[1] * side, 6, 0, 6.3)
        context.lineWidth = 2
        context.strokeStyle = context.fillStyle = "#c2410c"
        context.stroke()
        if self.down:
            context.fill()

    def show(self):
        self.enable()
        self.changed()

    def enable(self):
        """Disables the buttons that have nothing to undo or redo."""
        by_id("undo").disabled = not self.strokes
        by_id("redo").disabled = not self.undone
