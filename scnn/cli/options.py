"""What the commands share: engines, pairs of IDX files, and lines for machines."""

import json
from pathlib import Path
from typing import Any

from scnn.data import Digits, load_idx
from scnn.engine import EngineMaker, Interpreter
from scnn.errors import ConfigError
from scnn.wasm_engine import compiled

__all__ = ["ENGINES", "pair", "require_folder", "say"]

ENGINES: dict[str, EngineMaker] = {"compiled": compiled, "interpreted": Interpreter}


def pair(images: Path | None, labels: Path | None, words: str) -> Digits:
    """The digits of two IDX files, of which neither may be missing."""
    if images is None or labels is None:
        raise ConfigError(f"{words} go together")
    return load_idx(images, labels)


def require_folder(path: Path) -> None:
    """A file can be written at this path; better known now than after a training."""
    if path.is_dir():
        raise ConfigError(f"{path} is a folder, and a file is to be written: give a file's name too")
    if not path.parent.is_dir():
        raise ConfigError(f"there is no folder {path.parent} to write {path.name} to")


def say(event: str, **facts: Any) -> None:
    """A line for machines."""
    print(json.dumps({"event": event, **facts}), flush=True)
