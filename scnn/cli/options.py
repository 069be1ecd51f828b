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
    """Better now than after a training."""
    if not path.parent.is_dir():
        raise ConfigError(f"there is no folder {path.parent} to write {path.name} to")


def say(event: str, **facts: Any) -> None:
    """A line for machines."""
    print(json.dumps({"event": event, **facts}), flush=True)
