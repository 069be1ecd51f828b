"""The chooser of the page's language. The page is loaded again in another language, at once if no training runs."""

from pyscript import window
from widgets.dom import by_id, listen
from widgets.texts import text


class Language:
    def __init__(self, state):
        self.state = state
        by_id("language").value = window.scnnLanguage.language
        listen(by_id("language"), "change", self.choose)
        listen(by_id("language-now"), "click", self.reload)

    def choose(self, event):
        if self.state.name not in ("training", "paused"):
            return self.reload(event)
        by_id("language-message").textContent = text("page.language_later")
        by_id("language-now").hidden = False
        return None

    def reload(self, event):
        """Keeps the language on this device, or in the address if the browser refuses storage, and loads the page."""
        address, language = window.URL.new(window.location.href), by_id("language").value
        try:
            window.localStorage.setItem(window.scnnLanguage.kept, language)
            address.searchParams.delete("lang")
        except Exception:
            address.searchParams.set("lang", language)
        window.history.replaceState(None, "", address.href)
        window.location.reload()
