"""A fault: text in a file of the compiler, and what it becomes."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["ANALYSIS", "EXPAND", "ROOT", "WASM", "Fault"]

ROOT = Path(__file__).parents[3]
ANALYSIS, EXPAND, WASM = "scnn/compiler/analysis", "scnn/compiler/wasm/expand", "scnn/compiler/wasm"


@dataclass(frozen=True)
class Fault:
    """`text` in a file becomes `fault`."""

    name: str
    file: str
    text: str
    fault: str
