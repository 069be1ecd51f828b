"""The wheel of scnn."""

import shutil
from pathlib import Path

from builder.command import run, say
from builder.paths import DIST, PYTHON, ROOT


def build_wheel() -> Path:
    """Makes dist/wheel/scnn-<version>-py3-none-any.whl, the same bytes from the same sources."""
    target = DIST / "wheel"
    shutil.rmtree(target, ignore_errors=True)
    say("Building the wheel …")
    run(
        *[PYTHON, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-cache-dir"],
        *["--wheel-dir", target, ROOT],
        env={"SOURCE_DATE_EPOCH": "1577836800"},
    )
    (wheel,) = target.glob("*.whl")
    return wheel
