"""Expansion: one kernel call, its sizes known, becomes low-level IR, its loops run as they ask to be run.

The tree is executed, not translated: whole numbers that are known are computed, and everything else leaves a
statement behind. What `blocked` and `lanes` run together is a group of loop turns: every statement is executed for
each of them before the next one, so that inner loops are shared (unroll and jam). A loop turn inside `lanes` stands
for four turns, its values being vectors.

All modules are functions over one `state`: `forms` and `values` say what a value is, `arithmetic`, `division`,
`conversions` and `memory` what is done to one;
`expressions`, `names`, `loops`, `reductions` and `statements` execute.
"""

from collections.abc import Mapping, Sequence

from scnn.compiler.analysis.reductions import reductions_in
from scnn.compiler.errors import all_errors
from scnn.compiler.options import Options
from scnn.compiler.tree import Function, Type
from scnn.compiler.wasm.expand.forms import number
from scnn.compiler.wasm.expand.state import Frame, Site, State
from scnn.compiler.wasm.expand.statements import execute
from scnn.compiler.wasm.expand.values import LoopTurn
from scnn.compiler.wasm.ir import Routine
from scnn.plan import Buffer

__all__ = ["Site", "expand"]


def expand(
    name: str,
    function: Function,
    buffers: Mapping[str, Buffer],
    numbers: Mapping[str, float],
    parameters: Sequence[str],
    sites: list[Site],
    options: Options,
) -> Routine:
    """The routine of one call; adds its checks to `sites`. Raises KernelError with all loops whose turns cannot run
    together."""
    state = State(sites, options, reductions_in(function), execute)
    turn = LoopTurn({})
    for parameter in function.parameters:
        if parameter.name in numbers:
            type_: Type = "float32" if parameter.kind == "Float32" else "int32"
            turn.names[parameter.name] = number(state, type_, numbers[parameter.name])
    for passed in parameters:
        turn.names[passed] = state.atom(passed)
    state.enter(Frame(function, buffers, set()), [turn])
    all_errors(state.errors)
    return Routine(name, tuple(parameters), state.block, state.loops)
