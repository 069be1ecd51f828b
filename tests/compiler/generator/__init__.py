"""Random kernels for the fuzzer: nested loops of all kinds, branches, carried names, guarded and arbitrary indices,
the limits of int32, aliased buffers, calls. Most are valid; the compiler should refuse the others.
"""

from tests.compiler.generator.buffers import LENGTH, LENGTHS
from tests.compiler.generator.example import Example, example

__all__ = ["LENGTH", "LENGTHS", "Example", "example"]
