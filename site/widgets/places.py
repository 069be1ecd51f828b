"""The places of the page, one for each hash: shows one, and moves the parts that all of them share into it.

Worker, network, drawing and runs survive a change of place, since nothing is reloaded.
"""

from pyscript import document, window
from pyscript.ffi import to_js
from widgets.dom import by_id, listen
from widgets.texts import text

SHARED = {  # slot to id
    "drawing": "drawing",
    "photo": "photo-part",
    "diagram": "diagram",
    "state": "state-part",
    "teaching": "teaching",
}
FIRST = "start"


class Places:
    def __init__(self, places, left):
        """`places` maps the name of each place to its widget, whose shown() is called when it becomes visible. Calls
        left() when a place is left."""
        self.places, self.left = places, left
        self.current = None
        listen(document.defaultView, "hashchange", lambda event: self.go())

    def go(self):
        """Shows the place of the address."""
        name = self.place_of(window.location)
        if name == self.current:
            self.tell("address_changed")
            return
        moved = self.current is not None
        self.current = name
        for section in document.querySelectorAll("[data-place]"):
            section.hidden = section.dataset.place != name
        for slot, shared in SHARED.items():
            here = document.querySelector(f"section[data-place={name}] [data-slot={slot}]")
            if here:
                here.append(by_id(shared))
        for link in document.querySelectorAll("nav a"):
            if self.place_in(link.getAttribute("href")) == name:
                link.setAttribute("aria-current", "page")
                link.scrollIntoView(to_js({"block": "nearest", "inline": "nearest"}))
            else:
                link.removeAttribute("aria-current")
        document.title = text("nav.title", place=text(f"nav.{name}"))
        if moved:
            self.left()
            window.scrollTo(0, 0)
            by_id(f"{name}-title").focus()
        self.places[name].shown()

    def show(self, name):
        """Goes to a place."""
        window.location.hash = f"#/{name}"

    def tell(self, verb, *values):
        """Calls the verb of the place that is shown, if it has it."""
        place = self.places.get(self.current)
        if hasattr(place, verb):
            getattr(place, verb)(*values)

    def place_in(self, hash_):
        name = hash_.replace("#/", "").split("?")[0]
        return name if name in self.places else FIRST

    def place_of(self, location):
        """The place that an address means: its hash, or Train if it describes a run."""
        if not location.hash and window.URLSearchParams.new(location.search).has("experiment"):
            return "train"
        return self.place_in(location.hash)
