"""The catalogue of texts in the page's language: plural forms, and how numbers are written in it.

A text is a string, or has a string for each plural form of the language: {"one": …, "other": …}, chosen by `count`.
"""

TEXTS = {}  # filled before the widgets are imported
SAID = "said."  # the beginning of the keys of texts for the library's own messages, which are English


def text(key, **values):
    """The text of this key, with values in the places of their names."""
    found = TEXTS[key]
    if isinstance(found, dict):
        count = values["count"]
        found = found["one"] if count == 1 and "one" in found else found["other"]
        values["count"] = whole(count)
    return found.format(**values)


def error_text(error):
    """An error of an answer, {"name", "message"}: in the page's language if the catalogue has the message, else with
    words before it that say it is English."""
    message = error["message"]
    return TEXTS.get(SAID + message) or text("error.english", message=message)


def written(number):
    """A number's text, as Python writes it, with the language's decimal separator."""
    return number.replace(".", TEXTS["number.decimal"])


def decimal(value, digits):
    """A number with this many decimals."""
    return written(("%." + str(digits) + "f") % value)


def whole(count):
    """An integer with the language's separator of thousands."""
    return f"{count:,}".replace(",", TEXTS["number.thousands"])


def percent(share):
    """A fraction in per cent, with one decimal unless it is a whole number."""
    digits = 0 if share * 100 == round(share * 100) else 1
    return text("number.percent", number=decimal(share * 100, digits))


def sure(probability):
    """The probability of a prediction in per cent, never 100 %."""
    return percent(round(probability, 2)) if probability < 0.995 else text("number.above_99")


def nearly(probability):
    """A probability to a tenth of a per cent, at most 99.9 %."""
    return percent(min(round(probability, 3), 0.999))


def listed(names):
    """Names as a list in words: "0, 1 and 2"."""
    names = [str(name) for name in names]
    if len(names) < 2:
        return "".join(names)
    return text("list.and", first=", ".join(names[:-1]), last=names[-1])
