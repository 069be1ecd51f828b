"""Browser features that not every browser has, in one table, with the effect on the page if they are missing.

`boot.js` checks the features that are required: WebAssembly with SIMD, and workers. MicroPython raises AttributeError
where JavaScript returns undefined, so features that may be missing are read by `found`.
"""

from pyscript import window


def found(target, name):
    """target.name, or None if the browser does not have it."""
    return getattr(target, name, None) if target is not None else None


class Facility:
    """`path` is its path from the global object of `where`, which is window or worker; `without` is the key of the
    text that the page shows if it is missing, "" if users do not notice."""

    def __init__(self, path, where, without):
        self.path, self.where, self.without = path, where, without

    def missing(self):
        target = window
        names = self.path.split(".")
        for name in names[:-1]:
            target = found(target, name)
        if target is not None and "prototype" in names:  # a getter there needs an element
            return not window.Reflect.has(target, names[-1])
        return found(target, names[-1]) is None


FACILITIES = (
    Facility("navigator.serviceWorker", "window", "limits.offline"),
    Facility("caches", "window", "limits.offline"),
    Facility("navigator.storage", "window", ""),  # kept data is not marked as persistent
    Facility("PointerEvent.prototype.getCoalescedEvents", "window", ""),  # strokes have fewer points
    Facility("ResizeObserver", "window", ""),  # charts keep their first width
    Facility("createImageBitmap", "window", ""),  # an <img> decodes pictures
    Facility("HTMLInputElement.prototype.webkitdirectory", "window", ""),  # pictures are added class by class
    Facility("DataTransferItem.prototype.webkitGetAsEntry", "window", ""),  # files are dropped, folders are not
    Facility("OffscreenCanvas", "window", ""),  # a hidden canvas takes its place
    Facility("indexedDB", "window", "limits.storage"),
    Facility("indexedDB", "worker", "limits.storage"),
    Facility("crypto.randomUUID", "worker", ""),  # the time and a random number name a kept training
)


def limits():
    """The limitations in this browser, each once as a text's key; an insecure address comes first."""
    said = []
    if not found(window, "isSecureContext"):
        said.append("limits.http")
    for facility in FACILITIES:
        offline = facility.without == "limits.offline"
        if facility.where == "window" and facility.without and facility.missing() and not (offline and said):
            said.append(facility.without)
    return [key for index, key in enumerate(said) if key not in said[:index]]
