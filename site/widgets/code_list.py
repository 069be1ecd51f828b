"""The kernels of the network: a list by layer, and a chooser that takes its place on a phone."""

from widgets.dom import by_id, element, listen, replace
from widgets.texts import text


class KernelList:
    def __init__(self, on_choose):
        """Calls on_choose(kernel, layer) when the person chooses one."""
        self.on_choose = on_choose
        self.groups = []
        self.buttons = {}  # by kernel and layer
        listen(by_id("code-kernel"), "change", self.choose)

    def show(self, groups):
        self.groups, self.buttons = groups, {}
        parts, options = [], []
        for group in groups:
            title = self.title(group)
            parts.append(element("h2", title))
            if group["title"]:
                parts.append(element("p", group["title"], class_="note"))
            items, choices = element("ul"), element("optgroup", label=title)
            for kernel in group["kernels"]:
                items.append(self.item(kernel, group["layer"]))
                option = element("option", kernel["name"], value=f"{group['layer']} {kernel['name']}")
                choices.append(option)
            parts.append(items)
            options.append(choices)
        replace(by_id("code-list"), parts)
        replace(by_id("code-kernel"), options)

    def title(self, group):
        return text("code.around") if group["layer"] == "training" else group["layer"]

    def item(self, kernel, layer):
        name, item = kernel["name"], element("li")
        button = element("button", name, type="button", class_="kernel")
        if kernel["derived"]:
            button.append(element("small", " " + text("code.derived")))
        listen(button, "click", lambda event: self.on_choose(name, layer))
        self.buttons[name, layer] = button
        item.append(button)
        return item

    def choose(self, event):
        layer, name = by_id("code-kernel").value.split(" ")
        self.on_choose(name, layer)

    def find(self, kernel, layer):
        """The kernel's entry and its group; None and None if the network has it no more."""
        for group in self.groups:
            for one in group["kernels"]:
                if one["name"] == kernel and group["layer"] == layer:
                    return one, group
        return None, None

    def mark(self, kernel, layer, edited):
        """Marks the chosen kernel, and those that are edited."""
        for (name, other), button in self.buttons.items():
            chosen = name == kernel and other == layer
            if chosen:
                button.setAttribute("aria-current", "true")
            else:
                button.removeAttribute("aria-current")
            if name in edited:
                button.setAttribute("data-edited", "")
                button.setAttribute("aria-label", text("code.edited_kernel", name=name))
            else:
                button.removeAttribute("data-edited")
                button.removeAttribute("aria-label")
        by_id("code-kernel").value = f"{layer} {kernel}"
