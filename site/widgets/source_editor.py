"""A code editor: CodeMirror, which PyScript brings. It lives in a shadow root, where its styles need no inline
stylesheet, which the page's content-security policy refuses. If it cannot be loaded, a plain field takes its place.

CodeMirror is fetched when the first editor is opened.
"""

from pyscript import window
from pyscript.ffi import create_proxy, to_js
from widgets.dom import element, listen

# Colours are the page's, which follow its theme; a shadow root inherits custom properties.
THEME = {
    "&": {
        "color": "var(--pico-color)",
        "backgroundColor": "var(--code-background)",
        "border": "1px solid var(--pico-form-element-border-color)",
        "borderRadius": "var(--pico-border-radius)",
        "fontSize": "0.8125rem",
        "maxHeight": "var(--code-height, 32rem)",
    },
    "&.cm-focused": {"outline": "2px solid var(--training)"},
    ".cm-scroller": {"fontFamily": "var(--pico-font-family-monospace)", "lineHeight": "1.5", "overflow": "auto"},
    ".cm-content": {"caretColor": "var(--pico-color)"},
    ".cm-cursor": {"borderLeftColor": "var(--pico-color)"},
    ".cm-gutters": {
        "backgroundColor": "var(--code-background)",
        "color": "var(--code-muted)",
        "borderRight": "1px solid var(--pico-muted-border-color)",
    },
    ".cm-activeLineGutter": {"backgroundColor": "var(--code-chosen)", "color": "var(--pico-color)"},
    ".cm-foldGutter": {"display": "none"},
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
        "background": "var(--code-selection) !important"
    },
    ".cm-wrong": {
        "textDecoration": "underline wavy var(--code-wrong) 1.5px",
        "textUnderlineOffset": "3px",
        "backgroundColor": "var(--code-wrong-background)",
    },
    ".cm-related": {"textDecoration": "underline dotted var(--code-wrong) 2px", "textUnderlineOffset": "3px"},
    ".cm-words": {
        "display": "block",
        "whiteSpace": "pre-wrap",
        "fontFamily": "var(--pico-font-family)",
        "fontSize": "0.8125rem",
        "padding": "0.15rem 0.5rem",
        "borderLeft": "3px solid var(--code-wrong)",
        "color": "var(--code-wrong)",
        "backgroundColor": "var(--code-wrong-background)",
    },
    ".cm-words[data-kind=remark]": {
        "display": "inline-block",
        "marginLeft": "1.5em",
        "padding": "0 0.4rem",
        "fontSize": "0.75rem",
        "color": "var(--code-muted)",
        "backgroundColor": "transparent",
        "borderLeft": "3px solid var(--pico-muted-border-color)",
    },
    ".cm-words[data-kind=advice]": {
        "color": "var(--code-advice)",
        "borderLeftColor": "var(--code-advice)",
        "backgroundColor": "transparent",
    },
}
ROOM = 24  # pixels between the cursor and the edge, when lines are shown from their beginning
COLOURS = {  # of the highlighting: CodeMirror's default ones, which are for white paper, and the page's
    "#708": "var(--code-keyword)",
    "#219": "var(--code-number)",
    "#164": "var(--code-number)",
    "#a11": "var(--code-text)",
    "#00f": "var(--code-name)",
    "#30a": "var(--pico-color)",
    "#085": "var(--code-name)",
    "#167": "var(--code-name)",
    "#256": "var(--code-name)",
    "#00c": "var(--pico-color)",
    "#940": "var(--code-muted)",
    "#f00": "var(--code-wrong)",
}


class Mark:
    """A range of the text, lines from 1 and columns from 0, and words about it: an `error`, what is `related` to one,
    or a `remark` or an `advice` after the line."""

    def __init__(self, kind, line, column=0, end_line=None, end_column=None, message=""):
        self.kind, self.line, self.column, self.message = kind, line, column, message
        self.end_line = end_line or line
        self.end_column = end_column


def error_marks(errors):
    """The marks of a compiler's errors, as plain data: {"reason", "expected", "labels": [{"line", "column",
    "end_line", "end_column", "text"}]}; the first label is what an error is about."""
    marks = []
    for error in errors:
        message = error["reason"] + (f"; expected {error['expected']}" if error.get("expected") else "")
        for index, label in enumerate(error["labels"]):
            said = "; ".join(part for part in (label["text"], "" if index else message) if part)
            kind = "related" if index else "error"
            extent = (label["line"], label["column"], label["end_line"], label["end_column"])
            marks.append(Mark(kind, *extent, message=said))
    return marks


class SourceEditor:
    """One editor, which a screen reader calls by its label. Calls on_change(text) after each change by the person,
    and on_line(line) when the cursor goes to another line, counted from 1; not after `set_text`."""

    def __init__(self, parent, label, on_change=None, on_line=None, read_only=False):
        self.parent, self.label, self.read_only = parent, label, read_only
        self.on_change, self.on_line = on_change, on_line
        self.view = self.field = None
        self.setting = False  # whether set_text is at work
        self.line = 1

    def text(self):
        return self.view.state.doc.toString() if self.view else self.field.value

    def set_text(self, source):
        """Shows another text; its marks are gone."""
        if source == self.text():
            self.mark([])
            return
        self.setting = True
        if self.view:
            changes = {"from": 0, "to": self.view.state.doc.length, "insert": source}
            self.view.dispatch(to_js({"changes": changes}))
            self.mark([])
        else:
            self.field.value = source
        self.setting = False

    def focus(self):
        (self.view or self.field).focus()

    def go(self, line):
        """Puts the cursor into a line, and scrolls to it."""
        if self.view:
            position = getattr(self.view.state.doc.line(min(line, self.view.state.doc.lines)), "from")
            self.view.dispatch(to_js({"selection": {"anchor": position}, "effects": self.scroll(position)}))
        self.focus()

    def mark(self, marks):
        """Shows these marks, and no others; a plain field shows none."""
        if self.view:
            self.view.dispatch(to_js({"effects": self.effect.of(self.decorations(marks))}))

    # ----------------------------------------------------------------------------------------- making

    async def open(self, source):
        """Fetches CodeMirror and shows the text; in a plain field if that fails."""
        try:
            parts = window.codemirror
            state, view, language = await parts.state, await parts.view, await parts.language
            python, commands = await parts.python, await parts.commands
        except Exception as error:
            window.console.warn(f"a plain field takes the place of the code editor: {error}")
            self.open_field(source)
            return
        self.scroll = view.EditorView.scrollIntoView
        self.decoration, self.widget = view.Decoration, view.WidgetType.prototype
        marks = await window.editorMarks(parts)
        self.effect = marks.show
        host = element("div", class_="source")
        root = host.attachShadow(to_js({"mode": "open"}))
        attributes = {"aria-label": self.label, "spellcheck": "false", "tabindex": "0"}
        extensions = [
            view.lineNumbers(),  # no line is highlighted: in this version of CodeMirror, an empty one loses its break
            view.highlightActiveLineGutter(),
            view.drawSelection(),
            commands.history(),
            language.indentOnInput(),
            language.bracketMatching(),
            language.indentUnit.of("    "),
            language.syntaxHighlighting(highlighting(language)),
            python.pythonLanguage,
            view.keymap.of(commands.defaultKeymap),
            view.keymap.of(commands.historyKeymap),
            view.keymap.of(to_js([commands.indentWithTab])),
            view.EditorView.contentAttributes.of(to_js(attributes)),
            view.EditorView.theme(to_js(THEME)),
            state.EditorState.readOnly.of(self.read_only),
            marks.extension,
            view.EditorView.updateListener.of(create_proxy(self.updated)),
        ]
        self.parent.replaceChildren(host)
        config = {"doc": source, "extensions": to_js(extensions), "parent": root, "root": root}
        self.view = view.EditorView.new(to_js(config))
        self.uncover = create_proxy(self.show_line_starts)
        listen(self.view.contentDOM, "blur", lambda event: self.show_line_starts())

    def open_field(self, source):
        self.field = element("textarea", aria_label=self.label, spellcheck="false", class_="source", rows="24")
        self.field.value = source
        self.field.readOnly = self.read_only
        listen(self.field, "input", lambda event: self.on_change and self.on_change(self.field.value))
        self.parent.replaceChildren(self.field)

    def updated(self, update):
        if update.docChanged and not self.setting and self.on_change:
            self.on_change(self.text())
        if update.docChanged or update.selectionSet:
            window.requestAnimationFrame(self.uncover)
        line = update.state.doc.lineAt(update.state.selection.main.head).number
        if line != self.line:
            self.line = line
            if self.on_line and not self.setting:
                self.on_line(line)

    def show_line_starts(self, *_):
        """Scrolls back to the beginning of the lines where the cursor can be seen there, or has left: CodeMirror
        scrolls only as far as it must, and lines would stay cut off."""
        scroller = self.view.scrollDOM
        if not scroller.scrollLeft:
            return
        cursor = self.view.coordsAtPos(self.view.state.selection.main.head)
        ahead = cursor.left - scroller.getBoundingClientRect().left + scroller.scrollLeft if cursor else 0
        if not self.view.hasFocus or ahead < scroller.clientWidth - ROOM:
            scroller.scrollLeft = 0

    # ---------------------------------------------------------------------------------------- marking

    def decorations(self, marks):
        document_ = self.view.state.doc
        made = []
        for mark in marks:
            if not 1 <= mark.line <= mark.end_line <= document_.lines:
                continue  # about a text that has changed meanwhile
            first, last = document_.line(mark.line), document_.line(mark.end_line)
            start, end = getattr(first, "from"), last.to
            if mark.kind in ("error", "related"):
                columns = 0 if mark.end_column is None else mark.end_column
                end = min(getattr(last, "from") + columns, last.to) if columns else last.to
                start = min(start + mark.column, max(end - 1, start))
                if start < end:
                    kind = "cm-wrong" if mark.kind == "error" else "cm-related"
                    made.append(self.decoration.mark(to_js({"class": kind})).range(start, end))
            if mark.message:
                block = mark.kind in ("error", "related")
                widget = {"widget": self.message_node(mark), "side": 1, "block": block}
                made.append(self.decoration.widget(to_js(widget)).range(last.to))
        return self.decoration.set(to_js(made), True)

    def message_node(self, mark):
        """A piece of text in the document that is not part of it."""
        node = element("div", mark.message, class_="cm-words", data_kind=mark.kind)
        tools = {"toDOM": node.valueOf.bind(node)}  # JavaScript's own function that returns the node
        return window.Object.assign(window.Object.create(self.widget), to_js(tools))


def highlighting(language):
    """CodeMirror's own highlighting with the page's colours."""
    styles = []
    for style in language.defaultHighlightStyle.specs:
        colour = getattr(style, "color", None)
        changed = {"color": COLOURS[colour]} if colour in COLOURS else {}
        styles.append(window.Object.assign(window.Object.new(), style, to_js(changed)))
    return language.HighlightStyle.define(to_js(styles))
