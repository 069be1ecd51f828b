"""Text in terminals and shells: columns with wide letters, quoted command lines, and patterns of file names."""

import glob
import os
import re
import shlex
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["command_line", "expand_patterns", "pad_left", "pad_right", "width_of"]

INVISIBLE = ("Mn", "Me", "Cf")  # categories of characters that take no column: accents, joiners
SAFE_ON_WINDOWS = re.compile(r"[\w.:\\/=+-]+", re.ASCII)  # words that neither cmd.exe nor PowerShell changes


def width_of(text: str) -> int:
    """The columns that a terminal needs for the text: two for each wide letter, such as 猫."""
    return sum(letter_width(letter) for letter in text)


def letter_width(letter: str) -> int:
    if unicodedata.category(letter) in INVISIBLE:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def pad_right(text: str, width: int) -> str:
    """The text with spaces after it, `width` columns wide, or wider if it is."""
    return text + " " * (width - width_of(text))


def pad_left(text: str, width: int) -> str:
    """The text with spaces before it, `width` columns wide, or wider if it is."""
    return " " * (width - width_of(text)) + text


def command_line(words: Sequence[str], windows: bool = os.name == "nt") -> str:
    """The line that a shell splits into these words: a POSIX shell, or on Windows cmd.exe and PowerShell."""
    if not windows:
        return shlex.join(words)
    return " ".join(word if SAFE_ON_WINDOWS.fullmatch(word) else quoted_for_windows(word) for word in words)


def quoted_for_windows(word: str) -> str:
    """The word in double quotes, which no file name contains on Windows. Backslashes at its end are doubled, or they
    would escape the quote: https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments"""
    backslashes = len(word) - len(word.rstrip("\\"))
    return '"' + word + "\\" * backslashes + '"'


def expand_patterns(paths: Iterable[Path]) -> list[Path]:
    """The paths, with each pattern such as *.png replaced by the files that match it, in order: the shells of Windows
    pass patterns on. What exists is no pattern, and a pattern that matches nothing stays, to be reported."""
    expanded: list[Path] = []
    for path in paths:
        matches = sorted(glob.glob(str(path))) if glob.has_magic(str(path)) and not path.exists() else []
        expanded += map(Path, matches or [str(path)])
    return expanded
