"""The place Code: the kernels of the network, to read, edit, check, measure and train with."""

from widgets.dom import by_id, run
from widgets.source_editor import SourceEditor
from widgets.texts import text


class CodePlace:
    def __init__(self, page):
        self.page = page
        self.editor = None

    def shown(self):
        if self.editor is None:
            self.editor = SourceEditor(by_id("code-editor"), text("code.source"))
            run(self.editor.open("# …\n"))
