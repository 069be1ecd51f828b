"""The catalogues of all languages: complete, with the same placeholders, and translated."""

import json
import re
from collections import Counter
from string import Formatter
from typing import Any

import pytest
from builder.paths import SOURCE
from widgets.markup import PLAIN, parts_of

FORMS = {  # the plural forms of each language (cldr.unicode.org, for whole numbers)
    "en": {"one", "other"},
    "de": {"one", "other"},
    "es": {"one", "other"},
    "vi": {"other"},
}
CATALOGUES: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (SOURCE / "texts").glob("*.json")
}
ENGLISH = CATALOGUES["en"]
OTHERS = sorted({*CATALOGUES} - {"en"})

# Texts that are the same in another language: names, symbols, and the field's own terms.
EVERYWHERE = (
    "nav.title layer.ReLU layer.Dropout layer.LeakyReLU layer.Tanh layer.SiLU layer.GELU layer.PReLU "
    "layer.SoftmaxCrossEntropy settings.sgd settings.adam code.kernel code.python code.ir code.ir_title code.wasm "
    "code.wasm_title code.ms"
)
SAME = {
    "de": "nav.start nav.code layer.Sigmoid settings.experiment see.maximum see.filter see.grid_weights learn.tensor "
    "number.minutes teach.minutes teach.receipts_name teach.now exercises.filter exercises.setting_momentum "
    "code.compiler",
    "es": "layer.MaxPool2D layer.AveragePool2D see.logit see.total learn.tensor number.minutes teach.minutes",
    "vi": "layer.Sigmoid train.epoch chart.epoch see.logit learn.tensor learn.gradient",
}
LONGEST = 1.75  # times the English text, for texts that are not short
SHORT = 16  # letters by which a short text may be longer


def texts_of(value: Any) -> list[str]:
    return list(value.values()) if isinstance(value, dict) else [value]


def fields(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name is not None}


def test_the_page_offers_the_languages_that_there_are() -> None:
    listed = re.search(r"const LANGUAGES = (\[.*?\]);", (SOURCE / "language.js").read_text(encoding="utf-8"))
    assert listed and set(json.loads(listed[1])) == set(CATALOGUES) == set(FORMS)
    page = (SOURCE / "index.html").read_text(encoding="utf-8")
    assert set(re.findall(r'<option value="(\w+)" lang="\1">', page)) == set(CATALOGUES)


@pytest.mark.parametrize("language", sorted(CATALOGUES))
def test_a_percent_sign_stays_on_the_line_of_its_number(language: str) -> None:
    """A space before it does not break: on a phone "99 %" had its sign on a line of its own."""
    words = [text for value in CATALOGUES[language].values() for text in texts_of(value)]
    assert any("%" in text for text in words)
    assert [text for text in words if " %" in text] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_is_missing_or_left_over(language: str) -> None:
    """Every language has the keys that English has."""
    assert set(CATALOGUES[language]) == set(ENGLISH), set(CATALOGUES[language]) ^ set(ENGLISH)


@pytest.mark.parametrize("language", sorted(CATALOGUES))
def test_plural_forms(language: str) -> None:
    """The same texts have plural forms in every language, all those that the language has."""
    for key, value in CATALOGUES[language].items():
        assert isinstance(value, dict) == isinstance(ENGLISH[key], dict), key
        assert not isinstance(value, dict) or set(value) == FORMS[language], key


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders(language: str) -> None:
    """The same values are put into a text in every language; `count` may be a word in a plural form."""
    for key, value in CATALOGUES[language].items():
        wanted = set().union(*(fields(words) for words in texts_of(ENGLISH[key])))
        for words in texts_of(value):
            missing = wanted - fields(words)
            assert fields(words) <= wanted and missing <= ({"count"} if isinstance(value, dict) else set()), key


@pytest.mark.parametrize("language", OTHERS)
def test_markup_of_translations(language: str) -> None:
    """The same links and glossary terms, and as many emphasised words; lists have as many items."""
    for key, value in CATALOGUES[language].items():
        for words, english in zip(texts_of(value), texts_of(ENGLISH[key]), strict=False):
            kinds, theirs = [
                Counter((kind, target) for kind, _, target in parts_of(one))  # type: ignore[no-untyped-call]
                for one in (words, english)
            ]
            for counts in (kinds, theirs):
                counts.pop((PLAIN, ""), None)
            assert kinds == theirs, f"{key}: {kinds - theirs} {theirs - kinds}"
            if "axes" in key:
                assert words.count(",") == english.count(","), key


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english(language: str) -> None:
    """No text with a word of two letters is the same as in English, but those that are listed."""
    same = {
        key
        for key, value in CATALOGUES[language].items()
        if value == ENGLISH[key] and re.search(r"[^\W\d_]{2}", re.sub(r"{\w+}", "", str(value)))
    }
    listed = {"teach.citation", *EVERYWHERE.split(), *SAME[language].split()}
    assert same == listed, same ^ listed


@pytest.mark.parametrize("language", OTHERS)
def test_widths_and_ends(language: str) -> None:
    """No translation is much longer than the English text, and each ends with the same sign."""
    for key, value in CATALOGUES[language].items():
        if key in ("error.english", "number.decimal", "number.thousands", "teach.citation"):
            continue  # words that English does not need, signs, and code
        for words, english in zip(texts_of(value), texts_of(ENGLISH[key]), strict=False):
            most = max(LONGEST * len(english), len(english) + SHORT)
            assert len(words) <= most, f"{key}: {len(words)} letters, at most {most:.0f}"
            ends = [re.sub(r"[^.:…?!]*$", "", one[-1:]) for one in (words, english)]
            assert ends[0] == ends[1], f"{key}: {words!r}"
            assert words == words.strip() or english != english.strip(), key
            assert "  " not in words, key
