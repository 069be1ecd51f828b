"""Kernels that came from outside: shown as differences before anything of them runs."""

from widgets.difference import differences
from widgets.dom import element, listen, replace
from widgets.texts import error_text, text


class EditedOffer:
    def __init__(self, host, request):
        """Fills `host`; request(action, **message) is the worker's answer, or None."""
        self.host, self.request = host, request

    async def show(self, message, edits, accept_label, on_accept):
        """Shows the differences under these words; calls on_accept() if the person accepts them. Returns what the
        worker refuses, or ""."""
        answer = await self.request("differences", edits=edits)
        if not answer or "error" in answer:
            return error_text(answer["error"]) if answer else ""
        accept = element("button", accept_label, type="button")
        refuse = element("button", text("code.refuse"), type="button", class_="secondary outline")
        buttons = element("div", class_="row")
        buttons.append(accept)
        buttons.append(refuse)
        listen(accept, "click", lambda event: self.close() or on_accept())
        listen(refuse, "click", lambda event: self.close())
        replace(self.host, [element("p", message)] + differences(answer) + [buttons])
        self.host.hidden = False
        self.host.scrollIntoView()
        return ""

    def close(self):
        self.host.hidden = True
        self.host.replaceChildren()
