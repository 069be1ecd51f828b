"""Which buttons of the place Code can be pressed."""

from widgets.dom import by_id


def enable(code, compiled):
    """`code` is the place Code; `compiled` says whether the shown text compiles."""
    edited, derived = code.kernel in code.drafts, code.entry["derived"]
    ready = all(code.compiled.get(name, True) for name in code.drafts)
    by_id("code-check").disabled = not compiled or derived
    by_id("code-measure").disabled = not compiled
    by_id("code-derive").disabled = not compiled
    by_id("code-train").disabled = not (compiled and ready and code.drafts) or derived
    by_id("code-restore").disabled = not edited
