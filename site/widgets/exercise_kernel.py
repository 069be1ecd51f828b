"""The means of a kernel: the editor, and the text to begin with again."""

from widgets.dom import element, listen
from widgets.exercise_means import Means
from widgets.source_editor import SourceEditor, error_marks
from widgets.texts import text


class Kernel(Means):
    async def open(self):
        host = element("div", class_="kernel-editor")
        self.host.append(host)
        again = element("button", text("exercises.start_again"), type="button", class_="secondary outline small")
        listen(again, "click", lambda event: self.start_again())
        self.host.append(again)
        self.editor = SourceEditor(host, text("code.source"), lambda source: self.edited())
        await self.editor.open(self.means["start"])

    def edited(self):
        self.editor.mark([])
        self.changed()

    def start_again(self):
        self.editor.set_text(self.means["start"])
        self.changed()

    def answer(self):
        return self.editor.text()

    def restore(self, answer):
        self.editor.set_text(answer)

    def mark(self, verdict):
        """Marks the compiler's errors under the words that they are about."""
        errors = []
        for remark in verdict["remarks"]:
            errors += remark["values"].get("errors", [])
        self.editor.mark(error_marks(errors))
