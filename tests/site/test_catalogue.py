"""The catalogue as the widgets use it: plural forms, numbers, lists, and messages of the library."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from builder.paths import SOURCE
from widgets import catalogue as untyped

catalogue: Any = untyped  # MicroPython reads it, too
Use = Callable[[str], None]


@pytest.fixture
def use() -> Iterator[Use]:
    """Fills the catalogue with the texts of a language."""

    def fill(language: str) -> None:
        catalogue.TEXTS.clear()
        catalogue.TEXTS.update(json.loads((SOURCE / "texts" / f"{language}.json").read_text(encoding="utf-8")))

    yield fill
    catalogue.TEXTS.clear()


NUMBERS = {
    "en": ("1,234,567", "2.50", "96.3\xa0%", "100\xa0%", "more than 99\xa0%", "99.9\xa0%", "0, 1 and 2"),
    "de": ("1.234.567", "2,50", "96,3\xa0%", "100\xa0%", "mehr als 99\xa0%", "99,9\xa0%", "0, 1 und 2"),
    "es": ("1.234.567", "2,50", "96,3\xa0%", "100\xa0%", "más del 99\xa0%", "99,9\xa0%", "0, 1 y 2"),
    "vi": ("1.234.567", "2,50", "96,3%", "100%", "hơn 99%", "99,9%", "0, 1 và 2"),
}


@pytest.mark.parametrize("language", NUMBERS)
def test_numbers(use: Use, language: str) -> None:
    use(language)
    shown = (
        *(catalogue.whole(1234567), catalogue.decimal(2.5, 2), catalogue.percent(0.9626), catalogue.percent(1)),
        *(catalogue.sure(0.9999), catalogue.nearly(0.9999), catalogue.listed([0, 1, 2])),
    )
    assert shown == NUMBERS[language]


def test_plural_forms(use: Use) -> None:
    """English tells one from several, Vietnamese does not."""
    use("en")
    assert [catalogue.text("editor.layer_count", count=count) for count in (0, 1, 2)] == [
        *("0 layers", "1 layer", "2 layers")
    ]
    use("vi")
    assert [catalogue.text("editor.layer_count", count=count) for count in (1, 2)] == ["1 tầng", "2 tầng"]


def test_messages_of_the_library(use: Use) -> None:
    """In the page's language where the catalogue has them; others are said to be English."""
    use("de")
    known, unknown = "there is only a dot on the drawing", "expected 2 to 255 classes, got 1"
    assert catalogue.error_text({"message": known}) == "auf der Zeichnung ist nur ein Punkt"
    assert catalogue.error_text({"message": unknown}) == f"Meldung auf Englisch: {unknown}"
    use("en")
    assert catalogue.error_text({"message": unknown}) == unknown
