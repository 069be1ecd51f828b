"""Differences of texts, as lines with a sign: what a person reads before code runs."""

from widgets.dom import element
from widgets.texts import text

SIGNS = {"added": "+", "removed": "\u2212", "equal": " ", "gap": "…"}


def difference(lines, label):
    """The lines of an answer as a listing. Added and removed lines are said in words, too."""
    if not lines:
        return element("p", text("code.no_difference"), class_="note")
    listing = element("pre", class_="listing difference", tabindex=0, role="group", aria_label=label)
    for line in lines:
        kind = line["kind"]
        row = element("code", class_=kind)
        row.append(element("span", SIGNS[kind], class_="sign", aria_hidden="true"))
        if kind in ("added", "removed"):
            row.append(element("span", text(f"code.{kind}"), class_="hidden-words"))
        row.append(element("span", line["text"] or " "))
        listing.append(row)
    return listing


def differences(answer):
    """The differences of several kernels, each under its name."""
    made = []
    for one in answer["differences"]:
        made.append(element("p", one["kernel"], class_="kernel-name"))
        made.append(difference(one["lines"], one["kernel"]))
    return made
