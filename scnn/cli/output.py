"""Output of the commands: lines for machines, errors, and files that are not lost when writing fails."""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scnn.errors import ConfigError, ModelError, ScnnError

__all__ = ["print_error", "print_event", "require_writable", "write_or_relocate"]


def print_event(event: str, /, **fields: Any) -> None:
    """Prints one JSON object on a line of its own."""
    print(json.dumps({"event": event, **fields}), flush=True)


def print_error(error: ScnnError, as_json: bool) -> None:
    """Prints the error as one line on standard error, and with `as_json` as an event on standard output too."""
    if as_json:
        print_event("error", name=type(error).__name__, message=str(error))
    one_line = " ".join(str(error).split())
    printable = "".join(character if character.isprintable() else "�" for character in one_line)
    print(f"scnn: {printable}", file=sys.stderr)


def require_writable(path: Path) -> None:
    """Raises ConfigError if no file can be written at this path. Called before training, not after it."""
    try:
        if path.is_dir():
            raise ConfigError(f"{path} is a folder; expected the path of a file to write")
        if not path.parent.is_dir():
            raise ConfigError(f"there is no folder {path.parent} to write {path.name} to: create it first")
        with tempfile.TemporaryFile(dir=path.resolve().parent):
            pass
        path.exists()  # raises OSError if the name is too long
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None


def write_or_relocate(write: Callable[[Path], None], path: Path) -> None:
    """Calls `write(path)`. If that fails, for example because the disk is full, writes to a temporary folder instead
    and raises ModelError, naming both."""
    try:
        write(path)
    except ModelError as error:
        try:
            fallback = Path(tempfile.mkdtemp(prefix="scnn-")) / path.name
            write(fallback)
        except (OSError, ModelError):
            raise error from None
        raise ModelError(f"{error}; it was written to {fallback} instead") from None
