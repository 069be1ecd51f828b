"""The glossary: a term's definition opens in place, after the term, and closes again."""

from pyscript import document
from widgets.dom import element, listen
from widgets.texts import text


class Glossary:
    def __init__(self):
        listen(document, "click", self.choose)

    def choose(self, event):
        term = event.target
        if not (term.classList and term.classList.contains("term")):
            return
        open_ = term.getAttribute("aria-expanded") == "true"
        if open_:
            term.nextElementSibling.remove()
        else:
            term.after(element("span", f" ({text(term.dataset.term)}) ", class_="definition", role="note"))
        term.setAttribute("aria-expanded", "false" if open_ else "true")
