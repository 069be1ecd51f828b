"""Texts with code between backticks, as paragraphs."""

from widgets.dom import element


def prose(tag, content):
    """A paragraph or an item in which `words` between backticks are code."""
    made = element(tag)
    for index, part in enumerate(content.split("`")):
        if part:
            made.append(element("code" if index % 2 else "span", part))
    return made


def formula(docstring):
    """A kernel's docstring: paragraphs as prose, indented lines and equations as they stand."""
    return [paragraph(part.strip("\n")) for part in docstring.split("\n\n")]


def paragraph(content):
    if " = " in content or "+=" in content:
        return element("pre", content.replace("`", ""))
    return prose("p", content)
