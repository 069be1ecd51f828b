"""The model that ships with the page, and reads drawings before the user has trained one."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from builder.command import run_module, say
from builder.imports import reachable
from builder.paths import DIST, ROOT, SOURCE

SCRIPT = Path(__file__).with_name("train_pretrained.py")


def pretrained_model() -> Path:
    """dist/pretrained-<state>.safetensors, trained again if any of its dependencies has changed."""
    target = DIST / f"pretrained-{state_of(dependencies())}.safetensors"
    if not target.exists():
        say("Training the model that ships with the page (half a minute) …")
        for old in DIST.glob("pretrained-*.safetensors"):
            old.unlink()
        unfinished = DIST / "unfinished.safetensors"
        run_module("builder.train_pretrained", unfinished)
        unfinished.rename(target)
    return target


def dependencies() -> list[Path]:
    """What the model depends on: the script that trains it, the modules that the script imports, and scnn's data."""
    return sorted([*reachable(SCRIPT, [ROOT, SOURCE]), *(ROOT / "scnn").rglob("*.xz")])


def state_of(paths: Iterable[Path]) -> str:
    """A short hash of the files' names and contents."""
    state = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        state.update(f"{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode() + content)
    return state.hexdigest()[:16]
