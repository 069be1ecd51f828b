"""What the commands share: engines, pairs of IDX files, and places for files."""

import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from scnn.cli.display import say
from scnn.data.digits import Digits, load_idx
from scnn.engines.engine import EngineFactory
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError, ModelError, ScnnError

__all__ = ["ENGINES", "interruption", "keep", "pair", "require_writable", "tell"]

ENGINES: dict[str, EngineFactory] = {"compiled": compiled, "interpreted": Interpreter}


def pair(images: Path | None, labels: Path | None, words: str) -> Digits:
    """The digits of two IDX files, of which neither may be missing."""
    if images is None or labels is None:
        raise ConfigError(f"{words} go together")
    return load_idx(images, labels)


def tell(error: ScnnError, as_json: bool) -> None:
    """An error in one line, and in one for machines."""
    if as_json:
        say("error", name=type(error).__name__, message=str(error))
    words = "".join(letter if letter.isprintable() else "�" for letter in " ".join(str(error).split()))
    print(f"scnn: {words}", file=sys.stderr)


def require_writable(path: Path) -> None:
    """Raises ConfigError where no file can be written at this path; better known now than after a training."""
    try:
        if path.is_dir():
            raise ConfigError(f"{path} is a folder, and a file is to be written: give a file's name too")
        if not path.parent.is_dir():
            raise ConfigError(f"there is no folder {path.parent} to write {path.name} to")
        with tempfile.TemporaryFile(dir=path.resolve().parent):
            pass
        path.exists()  # which fails for names that are too long
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None


def keep(write: Callable[[Path], None], path: Path) -> None:
    """Writes what was trained. Where that fails, for a full disk perhaps, it goes to the folder for temporary files,
    which the error tells; raises ModelError."""
    try:
        write(path)
    except ModelError as error:
        try:
            spare = Path(tempfile.mkdtemp(prefix="scnn-")) / path.name
            write(spare)
        except (OSError, ModelError):
            raise error from None
        raise ModelError(f"{error}; so that it is not lost, it was written to {spare}") from None


@contextmanager
def interruption() -> Iterator[list[int]]:
    """Ctrl-C fills the list, as does a terminal that closes; whoever looks at it stops at a good place."""
    signals: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        signals.append(number)
        if len(signals) > 2:
            raise KeyboardInterrupt

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {getattr(signal, name): signal.signal(getattr(signal, name), note) for name in names}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
