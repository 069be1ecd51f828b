"""How a text differs from another one, line by line, for a person to read before it runs."""

from difflib import SequenceMatcher

from scnn.page.messages import Answer

__all__ = ["difference_of"]

AROUND = 2  # equal lines that are shown before and after a change
MOST_LINES = 2000
MOST_CHARACTERS = 400  # of one line


def difference_of(before: str, after: str) -> list[Answer]:
    """The changed lines with those around them: `kind` is removed, added, equal, or gap for equal lines that are left
    out; each has its number in `before` and `after`. Empty if nothing differs."""
    old, new = (text.replace("\r\n", "\n").rstrip("\n").split("\n")[:MOST_LINES] for text in (before, after))
    if not before:
        old = []
    if old == new:
        return []
    lines: list[Answer] = []
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND):
        if group[0][1] or lines:
            lines.append({"kind": "gap", "text": "", "before": None, "after": None})
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [entry("equal", old[i], i + 1, j1 + i - i1 + 1) for i in range(i1, i2)]
                continue
            lines += [entry("removed", old[i], i + 1, None) for i in range(i1, i2)]
            lines += [entry("added", new[j], None, j + 1) for j in range(j1, j2)]
    return lines


def entry(kind: str, text: str, before: int | None, after: int | None) -> Answer:
    shown = text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + " …"
    return {"kind": kind, "text": shown, "before": before, "after": after}
