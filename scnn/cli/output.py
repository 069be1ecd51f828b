"""Output of the commands: lines for machines, errors, and files that are not lost when writing fails."""

import json
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scnn.errors import ConfigError, DataWarning, ModelError, ScnnError

__all__ = ["print_error", "print_event", "printed_warnings", "require_writable", "write_or_relocate"]


def print_event(event: str, /, **fields: Any) -> None:
    """Prints one JSON object on a line of its own."""
    print(json.dumps({"event": event, **fields}), flush=True)


def print_error(error: ScnnError, as_json: bool) -> None:
    """Prints the error as one line on standard error, and with `as_json` as an event on standard output too."""
    if as_json:
        print_event("error", name=type(error).__name__, message=str(error))
    print(f"scnn: {one_line(error)}", file=sys.stderr)


def one_line(message: object) -> str:
    line = " ".join(str(message).split())
    return "".join(character if character.isprintable() else "�" for character in line)


@contextmanager
def printed_warnings() -> Iterator[None]:
    """Prints each DataWarning once, as a line on standard error."""

    def show(message: Warning | str, category: type[Warning], *details: Any, **options: Any) -> None:
        if issubclass(category, DataWarning):
            print(f"scnn: warning: {one_line(message)}", file=sys.stderr)
        else:
            usual(message, category, *details, **options)

    with warnings.catch_warnings():
        usual, warnings.showwarning = warnings.showwarning, show
        warnings.simplefilter("once", DataWarning)
        yield


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
