"""How a text differs from another one, line by line, for a person to read before it runs.

(Pyodide has no difflib here, and a kernel is short.)
"""

from collections.abc import Iterator, Sequence

from scnn.page.messages import Answer

__all__ = ["difference_of"]

AROUND = 2  # equal lines that are shown before and after a change
MOST_LINES = 2000
MOST_PAIRS = 1_000_000  # of lines that are compared; beyond it, everything between the first and last change differs
MOST_CHARACTERS = 400  # of one line


def difference_of(before: str, after: str) -> list[Answer]:
    """The changed lines with those around them: `kind` is removed, added, equal, or gap for equal lines that are left
    out; each has its number in `before` and `after`. Empty if nothing differs."""
    old, new = (lines_in(text) for text in (before, after))
    if old == new:
        return []
    lines = [entry(kind, old, new, i, j) for kind, i, j in steps(old, new)]
    changed = [at for at, line in enumerate(lines) if line["kind"] != "equal"]
    near = {at + offset for at in changed for offset in range(-AROUND, AROUND + 1)}
    shown: list[Answer] = []
    for at, line in enumerate(lines):
        if at in near:
            shown.append(line)
        elif not shown or shown[-1]["kind"] != "gap":
            shown.append({"kind": "gap", "text": "", "before": None, "after": None})
    return shown


def lines_in(text: str) -> list[str]:
    return text.replace("\r\n", "\n").rstrip("\n").split("\n")[:MOST_LINES] if text else []


def steps(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """The way from one list of lines to the other with the fewest changes: each step's kind and positions."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        yield "equal", start, start
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    i, j, rows, columns = start, start, len(old) - end, len(new) - end
    common = longest_common(old[start:rows], new[start:columns])
    while i < rows or j < columns:
        if i < rows and j < columns and old[i] == new[j] and common:
            yield "equal", i, j
            i, j = i + 1, j + 1
        elif i < rows and (
            j == columns or not common or common[i - start + 1][j - start] >= common[i - start][j - start + 1]
        ):
            yield "removed", i, j
            i += 1
        else:
            yield "added", i, j
            j += 1
    for at in range(end):
        yield "equal", rows + at, columns + at


def longest_common(old: Sequence[str], new: Sequence[str]) -> list[list[int]]:
    """[i][j]: how many lines old[i:] and new[j:] have in common, in order; [] for too many lines."""
    if len(old) * len(new) > MOST_PAIRS:
        return []
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            same = table[i + 1][j + 1] + 1 if old[i] == new[j] else 0
            table[i][j] = same or max(table[i + 1][j], table[i][j + 1])
    return table


def entry(kind: str, old: Sequence[str], new: Sequence[str], i: int, j: int) -> Answer:
    text = new[j] if kind == "added" else old[i]
    shown = text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + " …"
    numbers = {"before": None if kind == "added" else i + 1, "after": None if kind == "removed" else j + 1}
    return {"kind": kind, "text": shown, **numbers}
