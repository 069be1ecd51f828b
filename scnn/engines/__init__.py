"""Engines run plans: the interpreter, and compiled WebAssembly on a host."""

from scnn.engines.engine import Engine, EngineMaker
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import WasmEngine, compiled

__all__ = ["Engine", "EngineMaker", "Interpreter", "WasmEngine", "compiled"]
