"""The digits that come with scnn."""

import lzma

import pytest

from scnn.data.bundled import load_digits
from scnn.errors import DataError


def test_broken_digits_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is cut short or missing raises DataError, with its name and the reason."""

    def broken(_: bytes) -> bytes:
        raise lzma.LZMAError("Compressed data ended before the end-of-stream marker was reached")

    monkeypatch.setattr(lzma, "decompress", broken)
    load_digits.cache_clear()  # of another test in this process
    with pytest.raises(DataError, match=r"digits.xz, cannot be read .Compressed data ended"):
        load_digits()
