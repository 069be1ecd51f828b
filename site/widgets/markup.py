"""The texts' markup: `*words*` are emphasised, `[words](target)` are a link, or the words of a glossary's entry.

The build fills the page's English with it, and the page itself does when the language changes.
"""

PLAIN, EMPHASIS, LINK, TERM = "plain", "emphasis", "link", "term"


def parts_of(text):
    """The parts of a text, each (kind, words, target). A target that begins with `term.` is a glossary entry."""
    parts = []
    while text:
        star, bracket = text.find("*"), text.find("[")
        first = min(at for at in (star, bracket, len(text)) if at >= 0)
        if first:
            parts.append((PLAIN, text[:first], ""))
            text = text[first:]
        elif text[0] == "*" and text.find("*", 1) > 0:
            end = text.find("*", 1)
            parts.append((EMPHASIS, text[1:end], ""))
            text = text[end + 1 :]
        elif text[0] == "[" and "](" in text and text.find(")", text.find("](")) > 0:
            middle = text.find("](")
            end = text.find(")", middle)
            target = text[middle + 2 : end]
            parts.append((TERM if target.startswith("term.") else LINK, text[1:middle], target))
            text = text[end + 1 :]
        else:
            parts.append((PLAIN, text[0], ""))
            text = text[1:]
    return parts
