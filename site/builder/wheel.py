"""The wheel of scnn, and the part of it that a tab can use."""

import shutil
import zipfile
from pathlib import Path

from builder.command import run, say
from builder.paths import DIST, PYTHON, ROOT

# The command with its entry point, and ONNX files, which need the package onnx.
ENTRY_POINTS = ".dist-info/entry_points.txt"
LEFT_OUT = ("scnn/cli/", "scnn/__main__.py", "scnn/network/onnx")


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


def copy_part(wheel: Path, folder: Path) -> Path:
    """Writes a copy of the wheel without LEFT_OUT and ENTRY_POINTS to a folder."""
    part = folder / wheel.name
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(part, "w") as target:
        for entry in source.infolist():
            if is_left_out(entry.filename):
                continue
            content = source.read(entry)
            if entry.filename.endswith(".dist-info/RECORD"):
                lines = content.splitlines(keepends=True)
                content = b"".join(line for line in lines if not is_left_out(line.decode().split(",")[0]))
            target.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    return part


def is_left_out(name: str) -> bool:
    return name.startswith(LEFT_OUT) or name.endswith(ENTRY_POINTS)
