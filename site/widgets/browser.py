"""What the page uses of a browser that not every browser has: one table, with what the page does without it.

`boot.js` checks what nothing can be done without: WebAssembly, its SIMD, workers. MicroPython raises AttributeError
where JavaScript says undefined, so whatever may be missing is asked for by `found`.
"""

from pyscript import window


def found(target, name):
    """target.name, or None where the browser does not have it."""
    return getattr(target, name, None) if target is not None else None


class Facility:
    """`path` leads to it from the worker's or the window's global object; `without` is what the page says about its
    absence, "" where nobody would notice; `where` is window or worker."""

    def __init__(self, path, where, without):
        self.path, self.where, self.without = path, where, without

    def missing(self):
        target = window
        for name in self.path.split("."):
            target = found(target, name)
        return target is None


FACILITIES = (
    Facility("navigator.serviceWorker", "window", "It does not work offline."),
    Facility("caches", "window", "It does not work offline."),
    Facility("navigator.storage", "window", ""),  # kept data is not marked as persistent
    Facility("PointerEvent.prototype.getCoalescedEvents", "window", ""),  # strokes have fewer points
    Facility("ResizeObserver", "window", ""),  # charts keep their first width
    Facility("createImageBitmap", "window", "It cannot read your own pictures; IDX files work."),
    Facility("OffscreenCanvas", "window", ""),  # a hidden canvas takes its place
    Facility("indexedDB", "window", "Trainings are not kept when the tab closes."),
    Facility("indexedDB", "worker", "Trainings are not kept when the tab closes."),
    Facility("crypto.randomUUID", "worker", ""),  # the time and a random number name a kept training
)


def limits():
    """What the page cannot do in this browser, in sentences, each once; an insecure address comes first."""
    said = []
    if not found(window, "isSecureContext"):
        said.append("It was opened over plain http, where browsers do not let a page work offline.")
    for facility in FACILITIES:
        offline = facility.without == "It does not work offline."
        if facility.where == "window" and facility.without and facility.missing() and not (offline and said):
            said.append(facility.without)
    return [words for place, words in enumerate(said) if words not in said[:place]]
