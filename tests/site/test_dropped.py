"""What the page does with dropped files."""

import pytest
from widgets.dropped import is_hidden, is_picture, sort_dropped

PNG, JPEG = ("1.png", "image/png", ""), ("2.JPG", "", "")
IN_FOLDER = ("3.png", "image/png", "cats")
MODEL, IDX, GZIP = ("m.SafeTensors", "", ""), ("images-idx3-ubyte", "", ""), ("labels.gz", "application/gzip", "")
TEXT = ("notes.txt", "text/plain", "")


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ([PNG], "photo"),
        ([JPEG], "photo"),  # the browser does not know its type
        ([PNG, JPEG], "loose"),
        ([PNG, TEXT], "loose"),  # the text is skipped when the pictures are read
        ([IN_FOLDER], "folder"),
        ([IN_FOLDER, PNG, TEXT], "folder"),
        ([MODEL], "model"),
        ([IDX, GZIP], "idx"),
    ],
)
def test_dropped_files_are_told_apart(files: list[tuple[str, str, str]], kind: str) -> None:
    """A picture, pictures without a class, folders, a model, two IDX files."""
    assert sort_dropped(files) == (kind, "", "")


def test_a_picture_on_the_own_images() -> None:
    """It is one of them, and no photo to read."""
    assert sort_dropped([PNG], True) == ("loose", "", "")
    assert sort_dropped([MODEL], True) == ("model", "", "")


@pytest.mark.parametrize(
    ("files", "key", "name"),
    [
        ([], "drop.nothing", ""),
        ([PNG, MODEL], "drop.alone", "m.SafeTensors"),
        ([MODEL, IN_FOLDER], "drop.alone", "m.SafeTensors"),
        ([IDX], "drop.unusable", "images-idx3-ubyte"),
        ([TEXT, IDX, GZIP], "drop.unusable", "notes.txt"),
    ],
)
def test_what_cannot_be_used_is_named(files: list[tuple[str, str, str]], key: str, name: str) -> None:
    """With what can."""
    assert sort_dropped(files) == ("", key, name)


def test_what_is_a_picture() -> None:
    """By type, or by name where the browser knows none; files of the system are not looked at."""
    assert all(is_picture(name, "") for name in ("a.heic", "a.AVIF", "a.jfif"))
    assert is_picture("a", "image/x-unknown") and not is_picture("a.txt", "text/plain")
    assert all(is_hidden(name) for name in (".DS_Store", "Thumbs.db", "desktop.ini")) and not is_hidden("a.png")
