"""Engines run plans: the interpreter, and compiled WebAssembly on a host."""

from scnn.engines.engine import Engine, EngineFactory
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import WasmEngine, compiled

__all__ = ["Engine", "EngineFactory", "Interpreter", "WasmEngine", "compiled"]
