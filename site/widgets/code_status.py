"""What the compiler says of a kernel: one line in words, a list of errors, and marks for the editor."""

from widgets.dom import by_id, element, listen, replace
from widgets.source_editor import Mark, error_marks
from widgets.texts import text, whole


class Status:
    def __init__(self, on_line):
        """Calls on_line(line) when the person chooses an error's line."""
        self.on_line = on_line

    def say(self, message):
        by_id("compiler").textContent = message

    def show(self, answer, kernel):
        """Shows the compiler's answer about a kernel."""
        errors = answer["errors"]
        if errors:
            self.say(text("code.refused", count=len(errors)))
        else:
            operations = answer["operations"]
            counts = {name: whole(operations[name]) for name in ("instructions", "executed", "flops")}
            self.say(text("code.compiled_edited" if answer["edited"] else "code.compiled", **counts))
        replace(by_id("code-errors"), [self.item(error, f"{kernel}.py") for error in errors])

    def item(self, error, file):
        item = element("li")
        label = error["labels"][0] if error["labels"] else None
        if label and label["file"] == file:
            line = label["line"]
            go = element("button", text("code.line_number", line=line), type="button", class_="line")
            listen(go, "click", lambda event: self.on_line(line))
            item.append(go)
        expected = text("code.expected", expected=error["expected"]) if error["expected"] else ""
        item.append(element("span", f" {error['reason']}{expected}"))
        return item


def marks_of(answer, kernel):
    """The errors whose ranges are in the kernel's own text, and what became of each loop, with advice."""
    file, errors = f"{kernel}.py", []
    for error in answer["errors"]:
        labels = [label for label in error["labels"] if label["file"] == file]
        if labels:
            errors.append(dict(error, labels=labels))
    marks = error_marks(errors)
    for remark in answer["remarks"]:
        marks.append(Mark("remark", remark["line"], message=remark["text"]))
        if remark["advice"]:
            marks.append(Mark("advice", remark["line"], message=remark["advice"]))
    return marks
