"""One table of kernel programs. The interpreter, wasmtime, Chromium and Firefox all run every one of them.

Each program is a kernel, the lengths of its buffers, its sizes, and what its buffers begin with.
"""

from tests.compiler.programs.batches import BATCHES
from tests.compiler.programs.constructs import CONSTRUCTS
from tests.compiler.programs.convolutions import CONVOLUTIONS
from tests.compiler.programs.layers import LAYERS
from tests.compiler.programs.program import Program
from tests.compiler.programs.training import TRAINING

__all__ = ["PROGRAMS", "Program"]

PROGRAMS = [*CONSTRUCTS, *CONVOLUTIONS, *LAYERS, *BATCHES, *TRAINING]
